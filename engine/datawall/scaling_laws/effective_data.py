"""Effective data: saturating multiples of repeated tokens, the optimal split, and its frontier by epochs.

A resource used x times over counts as ``x' = 1 + R (1 - exp(-(x - 1) / R))`` times (arXiv 2305.16264). Write
n = N/N_opt(U), e = D/U and M = C/C0(U) for a run that repeats its data. Then ``n e = M``, the reducible loss
is proportional to ``n'^-alpha / alpha + e'^-beta / beta``, and the best split equates the returns to one
more e-fold of either,

    n exp(-(n - 1) / R_N) / n'^(1 + alpha)  =  e exp(-(e - 1) / R_D) / e'^(1 + beta).

Both sides fall from 1 as n and e grow from 1, so the root is unique and has n > 1 and e > 1 when M > 1.
U, A and B have dropped out: every ratio of the frontier depends on exponents and repetition constants alone.

References
----------
Muennighoff et al. 2023, arXiv 2305.16264.
"""

import jax
import jax.numpy as jnp

from datawall.pytrees import pytree_dataclass
from datawall.scaling_laws.allocation import log_flop_for_optimal_tokens
from datawall.scaling_laws.laws import Real, ScalingLaw, log

_HALLEY_STEPS = 3


@pytree_dataclass
class Repetition:
    """Constants of the decay in value of repeated tokens and excess parameters.

    The published pair belongs to its base law ``LAWS["muennighoff2023"]``, and lies on a flat ridge: refits
    give r_d of 31, 41 and 60.

    Attributes
    ----------
    r_d
        R*_D, the epochs that repetition can be worth at most, beyond the first [epochs].
    r_n
        R*_N, the same for parameters beyond what the unique tokens deserve [x].
    """

    r_d: Real
    r_n: Real


REPETITIONS = {"muennighoff2023": Repetition(r_d=15.39, r_n=5.31)}
"""Published repetition constants, by id (arXiv 2305.16264)."""


def effective_multiple(multiple: Real, saturation: Real) -> Real:
    """Return the effective multiple of `multiple` >= 1 uses of a resource [x]."""
    return 1 - saturation * jnp.expm1((1 - multiple) / saturation)


def multiple_for_effective(effective: Real, saturation: Real) -> jax.Array:
    """Return the uses with the effective multiple `effective` >= 1 [x]; inf where no number suffices."""
    share = (effective - 1) / saturation
    reachable = share < 1
    return jnp.where(reachable, 1 - saturation * jnp.log1p(-jnp.where(reachable, share, 0.0)), jnp.inf)


def _returns_lost(log_multiple: Real, saturation: Real, exponent: Real) -> tuple[Real, Real, Real]:
    """Return the fall of the log of marginal returns since the first use.

    Parameters
    ----------
    log_multiple
        Log of the uses x, not negative.
    saturation
        R, the uses that can be gained [x].
    exponent
        Exponent of the resource in the loss law.

    Returns
    -------
    tuple of Real
        ``-ln(x exp(-(x - 1) / R) / x'^(1 + exponent))``, which rises from 0, and its first and second
        derivative with respect to `log_multiple`.
    """
    multiple = jnp.exp(log_multiple)
    extra = (multiple - 1) / saturation
    gained = jnp.expm1(-extra)
    effective = 1 - saturation * gained
    elasticity = multiple * (1 + gained) / effective
    rate = multiple / saturation
    value = extra + (1 + exponent) * jnp.log(effective) - log_multiple
    slope = rate + (1 + exponent) * elasticity - 1
    curvature = rate + (1 + exponent) * elasticity * (1 - rate - elasticity)
    return value, slope, curvature


def _halley(mismatch: Real, slope: Real, curvature: Real) -> Real:
    """Return Halley's step; the correction is bounded so that a bad start cannot reverse it."""
    newton = mismatch / slope
    return -newton / (1 - jnp.clip(0.5 * newton * curvature / slope, -0.5, 0.5))


def _in_log1p(value: Real, slope: Real, curvature: Real) -> tuple[Real, Real]:
    """Return the derivatives of ``ln(1 + value)``, which is nearly linear in the log of the uses."""
    relative = slope / (1 + value)
    return relative, curvature / (1 + value) - relative**2


