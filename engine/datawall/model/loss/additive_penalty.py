"""Additive penalty of repeated data: a loss law in which every repeat costs (arXiv 2605.01640).

The reducible loss of a run with N parameters and e passes over U unique tokens, in units of the loss at the
optimum that uses U once, is ``a n^-alpha + b e^-beta + q ((e - 1) / 10)^delta n^kappa`` with
``n = N / N_opt(U)``. A first repeat costs infinitely much at the margin (delta < 1), so the optimum can jump
from one pass to several and a local search can miss it: the passes are searched on a ladder instead.
"""

import math
from dataclasses import replace
from functools import reduce

import jax
import jax.numpy as jnp

from datawall.model.inputs import Inputs, Scalar
from datawall.model.loss.law import PivotLaw
from datawall.pytrees import pytree_dataclass
from datawall.scaling_laws.laws import LOG6

REFERENCE_EXTRA_PASSES = 10.0
LOG_REFERENCE_TOKENS_PER_PARAM = math.log(20.0)
"""The penalty is stated at ten extra passes and twenty unique tokens a parameter."""

LADDER = (1.0, *(2.0 ** ((rung + 0.5) / 2.0) for rung in range(12)))
"""Passes tried: one, then half octaves up to 54, with every power of two midway between two rungs.

The bound on levels, `datawall.model.criteria.MOST_EPOCHS`, is below its top."""


@pytree_dataclass
class Passes:
    """Effect of a number of passes on the terms of the loss.

    Attributes
    ----------
    token_term
        ``b e^-beta``.
    repeat_cost
        ``((e - 1) / 10)^delta``.
    size_shift
        ``e^alpha``: at given compute, the factor of e passes on the parameter term.
    spread_cost
        ``((e - 1) / 10)^delta e^-kappa``: the same at given compute, because the model is smaller.
    """

    token_term: Scalar
    repeat_cost: Scalar
    size_shift: Scalar
    spread_cost: Scalar


@pytree_dataclass
class PenaltyForm:
    """Penalty form of one draw, computed once for all dates.

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
    cost = jnp.where(repeats, jnp.exp(inputs.penalty_passes_exponent * log_extra), 0.0)
    return Passes(
        law.tokens_exponent * jnp.exp(-law.beta * log_count),
        cost,
        jnp.exp(law.alpha * log_count),
        cost * jnp.exp(-inputs.penalty_size_exponent * log_count),
    )


def one_by_one(ladder: Passes) -> tuple[Passes, ...]:
    """Return the rungs of a ladder."""
    return tuple(jax.tree.map(lambda rows, k=k: rows[k], ladder) for k in range(len(LADDER)))


def passes_up_to(law: PivotLaw, inputs: Inputs, form: PenaltyForm, most: Scalar) -> tuple[Passes, ...]:
    """Return `most` passes and the rungs below; those above have an infinite loss."""
    above = jnp.where(jnp.array(LADDER).reshape(-1, *[1] * jnp.ndim(law.alpha)) > most, jnp.inf, 0.0)
    allowed = jax.lax.optimization_barrier(form.ladder.token_term + above)
    return (passes(law, inputs, most), *one_by_one(replace(form.ladder, token_term=allowed)))


def penalty_form(law: PivotLaw, inputs: Inputs) -> PenaltyForm:
    """Prepare the penalty form of one draw."""
    return PenaltyForm(
        jnp.log(inputs.repetition_penalty),
        inputs.penalty_size_exponent,
        jax.lax.optimization_barrier(jax.vmap(lambda count: passes(law, inputs, count))(jnp.array(LADDER))),
    )


def log_relative_penalty(law: PivotLaw, form: PenaltyForm, log_tokens: Scalar) -> Scalar:
    """Return ln q: the reference penalty over U unique tokens, in units of the reducible loss at C0(U)."""
    log_flop = law.log_flop_for_optimal_tokens(log_tokens)
    log_params_per_token = log_flop - LOG6 - 2.0 * log_tokens
    log_size = log_params_per_token + LOG_REFERENCE_TOKENS_PER_PARAM
    return form.log_scale + form.size_exponent * log_size - law.log_reducible_loss(log_flop)


def relative_losses(
    law: PivotLaw, form: PenaltyForm, log_penalty: Scalar, log_multiplier: Scalar
) -> tuple[Scalar, ...]:
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
    tuple
        One for each rung, in units of the reducible loss at C0.
    """
    params_term = law.params_exponent * jnp.exp(-law.alpha * log_multiplier)
    penalty = jnp.exp(log_penalty + form.size_exponent * log_multiplier)
    return tuple(
        params_term * rung.size_shift + rung.token_term + penalty * rung.spread_cost
        for rung in one_by_one(form.ladder)
    )


def best_passes(losses: tuple[Scalar, ...]) -> Scalar:
    """Return the passes of the rung with the lowest loss."""
    best = least(losses)
    count = jnp.full_like(best, LADDER[-1])
    for passes_made, loss in zip(LADDER[-2::-1], losses[-2::-1], strict=True):
        count = jnp.where(loss == best, passes_made, count)
    return count


def least(losses: tuple[Scalar, ...]) -> Scalar:
    """Return the lowest of some losses; infinite when there are none."""
    return reduce(jnp.minimum, losses, jnp.inf)


def margin_of_more_passes(losses: tuple[Scalar, ...], count: float) -> Scalar:
    """Return the loss margin of the best run with at least `count` passes over the best with fewer.

    Infinite where one of the two kinds is not on the ladder.
    """
    fewer = sum(rung < count for rung in LADDER)
    return least(losses[:fewer]) - least(losses[fewer:])


def log_worth(
    law: PivotLaw, form: PenaltyForm, log_penalty: Scalar, log_size: Scalar, allowed: tuple[Passes, ...]
) -> Scalar:
    """Return ln of the equal-loss unique tokens, in units of U, of the best allowed passes over U.

    Equal loss at equal size n: ``b g^-beta = min over e of b e^-beta + q ((e - 1) / 10)^delta n^kappa``.

    Parameters
    ----------
    law, form
        Of one draw.
    log_penalty
        ln q.
    log_size
        ln n.
    allowed
        The passes to choose from (`passes_up_to`).
    """
    penalty = jnp.exp(log_penalty + form.size_exponent * log_size)
    lowest = least(tuple(each.token_term + penalty * each.repeat_cost for each in allowed))
    return (jnp.log(law.tokens_exponent) - jnp.log(lowest)) / law.beta
