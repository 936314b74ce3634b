"""Scores against closed forms, an independent library, and forecasters that are right or wrong on purpose."""

import numpy as np
import pytest
import scoringrules as sr
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import stats

from datawall.errors import DatawallError
from datawall.scoring import Outcome, brier, coverage, crps, log_score, pit_bounds, pit_values, width
from datawall.scoring.outcome import known

EVEN = (np.arange(20_000) + 0.5) / 20_000


def test_crps_of_a_normal():
    """Gneiting and Raftery 2007, equation 21: sigma [z (2 Phi - 1) + 2 phi - 1 / sqrt(pi)]."""
    for mean, sd, y in ((0.0, 1.0, 0.3), (2028.0, 2.5, 2031.0)):
        z = (y - mean) / sd
        exact = sd * (z * (2 * stats.norm.cdf(z) - 1) + 2 * stats.norm.pdf(z) - 1 / np.sqrt(np.pi))
        assert crps(stats.norm(mean, sd).ppf(EVEN), known(y)) == pytest.approx(exact, rel=1e-3)


def test_crps_of_a_lognormal_is_the_library_s():
    draws = stats.lognorm(0.7, scale=np.exp(1.2)).ppf(EVEN)
    assert crps(draws, known(5.0)) == pytest.approx(float(sr.crps_lognormal(5.0, 1.2, 0.7)), rel=1e-3)


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
    assert crps(draws, known(y, 0.0, last)) == pytest.approx(exact, rel=1e-3)


@given(
    arrays(float, 25, elements=st.floats(-5, 5)),
    arrays(float, 4, elements=st.floats(-5, 5)),
    st.floats(0.1, 4.0),
)
def test_crps_is_the_integral_of_the_squared_distance(draws, values, last):
    outcome = Outcome(values, -3.0, last)
    edges = np.unique(np.concatenate([outcome.seen(draws), outcome.seen(values), [-3.0, last]]))
    middle = (edges[1:] + edges[:-1]) / 2
    below = np.mean(draws[:, None] <= middle, axis=0)
    squares = (below - (values[:, None] <= middle)) ** 2
    assert crps(draws, outcome) == pytest.approx(float(np.mean(squares @ np.diff(edges))), abs=1e-9)


def test_crps_is_proper():
    """In the mean over outcomes of N(0, 1), no other centre or spread does as well."""
    outcomes = stats.norm.ppf((np.arange(400) + 0.5) / 400)

    def mean_score(centre, sd):
        draws = stats.norm(centre, sd).ppf(EVEN[::20])
        return np.mean([crps(draws, known(y, -9.0, 1.0)) for y in outcomes])

    truth = mean_score(0.0, 1.0)
    assert all(mean_score(*other) > truth + 1e-3 for other in ((0.3, 1.0), (0.0, 0.7), (0.0, 1.4)))


def test_log_score_of_a_normal_and_of_not_yet():
    draws = np.random.default_rng(3).normal(size=5_000)
    # kernel smoothing widens the normal by about 3 % here
    assert log_score(draws, known(0.5)) == pytest.approx(-stats.norm.logpdf(0.5), abs=0.05)
    assert log_score(draws, known(np.inf, last=1.0)) == pytest.approx(-stats.norm.logsf(1.0), abs=0.1)
    assert log_score(draws, known(-5.0, first=-1.0)) == pytest.approx(-stats.norm.logcdf(-1.0), abs=0.1)
    assert log_score(np.zeros(10), known(np.inf, last=1.0)) == np.inf
    assert log_score(np.zeros(10), known(0.5)) == np.inf


def test_brier_and_width():
    assert brier(0.2, False) == pytest.approx(0.04)
    draws = np.append(np.arange(99.0), np.inf)
    assert width(draws, known(5.0, last=50.0), 0.8) == pytest.approx(41.0, abs=1.0)


def forecasts(rng, spread, last):
    """Forecasters of N(m, 1) who draw with a spread of their own; 400 outcomes, some still open."""
    for _ in range(400):
        centre = rng.normal(scale=3.0)
        y = centre + rng.normal()
        outcome = known(y if y <= centre + last else np.inf, last=centre + last)
        yield pit_bounds(centre + spread * stats.norm.ppf(EVEN[::20]), outcome)


def verdict(spread, last):
    bounds = list(forecasts(np.random.default_rng(20261122), spread, last))
    p_value = stats.kstest(pit_values(bounds, 0), "uniform").pvalue
    return p_value, coverage(np.concatenate(bounds), 0.8)


@pytest.mark.parametrize("last", [9.0, 0.5])
def test_a_right_forecaster_is_calibrated_and_an_overconfident_one_is_caught(last):
    # 400 outcomes: the standard error of a coverage of .8 is .02; false alarms 1e-3 and 6e-5
    p_value, covered = verdict(1.0, last)
    assert p_value > 1e-3
    assert abs(covered - 0.8) < 4 * 0.02
    p_value, covered = verdict(0.5, last)
    assert p_value < 1e-3
    assert covered < 0.8 - 4 * 0.02


def test_errors_of_measurement_spread_the_outcome():
    draws = stats.norm.ppf(EVEN)
    spread = pit_bounds(draws, Outcome(np.array([-2.0, 0.0, 2.0])))
    np.testing.assert_allclose(spread.mean(axis=1), stats.norm.cdf([-2.0, 0.0, 2.0]), atol=1e-4)
    assert coverage(spread, 0.8) == pytest.approx(1 / 3)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: known(np.inf), "has not come"),
        (lambda: known(np.nan), "list of numbers"),
        (lambda: known(1.0, 3.0, 2.0), "first < last"),
        (lambda: crps(np.array([1.0, np.inf]), known(1.0)), "bounded window"),
        (lambda: crps(np.array([1.0, np.nan]), known(1.0)), "draws that are numbers"),
    ],
)
def test_mistakes_are_named(make, message):
    with pytest.raises(DatawallError, match=message):
        make()
