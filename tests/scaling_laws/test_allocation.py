import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from datawall.scaling_laws.allocation import (
    flop_for_loss,
    flop_for_optimal_tokens,
    isoflop_penalty,
    loss,
    optimal_allocation,
    power_law_allocation,
    tokens_from_pivot,
)
from datawall.scaling_laws.laws import LAWS, ScalingLaw
from support.numerics import difference_jacobian, search_minimum

pytestmark = pytest.mark.usefixtures("exact")

FULL = ["hoffmann2022", "besiroglu2024", "muennighoff2023"]
EQUAL_EXPONENTS = ScalingLaw(E=1.8, A=500.0, B=500.0, alpha=0.35, beta=0.35)
laws = st.builds(
    ScalingLaw,
    E=st.floats(0.0, 3.0),
    A=st.floats(1.0, 1e4),
    B=st.floats(1.0, 1e5),
    alpha=st.floats(0.1, 1.0),
    beta=st.floats(0.1, 1.0),
)
log10_flops = st.floats(18.0, 32.0)


def plain_loss(law, params, tokens):
    return law.E + law.A / params**law.alpha + law.B / tokens**law.beta


@pytest.mark.parametrize("name", FULL)
@pytest.mark.parametrize("flop", [1e18, 5.76e23, 1e32])
def test_optimum_is_what_a_search_finds(name, flop):
    law = LAWS[name]
    middle = np.log(flop / 6) / 2
    log_params, least = search_minimum(
        lambda x: float(plain_loss(law, np.exp(x), flop / 6 / np.exp(x))) - law.E, middle - 5, middle + 5
    )
    found = optimal_allocation(law, flop)
    assert np.log(found.params) == pytest.approx(log_params, abs=1e-5)
    assert float(found.loss) == pytest.approx(law.E + least, rel=1e-13)


@given(law=laws, log10_flop=log10_flops)
@settings(max_examples=30, deadline=None)
def test_optimum_spends_the_compute_and_inverts(law, log10_flop):
    flop = 10.0**log10_flop
    best = optimal_allocation(law, flop)
    assert float(6 * best.params * best.tokens) == pytest.approx(flop, rel=1e-10)
    assert float(best.tokens_per_param) == pytest.approx(float(best.tokens / best.params), rel=1e-10)
    assert float(best.loss) == pytest.approx(float(plain_loss(law, best.params, best.tokens)), rel=1e-10)
    assert float(flop_for_optimal_tokens(law, best.tokens)) == pytest.approx(flop, rel=1e-9)
    # The loss keeps only the digits of L - E, so this inverse is as good as these.
    digits = 1e-13 * float(best.loss / (best.loss - law.E)) * (law.alpha + law.beta) / (law.alpha * law.beta)
    assert float(flop_for_loss(law, best.loss)) == pytest.approx(flop, rel=1e-9 + digits)


@given(law=laws, log10_flop=log10_flops, k=st.floats(0.1, 10.0))
@settings(max_examples=30, deadline=None)
def test_optimum_is_a_minimum(law, log10_flop, k):
    best = optimal_allocation(law, 10.0**log10_flop)
    assert float(loss(law, best.params / k, best.tokens * k)) >= float(best.loss) * (1 - 1e-14)


def test_flop_for_loss_is_infinite_at_the_irreducible_loss():
    law = LAWS["besiroglu2024"]
    assert np.isinf(flop_for_loss(law, jnp.array([law.E, law.E - 0.1, 0.0]))).all()
    assert np.isfinite(jax.grad(lambda value: flop_for_loss(law, value))(2.0))


def test_isoflop_penalty_agrees_with_its_definition():
    law, flop = LAWS["besiroglu2024"], 1e24
    best = optimal_allocation(law, flop)
    for k in (0.3, 1.0, 3.0, 20.0):
        penalty = isoflop_penalty(law, flop, k)
        actual = plain_loss(law, best.params / k, best.tokens * k)
        assert float(penalty.loss_excess) == pytest.approx(float(actual - best.loss), abs=1e-12)
        assert float(penalty.compute_waste) == pytest.approx(
            float(flop / flop_for_loss(law, actual)), rel=1e-9
        )
        hybrid = isoflop_penalty(law, flop, k, hybrid=0.9)
        assert float(hybrid.loss_excess) == pytest.approx(0.9 * float(penalty.loss_excess), abs=1e-15)
        assert float(hybrid.compute_waste) == pytest.approx(
            float(flop / flop_for_loss(law, best.loss + hybrid.loss_excess)), rel=1e-9
        )


