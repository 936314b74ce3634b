"""Sparsity, multi-token prediction, distillation and hybrids: each lever against brute force."""

import math
from dataclasses import replace

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from datawall.model.inputs import DECLARATIONS, Inputs
from datawall.model.loss.architecture import PHYSICAL, log_compute_gain
from datawall.model.loss.law import pivot_law, scaling_law
from datawall.model.loss.overtraining import headroom, relative_loss, wall_gap
from datawall.scaling_laws.allocation import loss, optimal_allocation
from datawall.scaling_laws.levers import overtraining
from support.numerics import root, search_minimum

PLAIN = Inputs(
    **dict.fromkeys(DECLARATIONS, 1.0)
    | {
        "params_exponent": 0.48,
        "tokens_per_param_1e21": 18.0,
        "irreducible_loss": 1.8,
        "reducible_loss_1e21": 0.5,
        "exponent_sum": 0.7,
        "multi_token_overhead": 0.0,
        "distillation_reading": 0.0,
        "sparsity_exponent": 0.0,
    }
)
FLOP = 4e25

pytestmark = pytest.mark.usefixtures("exact")


def gain(**changed):
    return math.exp(float(log_compute_gain(replace(PLAIN, **changed))))


def best_split(loss_of):
    """Return the tokens and the loss of the best run of FLOP by search over its active parameters."""
    log_params, least = search_minimum(lambda x: float(loss_of(math.exp(x))), 15.0, 35.0)
    return FLOP / 6 / math.exp(log_params), least


def test_a_plain_transformer_gains_nothing():
    assert gain() == 1.0


def test_a_sparse_run_has_the_optimum_of_a_larger_dense_one():
    """The loss of N active parameters is that of N s^rho; FLOP counts active ones."""
    law = scaling_law(pivot_law(PLAIN))
    s, rho = 16.0, 0.5
    tokens, least = best_split(lambda n: loss(law, n * s**rho, FLOP / 6 / n))
    dense = optimal_allocation(law, FLOP * gain(sparsity=s, sparsity_exponent=rho))
    assert least == pytest.approx(float(dense.loss), rel=1e-10)
    assert tokens == pytest.approx(float(dense.tokens), rel=1e-4)


def test_physical_distillation_is_the_optimum_with_more_tokens():
    law = scaling_law(pivot_law(PLAIN))
    m = 2.0
    tokens, least = best_split(lambda n: loss(law, n, m * FLOP / 6 / n))
    dense = optimal_allocation(
        law, FLOP * gain(distillation_multiplier=m, distillation_reading=float(PHYSICAL))
    )
    assert least == pytest.approx(float(dense.loss), rel=1e-10)
    assert m * tokens == pytest.approx(float(dense.tokens), rel=1e-4)
    # the demand for real tokens falls by m^(1 - b) and not by m
    b = 1 - PLAIN.params_exponent
    fall = float(optimal_allocation(law, FLOP).tokens) / tokens
    assert fall == pytest.approx(m ** (1 - b), rel=1e-4)


def test_nominal_distillation_leaves_the_run_as_it_is():
    assert gain(distillation_multiplier=2.0) == 1.0


def test_predicting_several_tokens_costs_compute_and_saves_none():
    assert gain(multi_token_overhead=0.03) == pytest.approx(0.97)


@pytest.mark.parametrize("shrink", [1.5, 3.0, 5.0])
def test_a_plain_overtrained_model_is_the_closed_form(shrink):
    law = pivot_law(PLAIN)
    needed = overtraining(scaling_law(law), shrink).data_factor
    assert float(wall_gap(law, 1.0, shrink, jnp.log(needed))) == pytest.approx(0.0, abs=1e-12)
    assert float(headroom(law, 1.0, jnp.log(needed))) == pytest.approx(shrink, rel=1e-12)


@pytest.mark.parametrize("hybrid", [0.2, 0.7, 1.0, 1.3])
@pytest.mark.parametrize("tokens", [1.0, 1.7, 30.0])
def test_headroom_is_the_root_of_equal_loss(hybrid, tokens):
    """The isoFLOP penalty of the model's own compute, times the share a hybrid keeps, by the public law."""
    law = pivot_law(PLAIN)
    public = scaling_law(law)
    best = optimal_allocation(public, FLOP)

    def excess(log_k):
        params, seen = float(best.params) / math.exp(log_k), float(best.tokens) * tokens
        own = float(optimal_allocation(public, 6 * params * seen).loss)
        return own + hybrid * (float(loss(public, params, seen)) - own) - float(best.loss)

    found = float(headroom(law, hybrid, math.log(tokens)))
    expected = 1.0 if tokens == 1.0 else math.exp(root(excess, 1e-9, 20.0))
    assert found == pytest.approx(expected, rel=1e-6)


def test_a_hybrid_lets_models_be_smaller_or_not():
    law = pivot_law(PLAIN)
    room = [float(headroom(law, h, math.log(4.0))) for h in (1.6, 1.2, 1.0, 0.8, 0.5)]
    assert room == sorted(room)
    assert room[0] < room[-1]


@pytest.mark.parametrize("hybrid", [1.05, 1.3, 1.6, 2.5])
def test_more_data_never_hurt_a_hybrid_that_size_matters_more_to(hybrid):
    """The best number of tokens is the closed form's, and all there are where that is more."""
    law, shrink = pivot_law(PLAIN), 2.0
    log_tokens = np.linspace(0.0, 12.0, 2001)

    def with_all(x):
        dense = float(law.params_exponent) * shrink**law.alpha + float(law.tokens_exponent) * np.exp(
            -law.beta * x
        )
        best = (shrink / np.exp(x)) ** float(law.loss_exponent)
        return best + hybrid * (dense - best)

    expected = np.minimum.accumulate(with_all(log_tokens))
    found = np.asarray(relative_loss(law, hybrid, math.log(shrink), jnp.asarray(log_tokens)))
    np.testing.assert_allclose(found, expected, rtol=1e-6)
    # all the tokens, whatever they do, would be worse in the end
    if hybrid > 1.3:
        assert with_all(log_tokens)[-1] > 1.01 * found[-1]


@pytest.mark.parametrize("tokens", [2.0, 30.0, 1e4])
@pytest.mark.parametrize("hybrid", [1.3, 1.6, 2.5])
def test_headroom_of_such_a_hybrid_is_at_equal_loss(hybrid, tokens):
    law = pivot_law(PLAIN)
    room = headroom(law, hybrid, math.log(tokens))
    assert float(relative_loss(law, hybrid, jnp.log(room), math.log(tokens))) == pytest.approx(1.0, abs=1e-7)
    assert 1.0 <= float(room) <= float(headroom(law, 1.0, math.log(tokens)))


def test_no_headroom_where_the_data_do_not_feed_the_optimum():
    assert float(headroom(pivot_law(PLAIN), 1.0, math.log(0.8))) == pytest.approx(0.8)


def test_headroom_in_single_precision():
    law = jax.tree.map(np.float32, pivot_law(PLAIN))
    tokens = np.float32(np.log(30.0))
    single = headroom(law, np.float32(0.7), tokens)
    assert float(single) == pytest.approx(float(headroom(pivot_law(PLAIN), 0.7, math.log(30.0))), rel=1e-5)


def test_the_optimum_is_the_unit_of_loss():
    assert float(relative_loss(pivot_law(PLAIN), 0.3, 0.0, 0.0)) == pytest.approx(1.0)