def log_optimal_multiples(
    alpha: Real, beta: Real, r_d: Real, r_n: Real, log_multiplier: Real, steps: int = _HALLEY_STEPS
) -> tuple[jax.Array, jax.Array]:
    """Split compute between parameters and epochs over limited data.

    The root is found by a fixed number of Halley steps from a closed form, without derivatives; one Newton
    step follows that alone is differentiated, which gives the derivatives of the implicit function. Its error
    is below 1e-10 for exponents of .05 to 2, R_D of 1 to 500, R_N of .3 to 1000 and M up to 1e14.

    Parameters
    ----------
    alpha, beta
        Exponents of parameters and tokens in the loss law.
    r_d, r_n
        Saturation of repeated tokens [epochs] and of excess parameters [x].
    log_multiplier
        ln(C/C0(U)), the log of compute over that whose optimum uses the unique tokens once.
    steps
        Halley steps. Two are enough for float32 with exponents of .2 to .6, R_D of 4 to 100, R_N of .5 to 100
        and M up to 1e4; the default serves the whole range above.

    Returns
    -------
    tuple of Array
        ln(N/N_opt(U)) and ln(D/U), which add to `log_multiplier`. Where that is negative the data do not
        bind: the unconstrained optimum.

    Examples
    --------
    >>> log_n, log_e = log_optimal_multiples(0.353, 0.353, 15.39, 5.31, 3.0)
    >>> round(float(jnp.exp(log_e)), 2)
    5.46
    """
    limited = log_multiplier > 0
    total = jnp.where(limited, log_multiplier, 0.0)
    log_e = jax.lax.stop_gradient(_split_start(alpha, beta, r_d, r_n, total))
    a, b, rd, rn, m = jax.lax.stop_gradient((alpha, beta, r_d, r_n, total))
    for _ in range(steps):
        tokens = _returns_lost(log_e, rd, b)
        params = _returns_lost(m - log_e, rn, a)
        slope_d, curvature_d = _in_log1p(*tokens)
        slope_n, curvature_n = _in_log1p(*params)
        mismatch = jnp.log((1 + tokens[0]) / (1 + params[0]))
        step = _halley(mismatch, slope_d + slope_n, curvature_d - curvature_n)
        log_e = jnp.clip(log_e + step, 0.0, m)
    tokens = _returns_lost(log_e, r_d, beta)
    params = _returns_lost(total - log_e, r_n, alpha)
    log_e = log_e - (tokens[0] - params[0]) / jax.lax.stop_gradient(tokens[1] + params[1])
    log_e = jnp.where(limited, log_e, alpha / (alpha + beta) * log_multiplier)
    return log_multiplier - log_e, log_e


def _split_start(alpha: Real, beta: Real, r_d: Real, r_n: Real, total: Real) -> Real:
    """Guess ln(D/U): the linear split near one epoch, e / n = R_D / R_N where both have saturated."""
    slope_d, slope_n = beta + 1 / r_d, alpha + 1 / r_n
    linear = total * (slope_n / (slope_d + slope_n) - 0.5)
    saturated = jnp.abs(0.5 * log(r_d / r_n))
    return jnp.clip(0.5 * total + jnp.clip(linear, -saturated, saturated), 0.0, total)


def _matching_multiple(lost: Real, saturation: Real, exponent: Real) -> jax.Array:
    """Return the log of the uses after which the log of marginal returns has fallen by `lost` >= 0.

    The inverse of `_returns_lost`, found and differentiated as in `log_optimal_multiples`.
    """
    target, r, x = jax.lax.stop_gradient((lost, saturation, exponent))
    log_multiple = jnp.minimum(target / (x + 1 / r), jnp.log1p(r * target))
    for _ in range(_HALLEY_STEPS):
        value, slope, curvature = _returns_lost(log_multiple, r, x)
        mismatch = jnp.log((1 + value) / (1 + target))
        step = _halley(mismatch, *_in_log1p(value, slope, curvature))
        log_multiple = jnp.maximum(log_multiple + step, 0.0)
    value, slope, _ = _returns_lost(log_multiple, saturation, exponent)
    return log_multiple - (value - lost) / jax.lax.stop_gradient(slope)


@pytree_dataclass
class _RepetitionFrontier:
    """The best run over U unique tokens that makes e epochs.

    Attributes
    ----------
    param_multiple
        N/N_opt(U) [x].
    compute_multiplier
        M(e) = C/C0(U) [x].
    ratio_multiplier
        Tokens per parameter over those of the optimum at C0 [x].
    effective_token_multiple
        D'/U, the worth of the tokens seen in fresh ones [x].
    avg_token_value
        D'/D, the worth of the average token seen.
    marginal_token_value
        dD'/dD, the worth of the next token seen.
    equal_loss_compute_multiplier
        C_eq/C0(U) [x], where C_eq reaches the run's loss with unlimited data.
    compute_efficiency
        C_eq/C.
    equal_loss_unique_multiple
        D*(C_eq)/U, the unique tokens that would have reached the run's loss in one epoch [x].
    token_discount
        e over the former: the factor by which a token seen is worth less, by equal loss [x].
    """

    param_multiple: Real
    compute_multiplier: Real
    ratio_multiplier: Real
    effective_token_multiple: Real
    avg_token_value: Real
    marginal_token_value: Real
    equal_loss_compute_multiplier: Real
    compute_efficiency: Real
    equal_loss_unique_multiple: Real
    token_discount: Real


