from dataclasses import replace

import jax.numpy as jnp
import numpy as np
import pytest

from datawall.model.loss import additive_penalty as form_of
from datawall.model.loss.law import pivot_law, scaling_law
from datawall.scaling_laws.allocation import flop_for_optimal_tokens, optimal_allocation
from datawall.scaling_laws.repetition import RepetitionPenalty, penalised_loss
from support.numerics import root
from support.world_cases import one_draw, random_draws
from support.world_oracle import LADDER

pytestmark = pytest.mark.usefixtures("exact")

DRAWS = random_draws(12, 4, 1, irreducible_loss=0.0)
"""Reducible losses alone, so that no digits are lost."""
INPUTS = [one_draw(DRAWS, index) for index in range(12)]
TOKENS = 5e13


def published(inputs):
    """The penalty as published, P r_x^delta (N / U)^kappa: that of one extra pass at N = U."""
    scale = inputs.repetition_penalty * 10**-inputs.penalty_passes_exponent
    return RepetitionPenalty(
        scale * 20**inputs.penalty_size_exponent, inputs.penalty_passes_exponent, inputs.penalty_size_exponent
    )


class Case:
    """One law and penalty over `TOKENS` unique tokens."""

    def __init__(self, inputs):
        self.inputs = inputs
        self.law = pivot_law(inputs)
        self.form = form_of.penalty_form(self.law, inputs)
        self.log_penalty = form_of.log_relative_penalty(self.law, self.form, jnp.log(TOKENS))
        self.usual = scaling_law(self.law)
        self.flop0 = float(flop_for_optimal_tokens(self.usual, TOKENS))
        self.unit = float(optimal_allocation(self.usual, self.flop0).loss)

    def losses(self, multiplier):
        """The ladder's, in nats."""
        log_multiplier = jnp.log(multiplier)
        return self.unit * np.asarray(
            form_of.relative_losses(self.law, self.form, self.log_penalty, log_multiplier)
        )

    def loss(self, multiplier, passes):
        """The published loss of the run with all of the compute and these passes."""
        tokens = passes * TOKENS
        params = multiplier * self.flop0 / (6 * tokens)
        return np.asarray(penalised_loss(self.usual, published(self.inputs), params, tokens, TOKENS))

    def worth(self, multiplier_of_size, most):
        allowed = form_of.passes_up_to(self.law, self.inputs, self.form, most)
        log_size = jnp.log(multiplier_of_size)
        return float(jnp.exp(form_of.log_worth(self.law, self.form, self.log_penalty, log_size, allowed)))


def test_the_ladder_is_half_octaves_around_every_power_of_two():
    np.testing.assert_allclose(form_of.LADDER, LADDER, rtol=1e-15)
    rungs = np.array(LADDER)
    for count in (2, 4, 8, 16, 32):
        below, above = rungs[rungs < count].max(), rungs[rungs > count].min()
        assert np.sqrt(below * above) == pytest.approx(count)


@pytest.mark.parametrize("inputs", INPUTS)
@pytest.mark.parametrize("multiplier", [1.0, 1.3, 8.0, 200.0, 1e5])
def test_losses_are_those_of_the_published_form(inputs, multiplier):
    case = Case(inputs)
    np.testing.assert_allclose(case.losses(multiplier), case.loss(multiplier, LADDER), rtol=1e-9)


@pytest.mark.parametrize("inputs", INPUTS)
@pytest.mark.parametrize("multiplier", [1.5, 20.0, 300.0])
def test_the_best_rung_is_near_the_best_number_of_passes(inputs, multiplier):
    """Fine search over the passes, in true parameters and tokens; the ladder loses under 1 % of the loss."""
    case = Case(inputs)
    passes = np.exp(np.linspace(0.0, np.log(LADDER[-1]), 40_001))
    losses = case.loss(multiplier, passes)
    best = losses.min()
    ladder = case.losses(multiplier)
    assert best * (1 - 1e-12) <= ladder.min() < best * 1.01
    rung = float(form_of.best_passes(tuple(ladder)))
    near = (passes > rung / 2**0.5) & (passes < rung * 2**0.5)
    assert losses[near].min() < best * 1.005


