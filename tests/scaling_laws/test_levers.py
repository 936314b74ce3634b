import jax
import jax.numpy as jnp
import numpy as np
import pytest

from datawall.scaling_laws.allocation import loss, optimal_allocation
from datawall.scaling_laws.effective_data import REPETITIONS
from datawall.scaling_laws.laws import LAWS, ScalingLaw
from datawall.scaling_laws.levers import (
    distilled_optimum,
    effective_parameters,
    max_overtraining,
    overtrained_wall_flop,
    overtraining,
    overtraining_constrained,
)
from datawall.scaling_laws.repetition import data_constrained_loss, effective_tokens
from support.numerics import difference_jacobian

pytestmark = pytest.mark.usefixtures("exact")

REP = REPETITIONS["muennighoff2023"]
LAW = LAWS["muennighoff2023"]
FULL = ["hoffmann2022", "besiroglu2024", "muennighoff2023"]


@pytest.mark.parametrize("name", FULL)
@pytest.mark.parametrize("multiplier", [1.0, 1.5, 10.0])
def test_distillation_is_worth_as_much_compute(name, multiplier):
    law = LAWS[name]
    distilled = distilled_optimum(law, 1e25, multiplier)
    richer = optimal_allocation(law, multiplier * 1e25)
    assert float(distilled.loss) == pytest.approx(float(richer.loss), rel=1e-14)
    assert float(distilled.loss) == pytest.approx(
        float(loss(law, distilled.params, multiplier * distilled.tokens)), rel=1e-14
    )
    b = law.alpha / (law.alpha + law.beta)
    fewer = optimal_allocation(law, 1e25).tokens / multiplier ** (1 - b)
    assert float(distilled.tokens) == pytest.approx(float(fewer))


@pytest.mark.parametrize("name", FULL)
@pytest.mark.parametrize("shrink", [0.5, 1.0, 2.0, 3.0, 6.5])
def test_overtrained_model_reaches_the_same_loss(name, shrink):
    law = LAWS[name]
    needs = overtraining(law, shrink)
    base = optimal_allocation(law, 3e25)
    reached = loss(law, base.params / shrink, base.tokens * needs.data_factor)
    assert float(reached) == pytest.approx(float(base.loss), rel=1e-14)
    assert float(needs.compute_factor) == pytest.approx(float(needs.data_factor) / shrink)


def test_overtraining_ends_at_k_max():
    for law in (*(LAWS[name] for name in FULL), ScalingLaw(1.0, 5.0, 5.0, 0.4, 0.4)):
        k_max = overtraining(law, 1.0).k_max
        assert float(overtraining(law, 0.999 * k_max).data_factor) > 1e5
        past = overtraining(law, jnp.stack([k_max, 1.001 * k_max, 1e6 * k_max]))
        assert np.isinf(past.data_factor).all()
        assert np.isinf(past.compute_factor).all()
    assert float(jax.grad(lambda k: overtraining(LAW, k).data_factor)(100.0)) == 0.0


@pytest.mark.parametrize("distill", [1.0, 2.0])
@pytest.mark.parametrize("unique", [2e12, 1e13, 5e13, 1e16])
def test_constrained_overtraining_reaches_the_loss(unique, distill):
    run = overtraining_constrained(LAW, REP, 2.0, 1e25, unique, distill)
    base = optimal_allocation(LAW, 1e25)
    worth = distill * unique
    assert float(run.params) == pytest.approx(float(base.params) / 2)
    if np.isinf(run.epochs):
        assert float(run.effective_tokens_needed) > worth * (1 + REP.r_d) or np.isinf(
            run.effective_tokens_needed
        )
        assert np.isinf(run.tokens)
        assert np.isinf(run.flop)
        return
    seen = distill * run.tokens
    assert float(effective_tokens(worth, seen, REP.r_d)) == pytest.approx(float(run.effective_tokens_needed))
    reached = data_constrained_loss(LAW, REP, run.params, seen, worth)
    assert float(reached) == pytest.approx(float(base.loss), rel=1e-12)
    assert float(run.epochs) == pytest.approx(max(1.0, float(run.tokens) / unique))
    assert float(run.flop) == pytest.approx(float(6 * run.params * run.tokens))


