import numpy as np
import pytest

from datawall.scaling_laws.costs import (
    budget_for_flop,
    chips_for_run,
    days_for_run,
    flop_from_budget,
    site_power,
    training_flop,
)

PEAK, MFU = 989.4e12, 0.4


def test_a_dollar_buys_half_an_hour_at_two_dollars():
    assert flop_from_budget(1.0, 2.0, PEAK, 1.0) == pytest.approx(1800 * PEAK)


def test_budget_and_compute_are_inverse():
    flop = np.logspace(18, 32, 15)
    np.testing.assert_allclose(
        flop_from_budget(budget_for_flop(flop, 2.5, PEAK, MFU), 2.5, PEAK, MFU), flop, rtol=1e-14
    )


def test_chips_days_and_power_close_the_circle():
    chips = chips_for_run(1e27, 90.0, PEAK, MFU)
    watts = site_power(chips, 1400.0)
    assert days_for_run(1e27, watts, 1400.0, PEAK, MFU) == pytest.approx(90.0)
    assert chips * PEAK * MFU * 90 * 86400 == pytest.approx(1e27)


def test_single_precision_does_not_overflow():
    one = np.float32(1.0)
    assert np.isfinite(training_flop(one * 1e15, one * 1e16))
    assert np.isfinite(budget_for_flop(one * 1e32, one * 2, one * PEAK, one * MFU))
    assert np.isfinite(chips_for_run(one * 1e32, one * 90, one * PEAK, one * MFU))