def test_equal_exponents_and_coefficients_give_one_token_a_parameter():
    best = optimal_allocation(EQUAL_EXPONENTS, np.array([1e18, 1e25, 1e32]))
    np.testing.assert_allclose(best.tokens_per_param, 1.0, rtol=1e-12)


def test_laws_of_the_allocation_only():
    twenty = optimal_allocation(LAWS["twenty_to_one"], 1e25)
    assert float(twenty.tokens_per_param) == pytest.approx(20.0)
    assert np.isnan(twenty.loss)
    llama = power_law_allocation(0.299, 0.537, 3.8e25)
    assert float(llama.tokens) == pytest.approx(0.299 * 3.8e25**0.537)
    assert float(6 * llama.params * llama.tokens) == pytest.approx(3.8e25)
    assert float(flop_for_optimal_tokens(LAWS["llama3"], llama.tokens)) == pytest.approx(3.8e25)


def test_pivot_passes_through_its_reference():
    law = LAWS["besiroglu2024"]
    reference = optimal_allocation(law, 1e21)
    tokens = tokens_from_pivot(1e26, 1e21, reference.tokens, law.token_exponent)
    assert float(tokens) == pytest.approx(float(optimal_allocation(law, 1e26).tokens))
    assert float(tokens_from_pivot(1e21, 1e21, 1e11, 0.537)) == pytest.approx(1e11)


def test_gradients_agree_with_finite_differences():
    def outputs(x):
        law = ScalingLaw(*x[:5])
        flop = jnp.exp(x[5])
        best = optimal_allocation(law, flop)
        penalty = isoflop_penalty(law, flop, 3.0)
        return jnp.stack([best.loss, jnp.log(best.tokens), penalty.loss_excess, penalty.compute_waste])

    batched, jacobian = jax.jit(jax.vmap(outputs)), jax.jit(jax.jacrev(outputs))
    for law in (LAWS[name] for name in FULL):
        x = np.array([law.E, law.A, law.B, law.alpha, law.beta, np.log(1e24)])
        np.testing.assert_allclose(jacobian(x), difference_jacobian(batched, x), rtol=1e-5, atol=1e-9)


def test_single_precision_holds_up_to_1e32_flop():
    flops = np.logspace(18, 32, 29)
    law = LAWS["besiroglu2024"]
    double = optimal_allocation(law, flops)
    penalty = isoflop_penalty(law, flops, 3.0)
    with jax.enable_x64(False):
        single = optimal_allocation(law, flops)
        single_penalty = isoflop_penalty(law, flops, 3.0)
        back = flop_for_optimal_tokens(law, single.tokens)
    for a, b in zip(jax.tree.leaves(single), jax.tree.leaves(double), strict=True):
        np.testing.assert_allclose(a, b, rtol=2e-5)
    np.testing.assert_allclose(single_penalty.loss_excess, penalty.loss_excess, rtol=2e-5)
    np.testing.assert_allclose(back, flops, rtol=2e-5)


def test_integers_floats_and_batches_give_the_same():
    law = LAWS["besiroglu2024"]
    with jax.enable_x64(False):
        assert float(loss(law, 70 * 10**9, 14 * 10**11)) == float(loss(law, 70e9, 1.4e12))
    flops = jnp.array([1e20, 1e25])
    batched = jax.jit(jax.vmap(lambda c: optimal_allocation(law, c)))(flops)
    for i, flop in enumerate(flops):
        for a, b in zip(
            jax.tree.leaves(batched), jax.tree.leaves(optimal_allocation(law, flop)), strict=True
        ):
            assert float(a[i]) == pytest.approx(float(b), rel=1e-13)
