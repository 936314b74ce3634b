"""Integrating an input out: closed forms on a toy, and no bias from a threshold that is wrong."""

import numpy as np
import pytest
from scipy import stats

from datawall.distributions.families import Distribution
from datawall.distributions.integrate_out import Integration, integration, reached_by
from datawall.model.inputs import INTEGRATED
from datawall.scenario import load_scenario

DRAWS = 200_000
MEAN, SD = 0.5, 0.05
WEIGHTS = np.array([0.6, 0.8])


@pytest.fixture(scope="module")
def toy():
    """Return numbers, scores and the exponent: normal, tied to the first score."""
    joint = load_scenario("baseline").joint()
    exponent = Distribution("normal", {"loc": MEAN, "scale": SD})
    found = integration(INTEGRATED, exponent, joint)
    assert found is not None
    z = np.random.default_rng(0).normal(size=(3, DRAWS)).astype(np.float32)
    params = found.params | {"weights": WEIGHTS.astype(np.float32)}
    return params, z, MEAN + SD * (WEIGHTS @ z[[1, 0]])


def estimate(toy, threshold, reached):
    params, z, exponent = toy
    return np.asarray(
        reached_by(
            Integration((1,)), params, z, exponent.astype(np.float32), threshold.astype(np.float32), reached
        )
    )


def test_an_exact_threshold_gives_the_closed_form_with_less_variance(toy):
    _, z, exponent = toy
    threshold = (0.48 + 0.03 * z[2])[None, None]
    reached = exponent <= threshold
    found = estimate(toy, threshold, reached)[0, 0]
    # a - threshold is normal
    truth = stats.norm.cdf((0.48 - MEAN) / np.hypot(SD, 0.03))
    assert abs(found.mean() - truth) < 4 * found.std() / np.sqrt(DRAWS)
    assert found.var() < 0.5 * reached.var()


def test_a_wrong_threshold_costs_variance_and_no_bias(toy):
    _, z, exponent = toy
    truth = (0.48 + 0.03 * z[2])[None, None]
    reached = exponent <= truth
    exact, wrong = (estimate(toy, truth + shift, reached)[0, 0] for shift in (0.0, 0.01))
    assert exact.var() < wrong.var()
    assert abs(wrong.mean() - exact.mean()) < 4 * (wrong - exact).std() / np.sqrt(DRAWS)
    assert not abs(estimate(toy, truth + 0.01, exponent <= truth + 0.01).mean() - exact.mean()) < 0.01


def test_thresholds_outside_the_prior_are_certain(toy):
    found = estimate(
        toy, np.array([-np.inf, -9.0, 9.0, np.inf])[None, :, None], np.zeros((1, 4, DRAWS), bool)
    )
    np.testing.assert_array_equal(found[0, :2], 0.0)
    np.testing.assert_array_equal(found[0, 2:], 0.0)  # 1, less that the exponent is below


@pytest.mark.parametrize(
    "distribution",
    [
        Distribution("fixed", {"value": 0.5}),
        Distribution("mixture", {"table": np.zeros(3), "atoms": np.ones(1)}),
    ],
)
def test_an_input_with_single_values_is_not_integrated(distribution):
    assert integration(INTEGRATED, distribution, load_scenario("baseline").joint()) is None


def test_no_other_input_hangs_on_the_score_that_is_integrated():
    joint = load_scenario("baseline").joint()
    assert joint.streams[joint.structure.correlated[-1]] == INTEGRATED
    assert np.all(np.triu(joint.params["cholesky"], 1) == 0.0)