def repetition_frontier(law: ScalingLaw, rep: Repetition, epochs: Real) -> _RepetitionFrontier:
    """Return the ratios of the best run with a given number of epochs to that which uses its data once.

    Parameters
    ----------
    law, rep
        The loss law and the repetition constants.
    epochs
        Epochs e, at least 1.

    Examples
    --------
    >>> from datawall.scaling_laws import LAWS, REPETITIONS
    >>> frontier = repetition_frontier(LAWS["muennighoff2023"], REPETITIONS["muennighoff2023"], 16.0)
    >>> round(float(frontier.effective_token_multiple), 1), round(float(frontier.avg_token_value), 2)
    (10.6, 0.66)
    """
    log_epochs = log(epochs)
    log_params = _log_param_multiple(law, rep, epochs)
    log_multiplier = log_params + log_epochs
    params = effective_multiple(jnp.exp(log_params), rep.r_n)
    tokens = effective_multiple(epochs, rep.r_d)
    share = law.token_exponent
    # In units of the reducible loss at C0; that of unlimited data falls as C^-(beta share).
    reducible = (1 - share) * jnp.exp(-law.alpha * log(params)) + share * jnp.exp(-law.beta * log(tokens))
    log_equal_tokens = -jnp.log(reducible) / law.beta
    log_equal_multiplier = log_equal_tokens / share
    return _RepetitionFrontier(
        param_multiple=jnp.exp(log_params),
        compute_multiplier=jnp.exp(log_multiplier),
        ratio_multiplier=jnp.exp(log_epochs - log_params),
        effective_token_multiple=tokens,
        avg_token_value=tokens / epochs,
        marginal_token_value=jnp.exp((1 - epochs) / rep.r_d),
        equal_loss_compute_multiplier=jnp.exp(log_equal_multiplier),
        compute_efficiency=jnp.exp(log_equal_multiplier - log_multiplier),
        equal_loss_unique_multiple=jnp.exp(log_equal_tokens),
        token_discount=jnp.exp(log_epochs - log_equal_tokens),
    )


def _log_param_multiple(law: ScalingLaw, rep: Repetition, epochs: Real) -> jax.Array:
    """Return ln(N/N_opt(U)) of the best run over U with a given number of epochs."""
    lost, _, _ = _returns_lost(log(epochs), rep.r_d, law.beta)
    return _matching_multiple(lost, rep.r_n, law.alpha)


def epochs_for_compute_multiplier(law: ScalingLaw, rep: Repetition, multiplier: Real) -> jax.Array:
    """Return the epochs of the best run with `multiplier` times C0(U), the inverse of M(e); at least 1.

    Parameters
    ----------
    law, rep
        The loss law and the repetition constants; A, B and E do not matter.
    multiplier
        C/C0(U) [x].

    Examples
    --------
    >>> from datawall.scaling_laws import LAWS, REPETITIONS
    >>> LAW, REP = LAWS["muennighoff2023"], REPETITIONS["muennighoff2023"]
    >>> round(float(epochs_for_compute_multiplier(LAW, REP, 20.0)), 2)
    5.44
    """
    _, log_epochs = log_optimal_multiples(law.alpha, law.beta, rep.r_d, rep.r_n, log(multiplier))
    return jnp.maximum(1.0, jnp.exp(log_epochs))


def frontier_flop(law: ScalingLaw, rep: Repetition, unique: Real, epochs: Real) -> jax.Array:
    """Return the compute at which the best run over U makes that many epochs, ``M(e) C0(U)`` [FLOP].

    Parameters
    ----------
    law, rep
        The loss law and the repetition constants.
    unique
        Unique tokens U.
    epochs
        Epochs, at least 1.

    Examples
    --------
    >>> from datawall.scaling_laws import LAWS, REPETITIONS
    >>> LAW, REP = LAWS["muennighoff2023"], REPETITIONS["muennighoff2023"]
    >>> f"{float(frontier_flop(LAW, REP, 50e12, 16.0)):.2e}"
    '9.89e+28'
    """
    log_multiplier = _log_param_multiple(law, rep, epochs) + log(epochs)
    return jnp.exp(log_multiplier + log_flop_for_optimal_tokens(law, log(unique)))


def unique_tokens_needed(law: ScalingLaw, rep: Repetition, flop: Real, epochs: Real) -> jax.Array:
    """Return the unique tokens over which the best run with `flop` makes a given number of epochs.

    Parameters
    ----------
    law, rep, epochs
        As for `frontier_flop`.
    flop
        Training compute [FLOP].

    Examples
    --------
    >>> from datawall.scaling_laws import LAWS, REPETITIONS
    >>> LAW, REP = LAWS["muennighoff2023"], REPETITIONS["muennighoff2023"]
    >>> f"{float(unique_tokens_needed(LAW, REP, 1e28, 4.0)):.2e}"
    '5.28e+13'
    """
    log_multiplier = _log_param_multiple(law, rep, epochs) + log(epochs)
    return jnp.exp(law.log_optimal_tokens(log(flop) - log_multiplier))
