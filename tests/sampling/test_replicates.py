"""What replicates are for: standard errors that seeds confirm, and the same bits however a run is cut."""

from typing import Any

import numpy as np
import pytest
from jax.scipy.special import ndtr
from scipy import stats

from datawall.sampling.cdf import share_mcse
from datawall.sampling.run import MonteCarloResult, propagate
from datawall.sampling.samplers import LATTICE, RANDOM, SOBOL, Sampler
from datawall.sampling.summaries import Histogram, Range, bridged

ROWS = np.arange(3, dtype=np.uint32)
EVEN = pytest.mark.parametrize("sampler", [SOBOL, LATTICE], ids=lambda s: s.name)
KNOTS = np.array([-4.0, -1.0, 0.0, 1.0, 4.0])
DRAWS, SEEDS = 2048, 64
LEVEL, QUANTILE = 0.4, 0.7


def toy(_, z):
    """A standard normal sum, and the probability that it is below each knot given all but the last term."""
    rest = (z[0] + z[1]) / np.float32(np.sqrt(3.0))
    y = rest + z[2] / np.float32(np.sqrt(3.0))
    score = (KNOTS.astype(np.float32)[:, None] - rest) * np.float32(np.sqrt(3.0))
    return {"y": y[None], "below": ndtr(score)[None]}


def run(sampler: Sampler, seed: int = 0, draws: int = DRAWS, **options: Any) -> MonteCarloResult:
    sketches = {"y": Histogram(-4.0, 4.0, 256), "below": Range(0.0, 1.0)}
    options = {"chunk": 512, "block": 2048, "keep": 64, **options}
    return propagate(toy, None, draws, seed=seed, streams=ROWS, sketches=sketches, sampler=sampler, **options)


@pytest.fixture(scope="module")
def runs() -> dict[str, list[MonteCarloResult]]:
    return {s.name: [run(s, seed) for seed in range(SEEDS)] for s in (SOBOL, LATTICE)}


def excess(values: np.ndarray, errors: np.ndarray) -> float:
    """Return the variance of the values over seeds, in units of what their standard errors say."""
    return float(np.var(values, ddof=1) / np.mean(errors**2))


def agrees(ratio: float) -> bool:
    """Whether a ratio of variances is 1: 63 and 64 x 15 degrees of freedom, false alarm 2e-3."""
    law = stats.f(SEEDS - 1, SEEDS * 15)
    return law.ppf(1e-3) < ratio < law.ppf(1 - 1e-3)


@EVEN
def test_standard_errors_are_what_seeds_show(runs, sampler):
    curves = [pushed.sketches["y"].curve() for pushed in runs[sampler.name]]
    values, errors = np.array([curve.probability(LEVEL) for curve in curves])[..., 0].T
    # the error has a floor of one draw, which seeds do not show
    assert agrees(excess(values, np.sqrt(errors**2 - 1.0 / DRAWS**2)))
    quantiles = np.array([curve.quantile(QUANTILE) for curve in curves])
    assert agrees(excess(quantiles, np.array([curve.quantile_mcse(QUANTILE) for curve in curves])))


def test_the_binomial_error_of_even_draws_is_seen_to_be_wrong(runs):
    values = np.array([pushed.sketches["y"].curve().cdf(LEVEL) for pushed in runs["sobol"]])
    assert not agrees(excess(values, share_mcse(values, DRAWS, np.zeros((1, *values.shape)))))


@EVEN
def test_estimates_are_unbiased(runs, sampler):
    values = np.array([pushed.sketches["y"].curve().cdf(LEVEL) for pushed in runs[sampler.name]])
    error = values.std(ddof=1) / np.sqrt(SEEDS)
    # within a bin the law is not quite straight: 1e-5
    assert abs(values.mean() - stats.norm.cdf(LEVEL)) < 4 * error + 1e-5


@EVEN
def test_averages_are_the_closed_form_and_their_error_what_seeds_show(runs, sampler):
    averages = [pushed.averages["below"] for pushed in runs[sampler.name]]
    values = np.array([average.value for average in averages])[:, 0]
    errors = values.std(axis=0, ddof=1) / np.sqrt(SEEDS)
    assert np.all(np.abs(values.mean(axis=0) - stats.norm.cdf(KNOTS)) < 4 * errors + 1e-6)


@EVEN
def test_a_bridge_passes_through_the_averages_and_its_errors_are_what_seeds_show(runs, sampler):
    curves = [
        bridged(pushed.sketches["y"].curve(), KNOTS, pushed.averages["below"])
        for pushed in runs[sampler.name]
    ]
    for curve, pushed in zip(curves[:3], runs[sampler.name], strict=False):
        np.testing.assert_allclose(curve.cdf(KNOTS)[0], pushed.averages["below"].value[0], atol=1e-12)
        x = np.linspace(-4.0, 4.0, 301)
        assert np.all(np.diff(curve.cdf(x)) >= 0.0)
        levels = np.linspace(0.05, 0.95, 19)
        np.testing.assert_allclose(curve.cdf(curve.quantile(levels)[0])[0], levels, atol=1e-9)
    values, errors = np.array([curve.probability(LEVEL) for curve in curves])[..., 0].T
    assert agrees(excess(values, np.sqrt(errors**2 - 1.0 / DRAWS**2)))
    assert abs(values.mean() - stats.norm.cdf(LEVEL)) < 4 * values.std() / np.sqrt(SEEDS) + 1e-4


@EVEN
def test_even_draws_are_the_same_however_a_run_is_cut(sampler):
    reference = run(sampler, draws=3001)
    for options in ({"chunk": 500}, {"chunk": 64, "block": 4096}, {"chunk": 4096, "keep": 64}):
        other = run(sampler, draws=3001, **options)
        assert np.array_equal(reference.sketches["y"].counts, other.sketches["y"].counts)
        assert np.array_equal(reference.averages["below"].sums, other.averages["below"].sums)
        assert np.array_equal(reference.kept["y"][..., :64], other.kept["y"][..., :64])


@EVEN
def test_replicates_share_the_draws_evenly_and_a_run_is_the_beginning_of_a_longer_one(sampler):
    short, long = run(sampler, draws=1003, keep=1003), run(sampler, draws=3001, keep=3001)
    assert np.array_equal(short.kept["y"], long.kept["y"][..., :1003])
    assert np.array_equal(short.averages["below"].draws, [63] * 11 + [62] * 5)


@pytest.mark.parametrize("draws", [1, 3, 15, 17])
def test_a_few_draws_have_an_error_too(draws):
    value, error = run(SOBOL, draws=draws).sketches["y"].curve().probability(0.0)
    assert 0.0 <= value[0] <= 1.0
    assert 1.0 / draws <= error[0] <= 1.5


def test_one_replicate_has_the_binomial_error():
    value, error = run(RANDOM).sketches["y"].curve().probability(LEVEL)
    assert error[0] == pytest.approx(np.sqrt(value[0] * (1 - value[0]) / DRAWS), rel=1e-2)