def test_margin_changes_sign_where_the_best_run_makes_more_passes():
    for inputs in INPUTS:
        case = Case(inputs)
        for multiplier in (2.0, 20.0, 300.0, 1e4):
            losses = tuple(case.losses(multiplier))
            for count in (4.0, 16.0):
                more = float(form_of.best_passes(losses)) >= count
                assert (float(form_of.margin_of_more_passes(losses, count)) >= 0) == more


def test_every_limited_run_makes_a_pass_and_none_more_than_the_ladder_has():
    """Scenarios may ask for any number of passes from one on."""
    case = Case(INPUTS[0])
    losses = tuple(case.losses(20.0))
    assert float(form_of.margin_of_more_passes(losses, 1.0)) >= 0
    assert float(form_of.margin_of_more_passes(losses, 64.0)) < 0


@pytest.mark.parametrize("inputs", INPUTS)
@pytest.mark.parametrize("most", [1.0, 2.5, 4.0, 16.0])
@pytest.mark.parametrize("size", [0.3, 3.0, 40.0])
def test_worth_solves_its_equation(inputs, most, size):
    """A model of this size has equal loss on g U fresh tokens and on up to `most` passes over U."""
    case = Case(inputs)
    params = size * float(optimal_allocation(case.usual, case.flop0).params)
    allowed = [e for e in LADDER if e <= most] + [most]

    def loss_of(tokens, unique):
        return float(penalised_loss(case.usual, published(inputs), params, tokens, unique))

    repeated = min(loss_of(e * TOKENS, TOKENS) for e in allowed)
    expected = root(lambda x: np.log(loss_of(np.exp(x) * TOKENS, 1e30) / repeated), -1.0, 5.0)
    assert case.worth(size, most) == pytest.approx(np.exp(expected), rel=1e-8)
    assert 1.0 - 1e-12 <= case.worth(size, most) <= most * (1 + 1e-12)


def test_without_a_penalty_repeats_are_as_good_as_fresh_tokens():
    for inputs in INPUTS:
        case = Case(replace(inputs, repetition_penalty=1e-30))
        assert case.worth(2.0, 16.0) == pytest.approx(16.0, rel=1e-9)
        for passes in LADDER:
            # the compute whose unconstrained optimum uses just these tokens
            flop = float(flop_for_optimal_tokens(case.usual, passes * TOKENS))
            plain = float(optimal_allocation(case.usual, flop).loss)
            losses = case.losses(flop / case.flop0)
            assert losses.min() == pytest.approx(plain, rel=1e-9)
            assert float(form_of.best_passes(tuple(losses))) == pytest.approx(passes)


def test_a_huge_penalty_leaves_one_pass_for_ever():
    for inputs in INPUTS:
        case = Case(replace(inputs, repetition_penalty=1e12))
        assert case.worth(2.0, 16.0) == pytest.approx(1.0, rel=1e-12)
        for multiplier in (1.0, 10.0, 1e6):
            losses = tuple(case.losses(multiplier))
            assert float(form_of.best_passes(losses)) == 1.0
            assert float(form_of.margin_of_more_passes(losses, 4.0)) < 0.0


def test_a_penalty_without_its_reference_is_found_out():
    """The published scale is not the stated one: leaving the reference out fails."""
    case = Case(INPUTS[0])
    wrong = replace(published(INPUTS[0]), scale=INPUTS[0].repetition_penalty)
    tokens = 16 * TOKENS
    params = 50 * case.flop0 / (6 * tokens)
    mistaken = float(penalised_loss(case.usual, wrong, params, tokens, TOKENS))
    assert abs(mistaken / float(case.loss(50.0, 16.0)) - 1) > 1e-3