def test_constrained_overtraining_without_need_of_repeats():
    run = overtraining_constrained(LAW, REP, 3.0, 1e24, 1e16)
    base = optimal_allocation(LAW, 1e24)
    assert float(run.epochs) == 1.0
    assert float(run.tokens) == pytest.approx(float(base.tokens * overtraining(LAW, 3.0).data_factor))


def test_constrained_overtraining_fails_as_infinity():
    for shrink, unique in ((3.0, 1e9), (20.0, 1e16), (7.2, 1e16)):
        run = overtraining_constrained(LAW, REP, shrink, 1e25, unique)
        assert np.isinf([run.epochs, run.tokens, run.flop]).all()


@pytest.mark.parametrize("name", FULL)
def test_headroom_is_where_demand_meets_the_worth_of_the_data(name):
    law = LAWS[name]
    unique, epochs, distill = 3e13, 5.0, 1.5
    k = max_overtraining(law, REP, 1e25, unique, epochs, distill)
    demand = optimal_allocation(law, 1e25).tokens * overtraining(law, k).data_factor
    supply = effective_tokens(distill * unique, epochs * distill * unique, REP.r_d)
    assert float(demand) == pytest.approx(float(supply), rel=1e-9)
    back = overtrained_wall_flop(law, REP, k, unique, epochs, distill)
    assert float(back) == pytest.approx(1e25, rel=1e-9)


def test_headroom_at_the_edges():
    tokens = float(optimal_allocation(LAW, 1e25).tokens)
    enough, short, plenty = (
        max_overtraining(LAW, REP, 1e25, u, 1.0) for u in (tokens * (1 + 1e-12), 0.999 * tokens, 1e30)
    )
    assert float(enough) == pytest.approx(1.0)
    assert np.isnan(short)
    assert float(plenty) == pytest.approx(float(overtraining(LAW, 1.0).k_max), rel=1e-4)
    assert float(overtrained_wall_flop(LAW, REP, 100.0, 1e13, 4.0)) == 0.0


def test_gradients_agree_with_finite_differences():
    def outputs(x):
        law = ScalingLaw(1.87, x[0], x[1], x[2], x[3])
        run = overtraining_constrained(law, REP, x[4], x[5], x[6])
        headroom = max_overtraining(law, REP, x[5], x[6], 4.0)
        wall = overtrained_wall_flop(law, REP, x[4], x[6], 4.0)
        return jnp.log(jnp.stack([run.tokens, run.epochs, headroom, wall]))

    x = np.array([521.0, 1488.0, 0.353, 0.36, 2.0, 1e25, 1e13])
    expected = difference_jacobian(jax.jit(jax.vmap(outputs)), x)
    assert np.isfinite(expected).all()
    np.testing.assert_allclose(jax.jit(jax.jacrev(outputs))(x), expected, rtol=1e-6, atol=1e-10)


def test_single_precision_agrees():
    flops = np.logspace(20, 32, 13)

    def outputs(c):
        run = overtraining_constrained(LAW, REP, 2.0, c, 1e15)
        return jax.tree.leaves(run), max_overtraining(LAW, REP, c, 1e15, 4.0)

    double = jax.tree.leaves(outputs(flops))
    with jax.enable_x64(False):
        single = jax.tree.leaves(outputs(flops))
    for a, b in zip(single, double, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-4)


def test_sparse_models_are_worth_more_than_their_active_part():
    assert float(effective_parameters(1e11, 16.0, 0.5)) == pytest.approx(4e11)
    assert float(effective_parameters(1e11, 16.0, 0.0)) == pytest.approx(1e11)
