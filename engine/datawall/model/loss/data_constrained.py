"""Data-constrained run: passes, compute efficiency and worth of repeats, under either form of loss law."""

import math

import jax.numpy as jnp

from datawall.model.inputs import DECLARATIONS, Inputs, Scalar
from datawall.model.loss.additive_penalty import (
    Passes,
    PenaltyForm,
    best_passes,
    least,
    log_relative_penalty,
    log_worth,
    margin_of_more_passes,
    passes_up_to,
    penalty_form,
    relative_losses,
)
from datawall.model.loss.law import PivotLaw, pivot_law
from datawall.model.questions import Questions
from datawall.pytrees import materialize, pytree_dataclass
from datawall.scaling_laws.effective_data import effective_multiple, log_optimal_multiples

EFFECTIVE_DATA = DECLARATIONS["repetition_form"].options.index("effective_data")


@pytree_dataclass
class DataLaw:
    """Data and loss constants of one draw, for all dates.

    Attributes
    ----------
    law
        Loss without repeats.
    is_effective_data
        Whether repeats follow the effective-data form rather than the additive penalty.
    r_d, r_n
        R*_D and R*_N of the effective-data form.
    penalty
        The penalty form.
    effective_passes
        The allowed passes for each number of effective passes in the questions.
    max_passes, passes_made
        The most passes that labs make, and the allowed passes up to them.
    """

    law: PivotLaw
    is_effective_data: Scalar
    r_d: Scalar
    r_n: Scalar
    penalty: PenaltyForm
    effective_passes: tuple[tuple[Passes, ...], ...]
    max_passes: Scalar
    passes_made: tuple[Passes, ...]


@pytree_dataclass
class Scarcity:
    """A compute-optimal run at one date, against the data at that date.

    Attributes
    ----------
    log_ratio
        ln D*(C) / (m U): the tokens it would use if data were plenty, over the tokens there are.
    passes
        The passes it makes over the data; below 1 the share of the data that it uses.
    log_efficiency
        ln C_eq / C: it reaches the loss that C_eq reaches with plenty of data.
    frontier_margins
        For each number of frontier passes, a margin that is positive once the optimum makes as many.
    log_worths
        ln of the worth of the effective passes to it, in unique tokens in units of m U.
    log_overtrained_worth
        The same for the most passes that labs make, to a model smaller by the factor of the questions.
    """

    log_ratio: Scalar
    passes: Scalar
    log_efficiency: Scalar
    frontier_margins: tuple[Scalar, ...]
    log_worths: tuple[Scalar, ...]
    log_overtrained_worth: Scalar

    @property
    def log_affordable(self) -> Scalar:
        """Log of the effective tokens of the data for the overtrained model, over those of the optimum."""
        return self.log_overtrained_worth - self.log_ratio


def data_law(inputs: Inputs, questions: Questions) -> DataLaw:
    """Return the data law of one draw."""
    law = materialize(pivot_law(inputs))
    form = penalty_form(law, inputs)
    return DataLaw(
        law,
        inputs.repetition_form == EFFECTIVE_DATA,
        inputs.repetition_r_d,
        inputs.repetition_r_n,
        form,
        tuple(passes_up_to(law, inputs, form, most) for most in questions.levels("effective")),
        inputs.max_passes,
        passes_up_to(law, inputs, form, inputs.max_passes),
    )


def effective_loss(data: DataLaw, log_params: Scalar, log_tokens: Scalar) -> Scalar:
    """Return the reducible loss of the effective-data form, in units of that at C0."""
    law = data.law
    params = effective_multiple(jnp.exp(log_params), data.r_n)
    tokens = effective_multiple(jnp.exp(log_tokens), data.r_d)
    params_term = law.params_exponent * jnp.exp(-law.alpha * jnp.log(params))
    return params_term + law.tokens_exponent * jnp.exp(-law.beta * jnp.log(tokens))


def scarcity(data: DataLaw, log_flop: Scalar, log_tokens: Scalar, questions: Questions) -> Scarcity:
    """Return the data scarcity of a run of `log_flop` on a supply of `log_tokens`.

    Parameters
    ----------
    data
        Of one draw.
    log_flop
        ln C [ln FLOP].
    log_tokens
        ln m U [ln tokens].
    questions
        The questions: passes and overtraining.
    """
    law = data.law
    log_ratio = law.log_optimal_tokens(log_flop) - log_tokens
    # ln C / C0(m U): compute over that of the optimum that uses the data once
    log_multiplier = log_ratio / law.tokens_exponent
    plenty = log_multiplier <= 0.0
    beyond = jnp.maximum(log_multiplier, 0.0)
    log_size = law.params_exponent * log_multiplier

    split = log_optimal_multiples(law.alpha, law.beta, data.r_d, data.r_n, beyond, steps=1)
    log_passes = materialize(split[1])
    log_params = beyond - log_passes
    log_penalty = log_relative_penalty(law, data.penalty, log_tokens)
    losses = relative_losses(law, data.penalty, log_penalty, beyond)

    def either(effective: Scalar, penalised: Scalar) -> Scalar:
        return jnp.where(data.is_effective_data, effective, penalised)

    def margin(count: float) -> Scalar:
        if count == 1.0:  # the first pass is complete where the data begin to limit, under either form
            return log_ratio
        limited = either(log_passes - math.log(count), margin_of_more_passes(losses, count))
        return jnp.where(plenty, log_ratio - math.log(count), limited)

    def worth(most: Scalar, allowed: tuple[Passes, ...], log_size: Scalar) -> Scalar:
        penalised = log_worth(law, data.penalty, log_penalty, log_size, allowed)
        return either(jnp.log(effective_multiple(most, data.r_d)), penalised)

    log_loss = jnp.log(either(effective_loss(data, log_params, log_passes), least(losses)))
    return Scarcity(
        log_ratio=log_ratio,
        passes=jnp.where(plenty, jnp.exp(log_ratio), either(jnp.exp(log_passes), best_passes(losses))),
        log_efficiency=jnp.where(plenty, 0.0, -log_loss / law.loss_exponent - beyond),
        frontier_margins=tuple(margin(count) for count in questions.levels("frontier")),
        log_worths=tuple(
            worth(most, allowed, log_size)
            for most, allowed in zip(questions.levels("effective"), data.effective_passes, strict=True)
        ),
        log_overtrained_worth=worth(
            data.max_passes, data.passes_made, log_size - math.log(*questions.levels("overtrained"))
        ),
    )
