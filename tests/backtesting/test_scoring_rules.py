"""Scores against closed forms, integrals by brute force and by scipy, another library, and propriety."""

import itertools
import warnings
from typing import Any

import numpy as np
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import integrate, stats

from datawall.backtesting.scoring import LEAST_PROBABILITY, Outcome, brier, crps, log_score, width
from datawall.errors import DatawallError

EVEN = (np.arange(20_000) + 0.5) / 20_000
WINDOW = (-3.0, 2.5)


@pytest.mark.parametrize(("mean", "sd", "y"), [(0.0, 1.0, 0.3), (2028.0, 2.5, 2031.0)])
def test_crps_of_a_normal(mean, sd, y):
    """Gneiting and Raftery 2007, equation 21: sigma [z (2 Phi - 1) + 2 phi - 1 / sqrt(pi)]."""
    z = (y - mean) / sd
    exact = sd * (z * (2 * stats.norm.cdf(z) - 1) + 2 * stats.norm.pdf(z) - 1 / np.sqrt(np.pi))
    assert crps(stats.norm(mean, sd).ppf(EVEN), Outcome(y)) == pytest.approx(exact, rel=1e-3)


def test_crps_of_a_lognormal():
    """Baran and Lerch 2015, doi:10.1002/qj.2521, equation 5."""
    mu, sd, y = 1.2, 0.7, 5.0
    z = (np.log(y) - mu) / sd
    tail = stats.norm.cdf(z - sd) + stats.norm.cdf(sd / np.sqrt(2)) - 1
    exact = y * (2 * stats.norm.cdf(z) - 1) - 2 * np.exp(mu + sd**2 / 2) * tail
    draws = stats.lognorm(sd, scale=np.exp(mu)).ppf(EVEN)
    assert crps(draws, Outcome(y)) == pytest.approx(exact, rel=1e-3)


@pytest.mark.parametrize("y", [0.5, 2.0, np.inf])
def test_crps_with_a_mass_at_never(y):
    """P(X <= x) = p (1 - exp(-x)) up to the last date: the integral by hand."""
    p, last = 0.6, 3.0
    draws = np.where(p > EVEN, -np.log1p(-np.minimum(EVEN / p, 1 - 1e-12)), np.inf)

    def squares(a, b, c):
        """The integral of (p (1 - exp(-x)) - c)^2 from a to b."""
        q = p - c
        return (
            q**2 * (b - a)
            + 2 * q * p * (np.exp(-b) - np.exp(-a))
            + p**2 * (np.exp(-2 * a) - np.exp(-2 * b)) / 2
        )

    at = min(y, last)
    exact = squares(0.0, at, 0.0) + squares(at, last, 1.0)
    assert crps(draws, Outcome(y, 0.0, last)) == pytest.approx(exact, rel=1e-3)


@pytest.mark.parametrize("y", [23.0, 25.4, np.inf])
def test_crps_of_a_mixture_with_an_atom_is_scipy_s_integral(y):
    """A record that stands with probability 0.3, or a lognormal above it; seen up to 27."""
    record, last = 25.0, 27.0
    above = stats.lognorm(0.8, loc=record, scale=0.9)
    draws = np.where(EVEN < 0.3, record, above.ppf(np.clip((EVEN - 0.3) / 0.7, 0.0, 1.0)))

    def square(x):
        return ((0.3 + 0.7 * above.cdf(x)) * (x >= record) - (y <= x)) ** 2

    edges = [22.0, *sorted({record, min(y, last)}), last]
    exact = sum(integrate.quad(square, a, b)[0] for a, b in itertools.pairwise(edges))
    assert crps(draws, Outcome(y, 22.0, last)) == pytest.approx(exact, rel=1e-3)


@given(arrays(float, 25, elements=st.floats(-5, 5)), st.floats(-5, 5), st.floats(0.1, 4.0))
def test_crps_is_the_integral_of_the_squared_distance(draws, value, last):
    outcome = Outcome(value, -3.0, last)
    edges = np.unique(np.concatenate([outcome.seen(draws), [outcome.seen(value), -3.0, last]]))
    middle = (edges[1:] + edges[:-1]) / 2
    squares = (np.mean(draws[:, None] <= middle, axis=0) - (value <= middle)) ** 2
    assert crps(draws, outcome) == pytest.approx(float(squares @ np.diff(edges)), abs=1e-9)


