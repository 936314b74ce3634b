"""Draws that meet a condition: closed forms on a linear Gaussian model, honest errors, and no loose bits."""

from functools import partial
from typing import Any

import jax.numpy as jnp
import numpy as np
import pytest
from scipy import integrate, optimize, stats

from datawall.sampling.execution.executor import Checkpoint, serial_executor
from datawall.sampling.program import ACCEPTED, ACCEPTED_BINS
from datawall.sampling.run import RunControl, propagate
from datawall.sampling.samplers import RANDOM, SOBOL
from datawall.sampling.summaries import Histogram

LEVEL = 1.0
LEVELS = np.array([0.1, 0.5, 0.9])
DRAWS = 2**14


def linear(least, z):
    """Return a score and a noisy sum, which is observed to be at least so much."""
    total = z[0] + 0.5 * z[1]
    return {"x": z[0], "index": z[0] * 0.0 + z[1], ACCEPTED: total >= least}


def pushed(draws=DRAWS, seed=0, sampler=SOBOL, least=LEVEL, **changes: Any):
    options: Any = {"keep": 700, "chunk": 512, "block": 1024} | changes
    return propagate(
        linear,
        jnp.float32(least),
        draws,
        seed=seed,
        streams=sampler.address(["a", "b"], [0, 1]),
        sketches={"x": Histogram(-6.0, 6.0, 768), ACCEPTED: ACCEPTED_BINS},
        sampler=sampler,
        **options,
    )


def true_cdf(x):
    """Return P(X <= x | X + Y/2 >= LEVEL) by quadrature."""
    joint, _ = integrate.quad(lambda u: stats.norm.pdf(u) * stats.norm.sf((LEVEL - u) / 0.5), -9.0, x)
    return joint / stats.norm.sf(LEVEL / np.hypot(1.0, 0.5))


TRUTH = np.array([optimize.brentq(lambda x, p=p: true_cdf(x) - p, -3.0, 5.0) for p in LEVELS])


@pytest.mark.parametrize("sampler", [RANDOM, SOBOL], ids=lambda s: s.name)
def test_quantiles_and_acceptance_have_the_closed_form(sampler):
    """Four standard errors: a false alarm in 16,000 comparisons of random draws."""
    result = pushed(2**16, sampler=sampler)
    sketch = result.sketches["x"]
    error = sketch.curve().quantile_mcse(LEVELS)
    assert (np.abs(sketch.curve().quantile(LEVELS) - TRUTH) < 4 * error + 1e-3).all()
    # the distribution without the condition must fail
    assert (np.abs(stats.norm.ppf(LEVELS) - TRUTH) > 4 * error + 1e-3).all()
    share = stats.norm.sf(LEVEL / np.hypot(1.0, 0.5))
    found = result.sketches[ACCEPTED].total / result.draws
    assert abs(found - share) < 4 * np.sqrt(share * (1 - share) / result.draws)


def test_errors_of_replicates_are_those_between_seeds():
    """The share that is accepted differs by replicate: the errors are those of ratios."""
    runs = [pushed(2**12, seed=seed, block=4096).sketches["x"] for seed in range(40)]
    medians = np.array([run.curve().quantile(0.5) for run in runs])
    claimed = np.sqrt(np.mean([run.curve().quantile_mcse(0.5) ** 2 for run in runs]))
    # chi-square with 39 degrees of freedom and errors known to a few per cent: a false alarm in 1000
    assert 0.65 < medians.std(ddof=1) / claimed < 1.45
    # the error of as many independent draws is another number
    counted = np.mean([run.total for run in runs])
    density = (true_cdf(TRUTH[1] + 0.01) - true_cdf(TRUTH[1] - 0.01)) / 0.02
    assert not 0.65 < medians.std(ddof=1) / (0.5 / np.sqrt(counted) / density) < 1.45


def test_a_condition_that_all_draws_meet_changes_no_count():
    everything, result = (pushed(least=least) for least in (-np.inf, -100.0))
    assert result.sketches[ACCEPTED].total == DRAWS
    np.testing.assert_array_equal(result.sketches["x"].counts, everything.sketches["x"].counts)
    np.testing.assert_array_equal(result.kept["x"], everything.kept["x"])
    without = propagate(
        lambda params, z: {"x": z[0] + 0.0 * params},
        0.0,
        DRAWS,
        seed=0,
        streams=SOBOL.address(["a", "b"], [0, 1]),
        sketches={"x": Histogram(-6.0, 6.0, 768)},
        sampler=SOBOL,
    )
    np.testing.assert_array_equal(result.sketches["x"].counts, without.sketches["x"].counts)


def test_kept_draws_are_those_that_meet_it_and_say_which_they_are():
    all_kept, kept = pushed(least=-np.inf).kept, pushed().kept
    total = all_kept["x"] + 0.5 * all_kept["index"]
    assert 0 < len(kept["x"]) < 700
    np.testing.assert_array_equal(kept[ACCEPTED], np.flatnonzero(total >= LEVEL))
    np.testing.assert_array_equal(kept["x"], all_kept["x"][kept[ACCEPTED]])


@pytest.mark.parametrize("options", [{"chunk": 100}, {"chunk": 1024, "block": 4096}])
def test_chunks_and_blocks_change_nothing(options):
    assert pushed(**options).digest == pushed().digest


def test_a_run_that_is_continued_is_the_same(tmp_path):
    whole, seen = pushed(identity={"run": "given"}), []
    checkpoint = Checkpoint(tmp_path / "checkpoint.npz", seconds=0.0)
    executor = partial(serial_executor, checkpoint=checkpoint)
    part = pushed(
        identity={"run": "given"},
        control=RunControl(executor, lambda done, _: seen.append(done), lambda: len(seen) >= 5),
    )
    assert part.partial
    rest = pushed(identity={"run": "given"}, control=RunControl(executor))
    assert rest.digest == whole.digest


def test_no_draw_that_meets_it_leaves_nothing():
    result = pushed(least=100.0)
    assert result.sketches[ACCEPTED].total == 0
    assert np.isnan(result.sketches["x"].curve().quantile(0.5))
    assert result.kept["x"].size == 0
