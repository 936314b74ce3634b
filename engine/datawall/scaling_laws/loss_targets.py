"""What a loss asks for when data are limited: the cheapest run and the smallest model.

Both invert the effective-data form of `datawall.scaling_laws.repetition`. In units of the reducible loss of
the run that uses the unique tokens once, at C0(U), the best run that repeats them leaves

    rho = (1 - b) n'^-alpha + b e'^-beta,

with the multiples n, e and their common loss of returns as in `datawall.scaling_laws.effective_data`.
However much compute is spent, rho stays above a floor, where n' = 1 + R_N and e' = 1 + R_D. The log of
what is left above the floor is nearly linear in the returns lost, exactly so without saturation:
a few Newton steps find one from the other.
"""

import jax
import jax.numpy as jnp

from datawall.pytrees import pytree_dataclass
from datawall.scaling_laws.allocation import ScalingLaw, flop_for_loss, log_flop_for_optimal_tokens
from datawall.scaling_laws.effective_data import (
    Repetition,
    effective_multiple,
    log_optimal_multiples,
    matching_multiple,
    multiple_for_effective,
    returns_lost,
)
from datawall.scaling_laws.logs import LOG6, Real, log

NEWTON_STEPS = 3


@pytree_dataclass
class TargetRun:
    """A run over limited unique tokens that reaches a loss.

    Attributes
    ----------
    flop
        Training compute [FLOP].
    params
        Active parameters N.
    tokens
        Tokens seen D, repeats counted.
    epochs
        Passes over the data that are used, ``max(1, D/U)``.
    """

    flop: Real
    params: Real
    tokens: Real
    epochs: Real


def cheapest_run(
    law: ScalingLaw, rep: Repetition, loss: Real, unique: Real, max_epochs: Real = jnp.inf
) -> TargetRun:
    """Reach a loss over limited unique tokens with the least compute.

    The inverse of `data_constrained_optimum`. The error in the log of the compute is below 1e-9 for exponents
    of .05 to 2, R_D of 1 to 500 and R_N of .3 to 1000; close to the least loss that the data allow, the
    rounding of the loss itself weighs more.

    Parameters
    ----------
    law
        The loss law of fresh tokens.
    rep
        How repetition loses its value.
    loss
        Loss to reach [nats/token].
    unique
        Unique tokens to be had U, above 0.
    max_epochs
        Largest D/U allowed, at least 1.

    Returns
    -------
    TargetRun
        Compute, parameters, tokens and epochs; all inf where no compute reaches the loss.

    References
    ----------
    Muennighoff et al. 2023, arXiv 2305.16264, for the worth of repeated tokens and excess parameters.

    Examples
    --------
    >>> from datawall.scaling_laws.allocation import LAWS
    >>> from datawall.scaling_laws.effective_data import REPETITIONS
    >>> law, rep = LAWS["muennighoff2023"], REPETITIONS["muennighoff2023"]
    >>> run = cheapest_run(law, rep, 2.0, 1e12)
    >>> round(float(run.epochs), 1), round(float(run.flop / flop_for_loss(law, 2.0)), 2)
    (2.6, 1.09)
    """
    log_unique = log(unique)
    log_c0 = log_flop_for_optimal_tokens(law, log_unique)
    log_share = _log_share(law, loss, log_unique)
    log_multiplier, reachable = _log_multiplier_for_share(law, rep, log_share)
    _, log_passes = log_optimal_multiples(law.alpha, law.beta, rep.r_d, rep.r_n, log_multiplier)
    capped = ~reachable | (log_passes > log(max_epochs))
    log_most = log_unique + log(max_epochs)
    log_flop_capped = LOG6 + _log_fewest_params(law, rep, loss, unique, max_epochs) + log_most
    log_flop = jnp.where(capped, log_flop_capped, log_c0 + log_multiplier)
    log_tokens = jnp.where(capped, log_most, log_unique + log_passes)
    repeats = log_share < 0
    log_flop = jnp.where(repeats, log_flop, log(flop_for_loss(law, loss)))
    exists = log_flop < jnp.inf
    log_tokens = jnp.where(repeats, log_tokens, law.log_optimal_tokens(log_flop))
    return TargetRun(
        flop=jnp.exp(log_flop),
        params=jnp.where(exists, jnp.exp(log_flop - LOG6 - log_tokens), jnp.inf),
        tokens=jnp.where(exists, jnp.exp(log_tokens), jnp.inf),
        epochs=jnp.where(exists, jnp.maximum(1.0, jnp.exp(log_tokens - log_unique)), jnp.inf),
    )


def smallest_model(
    law: ScalingLaw, rep: Repetition, loss: Real, unique: Real, max_epochs: Real = jnp.inf
) -> TargetRun:
    """Reach a loss over limited unique tokens with the fewest parameters.

    More data never hurt in this form of the law, so the smallest model sees all that it may.

    Parameters
    ----------
    law, rep, loss, unique, max_epochs
        As for `cheapest_run`.

    Returns
    -------
    TargetRun
        Compute, parameters, tokens and epochs; all inf where no size reaches the loss. Without a limit on
        the epochs the parameters are those that endless passes approach; the rest is inf.

    References
    ----------
    As for `cheapest_run`.

    Examples
    --------
    >>> from datawall.scaling_laws.allocation import LAWS
    >>> from datawall.scaling_laws.effective_data import REPETITIONS
    >>> law, rep = LAWS["muennighoff2023"], REPETITIONS["muennighoff2023"]
    >>> run, cheapest = (find(law, rep, 2.0, 5e12, 4.0) for find in (smallest_model, cheapest_run))
    >>> round(float(cheapest.params / run.params), 2), round(float(run.flop / cheapest.flop), 2)
    (3.31, 2.69)
    """
    log_params = _log_fewest_params(law, rep, loss, unique, max_epochs)
    exists = log_params < jnp.inf
    log_tokens = jnp.where(exists, log(unique) + log(max_epochs), jnp.inf)
    return TargetRun(
        flop=jnp.exp(LOG6 + log_params + log_tokens),
        params=jnp.exp(log_params),
        tokens=jnp.exp(log_tokens),
        epochs=jnp.where(exists, 1.0 * max_epochs, jnp.inf),
    )


