import numpy as np
import pytest

from datawall.model.loss.law import pivot_law, scaling_law
from datawall.scaling_laws.allocation import flop_for_optimal_tokens, loss, optimal_allocation
from support.numerics import search_minimum
from support.world_cases import one_draw, random_draws

pytestmark = pytest.mark.usefixtures("exact")

DRAWS = random_draws(20, 3, 1, tokens_per_param_1e21=20.0)
INPUTS = [one_draw(DRAWS, index) for index in range(20)]


@pytest.mark.parametrize("inputs", INPUTS[:5])
def test_the_reference_optimum_is_what_was_stated(inputs):
    law = scaling_law(pivot_law(inputs))
    best = optimal_allocation(law, 1e21)
    assert float(best.tokens_per_param) == pytest.approx(20.0, rel=1e-10)
    assert float(best.loss) - inputs.irreducible_loss == pytest.approx(inputs.reducible_loss_1e21, rel=1e-10)
    assert law.alpha + law.beta == pytest.approx(inputs.exponent_sum, rel=1e-12)
    assert law.beta / (law.alpha + law.beta) == pytest.approx(inputs.params_exponent, rel=1e-12)
    assert inputs.irreducible_loss == law.E


@pytest.mark.parametrize("inputs", INPUTS[:5])
@pytest.mark.parametrize("flop", [1e18, 1e24, 3.8e25, 1e30])
def test_the_optimum_elsewhere_is_that_of_the_five_constants(inputs, flop):
    pivot = pivot_law(inputs)
    law = scaling_law(pivot)
    best = optimal_allocation(law, flop)
    tokens, reducible = pivot.log_optimal_tokens(np.log(flop)), pivot.log_reducible_loss(np.log(flop))
    assert float(best.tokens) == pytest.approx(float(np.exp(tokens)), rel=1e-9)
    assert float(best.loss) - law.E == pytest.approx(float(np.exp(reducible)), rel=1e-9)
    assert float(pivot.log_flop_for_optimal_tokens(tokens)) == pytest.approx(np.log(flop), rel=1e-12)
    assert float(flop_for_optimal_tokens(law, best.tokens)) == pytest.approx(flop, rel=1e-9)


@pytest.mark.parametrize("inputs", INPUTS[:3])
def test_a_search_finds_the_same_optimum(inputs):
    pivot = pivot_law(inputs)
    law = scaling_law(pivot)
    flop = 1e26
    at, value = search_minimum(
        lambda x: float(loss(law, flop / 6 / np.exp(x), np.exp(x))) - inputs.irreducible_loss, 20.0, 45.0
    )
    assert at == pytest.approx(float(pivot.log_optimal_tokens(np.log(flop))), abs=1e-5)
    assert value == pytest.approx(float(np.exp(pivot.log_reducible_loss(np.log(flop)))), rel=1e-9)


def test_growth_of_tokens_parameters_and_loss():
    """D* grows as C^b, N* as C^a, and the reducible loss falls as C^(-alpha beta / (alpha + beta))."""
    for inputs in INPUTS:
        pivot = pivot_law(inputs)
        a, b = inputs.params_exponent, 1 - inputs.params_exponent
        rise = pivot.log_optimal_tokens(60.0) - pivot.log_optimal_tokens(50.0)
        fall = pivot.log_reducible_loss(50.0) - pivot.log_reducible_loss(60.0)
        assert float(rise) == pytest.approx(10 * b)
        assert float(fall) == pytest.approx(10 * a * b * inputs.exponent_sum)
        assert (pivot.alpha, pivot.beta) == pytest.approx((b * inputs.exponent_sum, a * inputs.exponent_sum))
