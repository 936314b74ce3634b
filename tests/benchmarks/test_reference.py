"""The reference workload is one model in every language."""

import shutil

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy import optimize, stats

from benchmarks.reference import engine, model, with_numpy
from benchmarks.reference.priors import PRIORS, at_scores
from benchmarks.timing import check_alike
from datawall.errors import DatawallError

TIMES = with_numpy.TIMES


@pytest.fixture(scope="module")
def scores() -> np.ndarray:
    return np.random.default_rng(3).standard_normal((len(PRIORS), 2000))


@pytest.fixture(scope="module")
def plain(scores) -> dict[str, np.ndarray]:
    return with_numpy.outputs(at_scores(np, scores), TIMES)


@pytest.fixture(scope="module")
def kept() -> dict[str, np.ndarray]:
    return engine.build(4096)(0)


def test_staged_jax_equals_numpy(scores, plain) -> None:
    staged = jax.jit(engine.staged)(engine.times(), jnp.asarray(scores, jnp.float32))
    for name, values in plain.items():
        # single precision: a date on a path that is nearly level may move, or turn to "never"
        close = np.isclose(np.asarray(staged[name]), values, rtol=1e-4, atol=2e-3)
        assert close.mean() > 0.998, name


@pytest.mark.parametrize("name", [name for name, p in PRIORS.items() if p.family in ("truncated", "beta")])
def test_polynomials_are_the_quantiles(name: str) -> None:
    prior = PRIORS[name]
    if prior.family == "beta":
        exact = stats.beta(*prior.numbers)
    else:
        mean, sd, lower, upper = prior.numbers
        exact = stats.truncnorm((lower - mean) / sd, (upper - mean) / sd, mean, sd)
    u = np.linspace(1e-4, 1.0 - 1e-4, 999)
    np.testing.assert_allclose(prior.at_score(np, stats.norm.ppf(u)), exact.ppf(u), atol=0.02 * exact.std())


def test_two_steps_find_the_best_passes() -> None:
    alpha, beta, r_d, r_n, total = 0.35, 0.36, 15.39, 5.31, 1.5

    def mismatch(log_passes: float) -> float:
        lost_tokens, _ = model.returns_lost(np, log_passes, r_d, beta)
        return lost_tokens - model.returns_lost(np, total - log_passes, r_n, alpha)[0]

    root = optimize.brentq(mismatch, 0.0, total)
    tilt = (alpha + 1 / r_n) / (alpha + 1 / r_n + beta + 1 / r_d) - 0.5
    log_passes = 0.5 * total + min(total * tilt, abs(0.5 * np.log(r_d / r_n)))
    for _ in range(model.NEWTON_STEPS):
        slopes = (
            model.returns_lost(np, log_passes, r_d, beta)[1]
            + model.returns_lost(np, total - log_passes, r_n, alpha)[1]
        )
        log_passes -= mismatch(log_passes) / slopes
    assert log_passes == pytest.approx(root, abs=1e-4)


def test_a_crossing_lies_on_the_straight_line() -> None:
    gap = np.array([[-1.0, 1.0, -1.0, -2.0], [1.0, -1.0, -3.0, -1.0], [-1.0, 2.0, -2.0, 2.0]])
    dates = model.first_crossing(np, gap, np.arange(3.0)[:, None])
    np.testing.assert_allclose(dates, [0.5, -np.inf, np.inf, 1.0 + 1.0 / 3.0])


@pytest.mark.skipif(shutil.which("cc") is None, reason="needs a C compiler")
def test_c_makes_the_same_draws(kept) -> None:
    from benchmarks.reference import c

    written = c.build(4096)(0)
    for name, values in kept.items():
        assert written[name].shape == values.shape
        close = np.isclose(written[name], values, rtol=1e-4, atol=2e-3)
        assert close.mean() > 0.998, name


@pytest.mark.skipif(shutil.which("cc") is None, reason="needs a C compiler")
def test_c_counts_each_draw_of_each_output_once() -> None:
    from benchmarks.reference import c

    counts, _ = c.count(seed=1, first=0, draws=2048)
    assert (counts.sum(axis=1) == 2048).all()


@pytest.mark.parametrize("sampler", [with_numpy.whole, with_numpy.chunked])
def test_numpy_samplers_draw_from_the_same_beliefs(sampler, kept) -> None:
    check_alike(kept, sampler(16_384)(1), "NumPy")


def test_a_peer_with_another_belief_is_refused(kept) -> None:
    rng = np.random.default_rng(0)
    inputs = {name: with_numpy.drawn(prior, rng, 16_384) for name, prior in PRIORS.items()}
    inputs["log_flop"] = inputs["log_flop"] + 0.1
    with pytest.raises(DatawallError, match="not the same model"):
        check_alike(kept, with_numpy.outputs(inputs, TIMES), "a peer")