def test_crps_is_that_of_an_independent_library():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from scores.probability import crps_for_ensemble, interval_tw_crps_for_ensemble

    rng = np.random.default_rng(4)
    draws, values = rng.normal(scale=2.0, size=(30, 101)), rng.normal(scale=3.0, size=30)
    theirs = (xr.DataArray(draws, dims=("case", "draw")), xr.DataArray(values, dims="case"), "draw")
    options: dict[str, Any] = {"preserve_dims": "all", "method": "ecdf"}
    plain: Any = crps_for_ensemble(*theirs, **options)
    weighted: Any = interval_tw_crps_for_ensemble(*theirs, *WINDOW, **options)
    for case, (one, value) in enumerate(zip(draws, values, strict=True)):
        assert crps(one, Outcome(value)) == pytest.approx(float(plain[case]), abs=1e-12)
        assert crps(one, Outcome(value, *WINDOW)) == pytest.approx(float(weighted[case]), abs=1e-12)


FORECASTS = arrays(
    float, st.integers(1, 20), elements=st.sampled_from([-9.0, -1.2, 0.3, 0.4, 2.0, 3.0, np.inf])
)


@given(FORECASTS, FORECASTS)
def test_no_forecast_does_better_than_the_truth(truth, other):
    """The mean score over outcomes drawn from a distribution is least for that distribution."""

    def mean(score, draws):
        return np.mean([score(draws, Outcome(y, *WINDOW)) for y in truth])

    def log(draws, outcome):
        return log_score(draws, outcome, 0.5)

    assert mean(crps, truth) <= mean(crps, other) + 1e-9
    # the floor hands out more than a probability of one: by at most itself for each of 13 cells
    assert mean(log, truth) <= mean(log, other) + 13 * LEAST_PROBABILITY


def test_floors_alone_reward_whoever_says_more():
    """Why averages leave out levels of which only a floor is known: the right forecast does worse on them."""
    floors, right = stats.norm.ppf((np.arange(50) + 0.5) / 50), stats.norm.ppf(EVEN[::20])

    def mean(draws):
        return np.mean([crps(draws, Outcome(np.inf, last=floor)) for floor in floors])

    assert mean(right + 1.0) < mean(right)


@pytest.mark.parametrize(
    ("value", "cell"), [(0.37, (0.3, 0.4)), (np.inf, (1.0, np.inf)), (-5.0, (-np.inf, -2.0))]
)
def test_log_score_of_a_normal(value, cell):
    exact = -np.log(np.diff(stats.norm.cdf(cell))[0])
    draws = stats.norm.ppf(EVEN)
    assert log_score(draws, Outcome(value, -2.0, 1.0), 0.1) == pytest.approx(exact, rel=1e-2)


def test_log_score_of_atoms():
    """A last value that persists, a record that stands, and what nobody drew."""
    persists, stands = np.array([26.31]), np.array([26.31, 26.31, 26.7, 27.2])
    assert log_score(persists, Outcome(26.31), 0.1) == 0.0
    assert log_score(stands, Outcome(26.31), 0.1) == pytest.approx(np.log(2))
    # at least the record: the record itself is among what that allows
    assert log_score(stands, Outcome(np.inf, last=26.31), 0.1) == 0.0
    assert log_score(persists, Outcome(26.5), 0.1) == -np.log(LEAST_PROBABILITY)


@given(
    arrays(float, 6, elements=st.floats(-1e9, 1e9) | st.sampled_from([-np.inf, np.inf])),
    st.floats(-4, 4) | st.just(np.inf),
)
def test_no_score_is_ever_nan_or_infinite(draws, value):
    outcome = Outcome(value, *WINDOW)
    scores = [crps(draws, outcome), log_score(draws, outcome, 0.1), width(draws, outcome, 0.8)]
    assert np.isfinite(scores).all()
    assert min(scores) >= 0.0


def test_the_partition_s_scores_add_up():
    """Over all cells of the window and its ends, the probabilities are a distribution."""
    draws = np.random.default_rng(5).normal(size=3_000)
    cells = [-3.1, *np.arange(-3.0, 2.5, 0.5) + 0.25, np.inf]
    total = sum(np.exp(-log_score(draws, Outcome(y, *WINDOW), 0.5)) for y in cells)
    assert total == pytest.approx(1.0, abs=2 * LEAST_PROBABILITY)


def test_brier_and_width():
    assert brier(0.2, False) == pytest.approx(0.04)
    draws = np.append(np.arange(99.0), np.inf)
    assert width(draws, Outcome(5.0, last=50.0), 0.8) == pytest.approx(41.0, abs=1.0)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Outcome(np.inf), "has not come"),
        (lambda: Outcome(np.nan), "needs a number"),
        (lambda: Outcome(1.0, 3.0, 2.0), "first < last"),
        (lambda: crps(np.array([1.0, np.inf]), Outcome(1.0)), "bounded window"),
        (lambda: crps(np.array([1.0, np.nan]), Outcome(1.0)), "draws that are numbers"),
    ],
)
def test_mistakes_are_named(make, message):
    with pytest.raises(DatawallError, match=message):
        make()
