"""Optimal allocation under a loss law: parameters and tokens for compute, and the inverses.

Everything is computed in logs, so that float32 holds up to 1e32 FLOP and beyond.
"""

import jax
import jax.numpy as jnp

from datawall.pytrees import pytree_dataclass
from datawall.scaling_laws.laws import LOG6, AllocationLaw, Real, ScalingLaw, log


@pytree_dataclass
class Allocation:
    """Parameters and tokens on which a run spends its compute.

    Attributes
    ----------
    params
        Active parameters N.
    tokens
        Tokens seen D, repeats counted.
    loss
        Loss [nats/token]; nan under a law of the allocation only.
    tokens_per_param
        D/N.
    """

    params: Real
    tokens: Real
    loss: Real
    tokens_per_param: Real


@pytree_dataclass
class _IsoflopPenalty:
    """Cost of leaving the optimal size at fixed compute.

    Attributes
    ----------
    loss_excess
        Loss above that of the optimum [nats/token].
    compute_waste
        Compute spent over the least compute that reaches the same loss [x].
    """

    loss_excess: Real
    compute_waste: Real


def loss(law: ScalingLaw | AllocationLaw, params: Real, tokens: Real) -> Real:
    """Return the loss of a model trained on tokens that never repeat [nats/token].

    Parameters
    ----------
    law
        The loss law; the loss is nan under an `AllocationLaw`.
    params
        Active parameters.
    tokens
        Tokens seen.

    References
    ----------
    Hoffmann et al. 2022, arXiv 2203.15556.

    Examples
    --------
    >>> from datawall.scaling_laws.laws import LAWS
    >>> round(float(loss(LAWS["hoffmann2022"], 70e9, 1.4e12)), 3)
    1.937
    """
    return law.loss_at(log(params), log(tokens))


def optimal_allocation(law: ScalingLaw | AllocationLaw, flop: Real) -> Allocation:
    """Allocate compute for the least loss, with ``6 N D = C``.

    Parameters
    ----------
    law
        The loss law, or a law of the allocation only.
    flop
        Training compute [FLOP].

    References
    ----------
    Hoffmann et al. 2022, arXiv 2203.15556, equation 4.

    Examples
    --------
    >>> from datawall.scaling_laws.laws import LAWS
    >>> round(float(optimal_allocation(LAWS["besiroglu2024"], 5.76e23).tokens_per_param), 1)
    18.4
    """
    log_flop = log(flop)
    log_tokens = law.log_optimal_tokens(log_flop)
    log_params = log_flop - LOG6 - log_tokens
    return Allocation(
        params=jnp.exp(log_params),
        tokens=jnp.exp(log_tokens),
        loss=law.loss_at(log_params, log_tokens),
        tokens_per_param=jnp.exp(log_tokens - log_params),
    )


def power_law_allocation(coef: Real, exponent: Real, flop: Real) -> Allocation:
    """Allocate compute by a power law of the tokens, ``D = coef C^exponent``; the loss is nan.

    Parameters
    ----------
    coef
        Tokens at one FLOP.
    exponent
        Token exponent b.
    flop
        Training compute [FLOP].

    Examples
    --------
    >>> round(float(power_law_allocation(0.299, 0.537, 3.8e25).tokens) / 1e12, 1)
    16.3
    """
    return optimal_allocation(AllocationLaw(coef, exponent), flop)


def tokens_from_pivot(flop: Real, flop_ref: Real, tokens_ref: Real, exponent: Real) -> jax.Array:
    """Return the optimal tokens by a power law through a reference run, ``D = D_ref (C / C_ref)^b``.

    Parameters
    ----------
    flop, flop_ref
        Training compute of the run and of the reference [FLOP].
    tokens_ref
        Tokens of the reference.
    exponent
        Token exponent b.

    Examples
    --------
    >>> round(float(tokens_from_pivot(4e25, 1e25, 8e12, 0.5)) / 1e12, 2)
    16.0
    """
    return jnp.exp(log(tokens_ref) + exponent * (log(flop) - log(flop_ref)))


def flop_for_optimal_tokens(law: ScalingLaw | AllocationLaw, tokens: Real) -> jax.Array:
    """Return the compute whose optimum uses `tokens` [FLOP].

    Parameters
    ----------
    law
        The loss law, or a law of the allocation only.
    tokens
        Tokens seen.

    Examples
    --------
    >>> from datawall.scaling_laws.laws import LAWS
    >>> f"{float(flop_for_optimal_tokens(LAWS['besiroglu2024'], 15e12)):.2e}"
    '8.32e+25'
    """
    return jnp.exp(log_flop_for_optimal_tokens(law, log(tokens)))


def log_flop_for_optimal_tokens(law: ScalingLaw | AllocationLaw, log_tokens: Real) -> Real:
    """Return the log of the compute whose optimum uses ``exp(log_tokens)``."""
    return (log_tokens - law.log_token_coef) / law.token_exponent


def flop_for_loss(law: ScalingLaw, loss: Real) -> jax.Array:
    """Return the least compute that reaches a loss [FLOP]; inf at and below the irreducible loss.

    Parameters
    ----------
    law
        The loss law.
    loss
        Loss to reach [nats/token].

    Examples
    --------
    >>> from datawall.scaling_laws.laws import LAWS
    >>> f"{float(flop_for_loss(LAWS['besiroglu2024'], 2.0)):.2e}"
    '2.47e+23'
    """
    reducible = loss - law.E
    reachable = reducible > 0
    # At the optimum the token term is the share alpha / (alpha + beta) of the reducible loss.
    log_token_term = log(jnp.where(reachable, reducible, 1.0)) + log(law.token_exponent)
    log_flop = log_flop_for_optimal_tokens(law, (log(law.B) - log_token_term) / law.beta)
    return jnp.where(reachable, jnp.exp(log_flop), jnp.inf)


def isoflop_penalty(law: ScalingLaw, flop: Real, shrink: Real, hybrid: Real = 1.0) -> _IsoflopPenalty:
    """Return the cost of a model smaller than the optimum, on more tokens at the same compute.

    Parameters
    ----------
    law
        The loss law.
    flop
        Training compute [FLOP].
    shrink
        Factor by which the model is smaller than optimal, and its tokens more than optimal [x].
    hybrid
        Factor on the excess loss, in (0, 1], of an architecture with flatter isoFLOP curves; 1 is the law.

    Examples
    --------
    >>> from datawall.scaling_laws.laws import LAWS
    >>> round(float(isoflop_penalty(LAWS["besiroglu2024"], 3.8e25, 3.0).compute_waste), 2)
    1.52
    """
    optimum = optimal_allocation(law, flop)
    reducible = law.reducible(log(optimum.params), log(optimum.tokens))
    steps = log(shrink)
    relative_excess = hybrid * (
        (1 - law.token_exponent) * jnp.expm1(law.alpha * steps)
        + law.token_exponent * jnp.expm1(-law.beta * steps)
    )
    reducible_exponent = law.beta * law.token_exponent
    return _IsoflopPenalty(
        loss_excess=reducible * relative_excess,
        compute_waste=jnp.exp(jnp.log1p(relative_excess) / reducible_exponent),
    )
