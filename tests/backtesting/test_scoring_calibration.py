"""Forecasters that are right or wrong on purpose, with and without open outcomes."""

import numpy as np
import pytest
from scipy import stats

from datawall.backtesting.scoring import (
    Outcome,
    block_weights,
    coverage,
    pit_bounds,
    pit_ecdf,
    pit_values,
    widening_factor,
)
from datawall.errors import DatawallError

EVEN = stats.norm.ppf((np.arange(1_000) + 0.5) / 1_000)
ALL_SEEN, SOME_OPEN, MOST_OPEN = 9.0, 0.5, -0.5


def bounds_of(spread, last, size=400, seed=20261122):
    """A forecaster of N(m, 1) whose draws have a spread of their own; what lies beyond `last` is open."""
    rng = np.random.default_rng(seed)
    bounds = []
    for _ in range(size):
        centre = rng.normal(scale=3.0)
        outcome = Outcome(centre + rng.normal(), last=centre + last)
        bounds.append(pit_bounds(centre + spread * EVEN, outcome))
    return np.array(bounds)


@pytest.mark.parametrize("last", [ALL_SEEN, SOME_OPEN, MOST_OPEN])
def test_a_right_forecaster_is_calibrated(last):
    """False alarms: 1e-3 for uniformity and for the band, 6e-5 for coverage, whose standard error is 0.02."""
    bounds = bounds_of(1.0, last)
    values = pit_values(bounds, 0)
    assert stats.kstest(values, "uniform").pvalue > 1e-3
    assert pit_ecdf(values, mass=0.999).inside
    assert np.mean(coverage(bounds, 0.8)) == pytest.approx(0.8, abs=4 * 0.02)


@pytest.mark.parametrize("last", [ALL_SEEN, SOME_OPEN])
def test_an_overconfident_forecaster_is_caught(last):
    bounds = bounds_of(0.5, last)
    values = pit_values(bounds, 0)
    assert stats.kstest(values, "uniform").pvalue < 1e-3
    assert not pit_ecdf(values, mass=0.999).inside
    assert np.mean(coverage(bounds, 0.8)) < 0.8 - 4 * 0.02


def test_leaving_out_the_open_is_caught():
    """Wrong on purpose: what happened in time came early, so that forecasts look late."""
    bounds = bounds_of(1.0, SOME_OPEN)
    happened = bounds[bounds[:, 1] < 1.0]
    assert stats.kstest(pit_values(happened, 0), "uniform").pvalue < 1e-3


def test_an_atom_spreads_its_probability():
    """A record that stands with probability 0.3 as the forecaster says: uniform, though values tie."""
    rng = np.random.default_rng(6)
    draws = np.where(np.arange(1_000) < 300, 25.0, 25.0 + stats.expon.ppf(np.linspace(0.001, 0.999, 1_000)))
    bounds = np.array([pit_bounds(draws, Outcome(one)) for one in rng.choice(draws, 400)])
    assert stats.kstest(pit_values(bounds, 0), "uniform").pvalue > 1e-3
    assert np.mean(coverage(bounds, 0.8)) == pytest.approx(0.8, abs=4 * 0.02)


def test_the_band_holds_whole_curves_as_often_as_it_says():
    """Over 2000 samples the standard error of 95 % is 0.5 %; from the band's own 1000 it is 0.7 %."""
    size, samples = 60, np.sort(np.random.default_rng(7).random((2_000, 60)))
    band = pit_ecdf(samples[0], mass=0.95)
    curves = np.stack([np.searchsorted(one, band.at, side="right") for one in samples]) / size
    curves[:, -1] = 1.0
    inside = np.mean(np.all((band.low <= curves) & (curves <= band.high), axis=1))
    assert inside == pytest.approx(0.95, abs=4 * 0.009)


def test_a_band_needs_two():
    with pytest.raises(DatawallError, match="at least 2 outcomes"):
        pit_ecdf(np.array([0.5]))


def standard_error(size, spread):
    """Of the 80 % quantile of |z| / z_0.9 when z has the given spread."""
    z = stats.norm.ppf(0.9)
    return np.sqrt(0.8 * 0.2 / size) / (2 * stats.norm.pdf(z) * z / spread)


@pytest.mark.parametrize("last", [ALL_SEEN, SOME_OPEN])
@pytest.mark.parametrize("factor", [0.7, 1.0, 1.5])
def test_widening_recovers_how_overconfident_forecasts_are(factor, last):
    """Within 4 standard errors: false alarm 6e-5. The interval of the bootstrap is as wide as theirs."""
    size = 1_000
    bounds = bounds_of(1.0 / factor, last, size)
    found = widening_factor(bounds, block_weights(np.arange(size), 1.0, 400, 0))
    error = standard_error(size, factor)
    assert found.factor == pytest.approx(factor, abs=4 * error)
    assert found.low < found.factor < found.high
    assert found.high - found.low == pytest.approx(2 * 1.645 * error, rel=0.4)


def test_placing_the_open_by_the_narrow_forecast_is_caught():
    """Wrong on purpose: randomised PIT values of open outcomes are taken for outcomes."""
    size = 1_000
    values = pit_values(bounds_of(1 / 1.5, MOST_OPEN, size), 0)
    found = widening_factor(np.stack([values, values], axis=1), np.ones((2, size)))
    assert found.factor < 1.5 - 4 * standard_error(size, 1.5)


def test_widening_is_a_quantile_of_normal_scores_when_all_is_seen():
    values = np.random.default_rng(8).beta(0.5, 0.7, size=501)
    found = widening_factor(np.stack([values, values], axis=1), np.ones((2, 501))).factor
    scores = np.abs(stats.norm.ppf(values)) / stats.norm.ppf(0.9)
    assert found == pytest.approx(np.quantile(scores, 0.8, method="inverted_cdf"), rel=0.007)


def test_widening_of_nothing_and_of_what_no_draw_reached():
    assert np.isnan(widening_factor(np.empty((0, 2)), np.empty((3, 0))).factor)
    assert widening_factor(np.zeros((50, 2)), np.ones((2, 50))).factor == np.inf
