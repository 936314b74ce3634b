"""Limited data when every repeat costs a penalty (arXiv 2605.01640).

The reducible loss of a run with N parameters and e passes over U unique tokens, in units of the loss at the
optimum that uses U once, is ``a n^-alpha + b e^-beta + q ((e - 1) / 10)^delta n^kappa`` with
``n = N / N_opt(U)``. A first repeat costs infinitely much at the margin (delta < 1), so the optimum can jump
from one pass to several and a local search can miss it: the passes are searched on a ladder instead.
"""

import math

import jax
import jax.numpy as jnp

from datawall.model.inputs import Inputs, Scalar
from datawall.model.pivot import PivotLaw
from datawall.model.reals import LOG6
from datawall.records import record

REFERENCE_EXTRA_PASSES = 10.0
LOG_REFERENCE_TOKENS_PER_PARAM = math.log(20.0)
"""The penalty is stated at ten extra passes and twenty unique tokens a parameter."""

LADDER = (1.0, *(2.0 ** ((rung + 0.5) / 2.0) for rung in range(12)))
"""Passes tried: one, then half octaves up to 54, with every power of two midway between two rungs.

`datawall.model.questions.MOST_PASSES` lies below its top."""


@record
class Passes:
    """What some number of passes does to the terms of the loss.

    Attributes
    ----------
    count
        Passes e.
    token_term
        ``b e^-beta``.
    repeat_cost
        ``((e - 1) / 10)^delta``.
    size_shift
        ``e^alpha``: at given compute, what making e passes does to the parameter term.
    size_relief
        ``e^-kappa``: at given compute, what it does to the penalty, for the model is smaller.
    """

    count: Scalar
    token_term: Scalar
    repeat_cost: Scalar
    size_shift: Scalar
    size_relief: Scalar


@record
class PenaltyForm:
    """What the penalty form needs of one draw, worked out once for all dates.

    Attributes
    ----------
    log_scale
        ln of the penalty at the reference passes and size [ln nats/token].
    size_exponent
        kappa.
    ladder
        The passes of `LADDER`, on the leading axis.
    """

    log_scale: Scalar
    size_exponent: Scalar
    ladder: Passes


def passes(law: PivotLaw, inputs: Inputs, count: Scalar) -> Passes:
    """Return the terms of `count` passes."""
    log_count = jnp.log(count)
    repeats = count > 1.0
    # the inner condition keeps ln 0 out of the slopes
    log_extra = jnp.log(jnp.where(repeats, count - 1.0, 1.0) / REFERENCE_EXTRA_PASSES)
    cost = jnp.exp(inputs.penalty_passes_exponent * log_extra)
    return Passes(
        count,
        law.tokens_exponent * jnp.exp(-law.beta * log_count),
        jnp.where(repeats, cost, 0.0),
        jnp.exp(law.alpha * log_count),
        jnp.exp(-inputs.penalty_size_exponent * log_count),
    )


def penalty_form(law: PivotLaw, inputs: Inputs) -> PenaltyForm:
    """Prepare the penalty form of one draw."""
    return PenaltyForm(
        jnp.log(inputs.repetition_penalty),
        inputs.penalty_size_exponent,
        jax.vmap(lambda count: passes(law, inputs, count))(jnp.array(LADDER)),
    )


def log_relative_penalty(law: PivotLaw, form: PenaltyForm, log_tokens: Scalar) -> Scalar:
    """Return ln q: the reference penalty over U unique tokens, in units of the reducible loss at C0(U)."""
    log_flop = law.log_flop_for_optimal_tokens(log_tokens)
    log_params_per_token = log_flop - LOG6 - 2.0 * log_tokens
    log_size = log_params_per_token + LOG_REFERENCE_TOKENS_PER_PARAM
    return form.log_scale + form.size_exponent * log_size - law.log_reducible_loss(log_flop)


def relative_losses(law: PivotLaw, form: PenaltyForm, log_penalty: Scalar, log_multiplier: Scalar) -> Scalar:
    """Return the reducible loss on every rung of `LADDER` when all of C = M C0 is spent.

    Parameters
    ----------
    law, form
        Of one draw.
    log_penalty
        ln q.
    log_multiplier
        ln M.

    Returns
    -------
    array
        Rungs on the leading axis, in units of the reducible loss at C0.
    """
    params_term = law.params_exponent * jnp.exp(-law.alpha * log_multiplier)
    penalty = jnp.exp(log_penalty + form.size_exponent * log_multiplier)

    def on_rung(rung: Passes) -> Scalar:
        repeats = penalty * (rung.repeat_cost * rung.size_relief)
        return params_term * rung.size_shift + rung.token_term + repeats

    return jax.vmap(on_rung)(form.ladder)


def best_passes(losses: Scalar) -> Scalar:
    """Return the passes of the rung with the lowest loss."""
    best = jnp.min(losses, axis=0)
    on_best = jax.vmap(lambda count, loss: jnp.where(loss == best, count, jnp.inf))
    return jnp.min(on_best(jnp.array(LADDER), losses), axis=0)


def margin_of_more_passes(losses: Scalar, count: float) -> Scalar:
    """Return by how much the best run with at least `count` passes beats the best with fewer.

    Infinite where one of the two kinds is not on the ladder.
    """
    fewer = sum(rung < count for rung in LADDER)
    best_with_fewer = jnp.min(losses[:fewer], axis=0, initial=jnp.inf)
    return best_with_fewer - jnp.min(losses[fewer:], axis=0, initial=jnp.inf)


def log_worth(
    law: PivotLaw, form: PenaltyForm, log_penalty: Scalar, log_size: Scalar, at_most: Passes
) -> Scalar:
    """Return ln of the unique tokens, in units of U, that up to some passes over U are worth.

    Equal loss at equal size n: ``b g^-beta = min over e of b e^-beta + q ((e - 1) / 10)^delta n^kappa``.

    Parameters
    ----------
    law, form
        Of one draw.
    log_penalty
        ln q.
    log_size
        ln n.
    at_most
        The most passes allowed.
    """
    penalty = jnp.exp(log_penalty + form.size_exponent * log_size)

    def token_loss(of: Passes) -> Scalar:
        return of.token_term + penalty * of.repeat_cost

    most = token_loss(at_most)
    allowed = jax.vmap(lambda rung: jnp.where(rung.count <= at_most.count, token_loss(rung), most))
    least = jnp.minimum(jnp.min(allowed(form.ladder), axis=0), most)
    return (jnp.log(law.tokens_exponent) - jnp.log(least)) / law.beta
