"""The posterior of the delay recovers a known slope, also where the budget ran out."""

import numpy as np
import pytest

from datawall.studies.learning_order import results

pytestmark = pytest.mark.integration

SLOPE, BUDGET = 0.8, 3.5


@pytest.fixture(scope="module")
def measured():
    """Log10 steps of two seeds on a known line, and which of them the budget stopped."""
    rng = np.random.default_rng(1)
    k = np.arange(1, 9)[:, None]
    needed = 3.0 + SLOPE * (k - results.CENTRE) + 0.08 * rng.normal(size=(8, 2))
    return np.minimum(needed, BUDGET), needed > BUDGET


@pytest.fixture(scope="module")
def fitted(measured):
    return results.fit_delay(*measured)


def test_slope_is_recovered_though_a_third_is_censored(measured, fitted):
    assert measured[1].mean() > 0.3
    draws = fitted.posterior["slope"]
    assert draws.shape == (results.CHAINS, results.DRAWS)
    assert abs(draws.mean() - SLOPE) < 4 * draws.std()
    np.testing.assert_allclose(fitted.posterior["ooms_per_two"], 2 * draws)


def test_a_fit_that_takes_the_budget_for_the_steps_needed_is_biased(measured, fitted):
    steps, censored = measured
    wrong = results.fit_delay(steps, np.zeros_like(censored)).posterior["slope"]
    assert wrong.mean() < SLOPE - 4 * fitted.posterior["slope"].std()
    assert np.quantile(wrong, 0.99) < SLOPE


def test_chains_agree(fitted):
    assert fitted.r_hat < 1.05
    assert fitted.ess > 100
    assert fitted.divergences <= 1
    assert set(fitted.statistics) == set(results.STATISTICS)
