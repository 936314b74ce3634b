"""Counts of models above a threshold, against single models drawn one by one and against quadrature."""

from functools import partial

import jax
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad

from datawall.model.clock import ANCHORS, clock_at
from datawall.model.counts import RATE_DATE, model_counts, models_within
from datawall.model.inputs import Inputs

AS_OF = 2026.75
CLOCK = clock_at(AS_OF, dict.fromkeys(ANCHORS, AS_OF))
GRID = np.concatenate([[-3.0, -2.0, -1.0, 0.0], np.arange(2027.0, 2041.0) - AS_OF])
TURN = 2029.0 - AS_OF
THRESHOLDS = (1e25, 1e26, 1e27, 1e28)
SURE = {
    "training_days": 120.0,
    "models_near_frontier": 14.0,
    "run_size_exponent": 0.15,
    "model_count_growth": 1.08,
}


def log10_largest(t):
    """A run of 2e27 FLOP at the as-of date, fourfold a year, from the turn on twofold."""
    return 27.3 + 0.6 * np.minimum(t, TURN) + 0.3 * np.maximum(t - TURN, 0.0)


@partial(jax.jit, static_argnames="thresholds")
def _counted(draw, grid, log_flop, thresholds):
    return model_counts(Inputs(**draw), CLOCK, grid, log_flop, thresholds)


def counted(path=log10_largest, thresholds=THRESHOLDS, **changes):
    return np.asarray(_counted(SURE | changes, GRID, path(GRID) * np.log(10.0), thresholds))


def rate(t, threshold, sure=SURE):
    """Models a year above a threshold, powers of ten throughout."""
    depth = log10_largest(t - sure["training_days"] / 365.25) - np.log10(threshold)
    s = sure["run_size_exponent"]
    number = sure["models_near_frontier"] * (10 ** (s * np.maximum(depth, 0.0)) - 1) / (10**s - 1)
    return number * sure["model_count_growth"] ** (AS_OF + t - RATE_DATE)


@pytest.mark.parametrize("exponent", [0.002, 0.15, 0.35])
@pytest.mark.parametrize("column", range(len(THRESHOLDS)))
def test_counts_are_the_integral_of_the_rate(column, exponent):
    found = counted(run_size_exponent=exponent)[:, column]
    kinks = [TURN, TURN + SURE["training_days"] / 365.25]
    sure = SURE | {"run_size_exponent": exponent}
    expected = [
        quad(rate, -9.0, t, args=(THRESHOLDS[column], sure), points=[k for k in kinks if k < t], limit=400)[0]
        for t in GRID
    ]
    # a triangle in the year in which the largest run passes; the pace of the year before over one duration
    assert np.allclose(found, expected, rtol=0.02, atol=0.6)


def simulated(sure, worlds, seed):
    """Return the models trained above the thresholds by 2031, one drawn after the other."""
    rng = np.random.default_rng(seed)
    deepest, step = 8.0, 1 / 50
    s, days = sure["run_size_exponent"], sure["training_days"]
    near, growth = sure["models_near_frontier"], sure["model_count_growth"]
    found = np.zeros((worlds, len(THRESHOLDS)))
    for t in np.arange(-9.0, 2031.0 - AS_OF, step) + step / 2:
        mean = near * (10 ** (s * deepest) - 1) / (10**s - 1) * growth ** (AS_OF + t - RATE_DATE) * step
        number = rng.poisson(mean, worlds)
        world = np.repeat(np.arange(worlds), number)
        # the quantile function of the depth: the share within x is (10^(s x) - 1) / (10^(s deepest) - 1)
        depth = np.log10(1 + rng.random(len(world)) * (10 ** (s * deepest) - 1)) / s
        size = log10_largest(t - days / 365.25) - depth
        for column, threshold in enumerate(THRESHOLDS):
            found[:, column] += np.bincount(world[size > np.log10(threshold)], minlength=worlds)
    return found


