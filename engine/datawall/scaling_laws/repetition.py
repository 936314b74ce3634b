"""Repeated data: the worth of further epochs, and the best run over limited unique tokens.

Two rival forms. Under the first (Muennighoff et al. 2023, arXiv 2305.16264) repeated tokens and excess
parameters lose value exponentially; under the second (arXiv 2605.01640) repetition adds a penalty that can
make further epochs hurt. Both were fitted at no more than 178e9 unique tokens and 9e9 parameters.
"""

import jax
import jax.numpy as jnp

from datawall.pytrees import pytree_dataclass
from datawall.scaling_laws.allocation import log_flop_for_optimal_tokens
from datawall.scaling_laws.effective_data import (
    Repetition,
    effective_multiple,
    log_optimal_multiples,
)
from datawall.scaling_laws.laws import LOG6, Real, ScalingLaw, log


@pytree_dataclass
class RepetitionPenalty:
    """Loss that repetition adds, ``P r_x^delta (N / U)^kappa`` with ``r_x = D/U - 1`` extra epochs.

    Attributes
    ----------
    scale
        P, the penalty of one extra epoch at one parameter per unique token [nats/token].
    passes_exponent
        delta, exponent of the extra epochs.
    size_exponent
        kappa, exponent of the parameters per unique token.
    """

    scale: Real
    passes_exponent: Real
    size_exponent: Real


@pytree_dataclass
class _ConstrainedAllocation:
    """The best run over limited unique tokens.

    Attributes
    ----------
    params
        Active parameters N.
    tokens
        Tokens seen D, repeats counted.
    epochs
        Epochs over the data that are used, ``max(1, D/U)``.
    loss
        Loss [nats/token].
    tokens_per_param
        D/N.
    """

    params: Real
    tokens: Real
    epochs: Real
    loss: Real
    tokens_per_param: Real


def effective_tokens(unique: Real, tokens: Real, r_d: Real) -> jax.Array:
    """Return the worth of the tokens seen in fresh tokens.

    Parameters
    ----------
    unique
        Unique tokens to be had U.
    tokens
        Tokens seen D; below U they are all fresh.
    r_d
        R*_D [epochs].

    References
    ----------
    Muennighoff et al. 2023, arXiv 2305.16264, equation 5.

    Examples
    --------
    >>> round(float(effective_tokens(1e12, 4e12, 15.39)) / 1e12, 2)
    3.73
    """
    used = jnp.minimum(1.0 * unique, 1.0 * tokens)
    return used * effective_multiple(1.0 * tokens / used, r_d)


def data_constrained_loss(
    law: ScalingLaw, rep: Repetition, params: Real, tokens: Real, unique: Real
) -> jax.Array:
    """Return the loss of a model trained on tokens that may repeat [nats/token].

    Parameters
    ----------
    law
        The loss law of fresh tokens.
    rep
        Constants of the decay in value of repeated tokens.
    params
        Active parameters N.
    tokens
        Tokens seen D.
    unique
        Unique tokens to be had U.

    References
    ----------
    Muennighoff et al. 2023, arXiv 2305.16264, equations 5 to 7.

    Examples
    --------
    >>> from datawall.scaling_laws import LAWS, REPETITIONS
    >>> law, rep = LAWS["muennighoff2023"], REPETITIONS["muennighoff2023"]
    >>> round(float(data_constrained_loss(law, rep, 8.67e9, 178e9, 25e9)), 2)
    2.22
    """
    used = jnp.minimum(1.0 * unique, 1.0 * tokens)
    return law.loss_at(
        log_effective_params(law, rep, log(params), log(used)), log(effective_tokens(unique, tokens, rep.r_d))
    )


def log_effective_params(law: ScalingLaw, rep: Repetition, log_params: Real, log_used: Real) -> jax.Array:
    """Return the log of N': parameters beyond the optimum for the unique tokens used count for less."""
    log_deserved = jnp.minimum(law.log_optimal_params(log_used), log_params)
    return log_deserved + jnp.log(effective_multiple(jnp.exp(log_params - log_deserved), rep.r_n))


def penalised_loss(
    law: ScalingLaw, penalty: RepetitionPenalty, params: Real, tokens: Real, unique: Real
) -> jax.Array:
    """Return the loss under the rival form, in which repetition adds a penalty [nats/token].

    Parameters
    ----------
    law, params, tokens, unique
        As for `data_constrained_loss`.
    penalty
        The penalty of repetition.

    References
    ----------
    Lovelace et al. 2026, arXiv 2605.01640.
    """
    extra_epochs = tokens / unique - 1
    repeats = extra_epochs > 0
    log_epochs = jnp.log(jnp.where(repeats, extra_epochs, 1.0))
    log_size = log(params) - log(unique)
    growth = jnp.exp(penalty.passes_exponent * log_epochs + penalty.size_exponent * log_size)
    return law.loss_at(log(params), log(tokens)) + jnp.where(repeats, penalty.scale * growth, 0.0)


def data_constrained_optimum(
    law: ScalingLaw, rep: Repetition, flop: Real, unique: Real, max_epochs: Real = jnp.inf
) -> _ConstrainedAllocation:
    """Allocate compute over limited unique tokens for the least loss, with ``6 N D = C``.

    Parameters
    ----------
    law
        The loss law of fresh tokens.
    rep
        The repetition constants.
    flop
        Training compute [FLOP], spent in full.
    unique
        Unique tokens to be had U, above 0.
    max_epochs
        Largest D/U allowed; the remaining compute goes into parameters.

    Returns
    -------
    ConstrainedAllocation
        Parameters, tokens, epochs, loss and tokens per parameter. Where the unconstrained optimum needs no
        more than U, that optimum.

    References
    ----------
    Muennighoff et al. 2023, arXiv 2305.16264; the one-dimensional form is derived in
    `datawall.scaling_laws.effective_data`.

    Examples
    --------
    >>> from datawall.scaling_laws import LAWS, REPETITIONS
    >>> law, rep = LAWS["muennighoff2023"], REPETITIONS["muennighoff2023"]
    >>> round(float(data_constrained_optimum(law, rep, 9.3e21, 25e9).epochs), 1)
    9.1
    """
    log_flop, log_unique = log(flop), log(unique)
    multiplier = log_flop - log_flop_for_optimal_tokens(law, log_unique)
    _, log_epochs = log_optimal_multiples(law.alpha, law.beta, rep.r_d, rep.r_n, multiplier)
    plenty = law.log_optimal_tokens(log_flop)
    log_tokens = jnp.where(multiplier > 0, log_unique + log_epochs, plenty)
    log_tokens = jnp.minimum(log_tokens, log_unique + log(max_epochs))
    log_params = log_flop - LOG6 - log_tokens
    params, tokens = jnp.exp(log_params), jnp.exp(log_tokens)
    return _ConstrainedAllocation(
        params=params,
        tokens=tokens,
        epochs=jnp.maximum(1.0, jnp.exp(log_tokens - log_unique)),
        loss=data_constrained_loss(law, rep, params, tokens, unique),
        tokens_per_param=jnp.exp(log_tokens - log_params),
    )