def _log_share(law: ScalingLaw, loss: Real, log_unique: Real) -> jax.Array:
    """Return ln(rho), the reducible loss over that of the run that uses the unique tokens once."""
    reducible = loss - law.E
    positive = reducible > 0
    log_once = log(law.B) - law.beta * log_unique - log(law.token_exponent)
    return jnp.where(positive, log(jnp.where(positive, reducible, 1.0)) - log_once, -jnp.inf)


def _log_fewest_params(
    law: ScalingLaw, rep: Repetition, loss: Real, unique: Real, max_epochs: Real
) -> jax.Array:
    """Return the log of the parameters that reach the loss when the data are used as often as allowed."""
    log_unique = log(unique)
    endless = jnp.isinf(max_epochs)
    worth = jnp.where(
        endless, 1.0 + rep.r_d, effective_multiple(jnp.where(endless, 1.0, max_epochs), rep.r_d)
    )
    param_term = loss - law.E - jnp.exp(log(law.B) - law.beta * (log_unique + jnp.log(worth)))
    possible = param_term > 0
    log_effective = (log(law.A) - log(jnp.where(possible, param_term, 1.0))) / law.alpha
    log_deserved = law.log_optimal_params(log_unique)
    # Past 1 + R_N no size suffices: how far past does not matter, and the exponential may overflow.
    log_multiple = jnp.clip(log_effective - log_deserved, 0.0, 1.0 + jnp.log1p(rep.r_n))
    log_saturated = log_deserved + jnp.log(multiple_for_effective(jnp.exp(log_multiple), rep.r_n))
    log_params = jnp.where(log_effective > log_deserved, log_saturated, log_effective)
    return jnp.where(possible, log_params, jnp.inf)


def _removable(law: ScalingLaw, rep: Repetition, log_n: Real, log_e: Real) -> jax.Array:
    """Return what is left of rho above its floor."""
    share = law.token_exponent
    params, tokens = _removable_term(log_n, rep.r_n, law.alpha), _removable_term(log_e, rep.r_d, law.beta)
    return (1 - share) * params + share * tokens


def _removable_term(log_multiple: Real, saturation: Real, exponent: Real) -> jax.Array:
    """Return ``x'^-a - (1 + R)^-a``, formed without cancellation at either end."""
    multiple = jnp.exp(log_multiple)
    uses_left = saturation * jnp.exp((1 - multiple) / saturation)
    log_rise = jnp.log1p(uses_left / effective_multiple(multiple, saturation))
    return jnp.exp(-exponent * jnp.log1p(saturation)) * jnp.expm1(exponent * log_rise)


def _log_multiplier_for_share(
    law: ScalingLaw, rep: Repetition, log_share: Real
) -> tuple[jax.Array, jax.Array]:
    """Return ln(C/C0(U)) of the best run that leaves rho, and whether any compute leaves as little.

    The steps are taken without derivatives in the returns lost; the last one, in the log of the compute,
    carries them. It may hold n and e fixed, since the split is optimal.
    """
    whole = _removable(law, rep, 0.0, 0.0)
    wanted = whole + jnp.expm1(jnp.minimum(log_share, 0.0))
    reachable = wanted > 0
    log_wanted = jnp.log(jnp.where(reachable, wanted, whole))

    frozen_law, frozen_rep, target, start = jax.lax.stop_gradient((law, rep, log_wanted, whole))
    alpha, beta = frozen_law.alpha, frozen_law.beta
    returns = alpha * beta / (alpha + beta)
    slopes = 1 / (alpha + 1 / frozen_rep.r_n) + 1 / (beta + 1 / frozen_rep.r_d)
    lost = (jnp.log(start) - target) * start / (returns * slopes)
    for _ in range(NEWTON_STEPS):
        log_n, log_e = _multiples(frozen_law, frozen_rep, lost)
        _, slope_n, _ = returns_lost(log_n, frozen_rep.r_n, alpha)
        _, slope_e, _ = returns_lost(log_e, frozen_rep.r_d, beta)
        left = _removable(frozen_law, frozen_rep, log_n, log_e)
        rate = returns * jnp.exp(-lost) * (1 / slope_n + 1 / slope_e) / left
        lost = jnp.maximum(lost + (jnp.log(left) - target) / rate, 0.0)
    log_n, log_e = _multiples(frozen_law, frozen_rep, lost)
    log_left = jnp.log(_removable(law, rep, log_n, log_e))
    rate = jax.lax.stop_gradient(returns * jnp.exp(-lost - log_left))
    return log_n + log_e + (log_left - log_wanted) / rate, reachable


def _multiples(law: ScalingLaw, rep: Repetition, lost: Real) -> tuple[jax.Array, jax.Array]:
    """Return ln(n) and ln(e) at which parameters and tokens have lost the same returns."""
    return matching_multiple(lost, rep.r_n, law.alpha), matching_multiple(lost, rep.r_d, law.beta)