def test_counts_are_the_mean_of_simulated_worlds():
    """Four means within four standard errors and 1 %; false alarm below 3e-4."""
    worlds = simulated(SURE, 200, seed=1)
    mean, error = worlds.mean(axis=0), worlds.std(axis=0) / np.sqrt(len(worlds))
    by_2031 = counted()[GRID.tolist().index(2031.0 - AS_OF)]
    assert np.all(np.abs(mean - by_2031) < 4 * error + 0.01 * by_2031)
    assert np.allclose(worlds.var(axis=0), by_2031, rtol=0.45), "chance alone spreads it by its square root"
    too_steep = simulated(SURE | {"run_size_exponent": 0.25}, 200, seed=1).mean(axis=0)
    assert np.any(np.abs(too_steep - by_2031) > 4 * error + 0.01 * by_2031), "the test can fail"


@given(st.floats(0.002, 0.8), st.floats(0.9, 1.2), st.floats(10.0, 350.0), st.floats(1.0, 50.0))
def test_counts_grow_with_time_and_fall_with_the_threshold(exponent, growth, days, near):
    found = counted(
        run_size_exponent=exponent, model_count_growth=growth, training_days=days, models_near_frontier=near
    )
    assert np.all(np.diff(found, axis=0) >= 0.0)
    assert np.all(np.diff(found, axis=1) <= 1e-5 * found[:, 1:] + 1e-4)
    doubled = counted(
        run_size_exponent=exponent,
        model_count_growth=growth,
        training_days=days,
        models_near_frontier=2 * near,
    )
    assert np.allclose(doubled, 2.0 * found, rtol=1e-4, atol=1e-6)


def test_nothing_lies_above_the_largest_run():
    largest = 10 ** log10_largest(GRID - SURE["training_days"] / 365.25)
    for column, threshold in enumerate(THRESHOLDS):
        assert np.all(counted()[largest < 0.9 * threshold, column] == 0.0)
        assert np.all(counted()[largest > 1.5 * threshold, column] > 0.0)


def test_a_tenfold_threshold_is_counted_as_many_years_later_as_the_largest_run_needs():
    steady = counted(lambda t: 27.0 + 0.5 * t, (1e26, 1e27), model_count_growth=1.0)
    years = AS_OF + GRID
    later = np.interp(years + 2.0, years, steady[:, 1])
    inside = (years > 2027.0) & (years < 2037.0)
    assert np.allclose(later[inside], steady[inside, 0], rtol=0.01, atol=0.1)


def test_models_that_wait_for_longer_training_are_fewer():
    assert np.all(counted(training_days=300.0)[-1] < counted(training_days=30.0)[-1])


def test_a_frontier_that_stands_still_before_the_grid_is_counted():
    still = counted(lambda t: np.full_like(t, 26.0))
    assert np.all(np.isfinite(still))
    assert still[-1, 0] > 0.0
    assert np.all(still[:, 2] == 0.0)


def test_single_precision_suffices():
    with jax.enable_x64(True):
        exact = counted(run_size_exponent=0.01)
    assert exact.dtype == np.float64
    assert np.allclose(counted(run_size_exponent=0.01), exact, rtol=5e-3, atol=1e-2)


def test_one_order_of_magnitude_holds_the_models_stated():
    assert float(models_within(1.0, 14.0, 0.15)) == pytest.approx(14.0)
    assert float(models_within(-2.0, 14.0, 0.15)) == 0.0
    # Kumar and Manning, arXiv 2504.16138: 6-8 a year within .5, 14-16 within 1, 20-24 within 1.5
    assert 6.0 < float(models_within(0.5, 14.1, 0.154)) < 8.0
    assert 20.0 < float(models_within(1.5, 14.1, 0.154)) < 24.0


def test_a_frontier_that_leaps_takes_no_model_away():
    def leap(t):
        return 25.05 + 3.0 * (t > 1.0)

    for exponent in (0.05, 0.5, 0.95):
        found = counted(leap, run_size_exponent=exponent, training_days=500.0)
        assert np.isfinite(found).all()
        assert (np.diff(found, axis=0) >= 0.0).all()
