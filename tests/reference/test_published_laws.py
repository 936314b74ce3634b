"""Numbers that authors published of their own laws, or that follow from the printed constants."""

import jax
import numpy as np
import pytest

from datawall.scaling_laws.allocation import optimal_allocation
from datawall.scaling_laws.effective_data import REPETITIONS, Repetition, repetition_frontier
from datawall.scaling_laws.laws import LAWS, ScalingLaw
from datawall.scaling_laws.levers import overtraining

HOFFMANN_UNROUNDED = ScalingLaw(
    E=np.exp(0.5267228), A=np.exp(6.0073404), B=np.exp(6.0179186), alpha=0.33917084, beta=0.2849083
)


@pytest.fixture(scope="module", autouse=True)
def exact():
    with jax.enable_x64(True):
        yield


@pytest.mark.parametrize(("epochs", "worth"), [(4, 3.73), (5, 4.52), (16, 10.6), (40, 15.2)])
def test_worth_of_passes_in_muennighoff2023(epochs, worth):
    frontier = repetition_frontier(LAWS["muennighoff2023"], REPETITIONS["muennighoff2023"], epochs)
    assert float(frontier.effective_token_multiple) == pytest.approx(worth, rel=5e-3)


def test_value_of_a_token_seen_sixteen_times():
    frontier = repetition_frontier(LAWS["muennighoff2023"], REPETITIONS["muennighoff2023"], 16.0)
    assert float(frontier.avg_token_value) == pytest.approx(0.66, abs=5e-3)
    assert float(frontier.marginal_token_value) == pytest.approx(0.38, abs=5e-3)
    refit = repetition_frontier(LAWS["muennighoff2023"], Repetition(41.6, 5.31), 16.0)
    assert float(refit.avg_token_value) == pytest.approx(0.85, abs=1e-2)


@pytest.mark.parametrize(
    ("name", "data", "compute"),
    [("hoffmann2022", 5.3, 1.77), ("besiroglu2024", 6.3, 2.09), ("muennighoff2023", 6.2, 2.05)],
)
def test_price_of_a_model_three_times_smaller(name, data, compute):
    needs = overtraining(LAWS[name], 3.0)
    assert float(needs.data_factor) == pytest.approx(data, abs=0.05)
    assert float(needs.compute_factor) == pytest.approx(compute, abs=6e-3)


def test_smallest_model_that_any_data_can_save():
    assert float(overtraining(LAWS["besiroglu2024"], 1.0).k_max) == pytest.approx(6.8, abs=0.05)
    assert float(overtraining(LAWS["hoffmann2022"], 1.0).k_max) == pytest.approx(10.4, abs=0.05)


def test_tokens_per_parameter():
    def ratio(law, flop):
        return float(optimal_allocation(law, flop).tokens_per_param)

    assert ratio(LAWS["hoffmann2022"], 6e23) == pytest.approx(93, abs=0.5)
    assert ratio(HOFFMANN_UNROUNDED, 5.76e23) == pytest.approx(59, abs=0.5)
    assert ratio(HOFFMANN_UNROUNDED, 1e26) == pytest.approx(93, abs=1.0)
    assert ratio(LAWS["besiroglu2024"], 5.76e23) == pytest.approx(18.4, abs=0.1)
    assert ratio(LAWS["besiroglu2024"], 1e26) == pytest.approx(16.1, abs=0.1)
    assert ratio(LAWS["besiroglu2024"], 2e29) == pytest.approx(13.3, abs=0.1)


def test_llama3_tokens_at_its_budget():
    best = optimal_allocation(LAWS["llama3"], 3.8e25)
    assert float(best.tokens) == pytest.approx(16.3e12, rel=5e-3)
    rounded = 0.29 * 3.8e25**0.53
    assert rounded / float(best.tokens) == pytest.approx(1 - 0.36, abs=0.01)
