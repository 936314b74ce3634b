"""Overtraining: smaller models on more tokens, up to the limit that the data set.

Everything is in units of an unconstrained optimum: a model k times smaller, on X times the optimum's tokens,
has the reducible loss ``a k^alpha + b X^-beta``.
"""

import math

import jax.numpy as jnp

from datawall.model.inputs import Scalar
from datawall.model.loss.law import PivotLaw
from datawall.scaling_laws.laws import log

NEWTON_STEPS = 4


def relative_loss(law: PivotLaw, hybrid: Scalar, log_shrink: Scalar, log_tokens: Scalar) -> Scalar:
    """Return the reducible loss of an overtrained model, in units of that at the optimum.

    A hybrid architecture multiplies by `hybrid` the excess loss over the optimum of its own compute
    ``C X / k``, whose reducible loss is ``(X / k)^-gamma``. No more tokens are used than lower the loss.

    Parameters
    ----------
    law
        Of one draw.
    hybrid
        Factor on the isoFLOP penalty: 1 for a plain transformer, above 1 where size matters more.
    log_shrink, log_tokens
        ln k and ln X.
    """
    used = jnp.minimum(log_tokens, _most_useful_tokens(law, hybrid, log_shrink))
    dense = law.params_exponent * jnp.exp(law.alpha * log_shrink) + law.tokens_exponent * jnp.exp(
        -law.beta * used
    )
    best = _best_loss(law, log_shrink, used)
    return best + hybrid * (dense - best)


def _best_loss(law: PivotLaw, log_shrink: Scalar, log_tokens: Scalar) -> Scalar:
    """Return the reducible loss of the optimum of the model's own compute."""
    return jnp.exp(law.loss_exponent * (log_shrink - log_tokens))


def _most_useful_tokens(law: PivotLaw, hybrid: Scalar, log_shrink: Scalar) -> Scalar:
    """Return the ln X at which more tokens stop lowering the loss, where the hybrid factor exceeds 1.

    The root of the derivative of `relative_loss` in ln X; ``b beta = gamma`` cancels.
    """
    steeper = hybrid > 1.0
    log_ratio = log(hybrid) - log(jnp.where(steeper, hybrid - 1.0, 1.0))
    turn = (log_ratio - law.loss_exponent * log_shrink) / (law.beta - law.loss_exponent)
    return jnp.where(steeper, turn, jnp.inf)


def headroom(law: PivotLaw, hybrid: Scalar, log_tokens: Scalar) -> Scalar:
    """Return the largest size factor k at equal loss; below 1 where data limit even the optimum.

    Below 1 it is the share of the optimum's tokens that the data are worth, continuous at 1.

    The root of ``relative_loss = 1`` in k, by Newton's method from the closed form of a plain transformer,
    ``k = (1 + s - s X^-beta)^(1/alpha)`` with ``s = alpha / beta``.

    Parameters
    ----------
    law, hybrid
        As for `relative_loss`.
    log_tokens
        ln X, the tokens that the data are worth over those of the optimum.
    """
    log_share = jnp.minimum(log_tokens, 0.0)
    log_tokens = jnp.maximum(log_tokens, 0.0)
    s = law.alpha / law.beta
    log_shrink = jnp.log1p(-s * jnp.expm1(-law.beta * log_tokens)) / law.alpha
    for _ in range(NEWTON_STEPS):
        loss = relative_loss(law, hybrid, log_shrink, log_tokens)
        # at the best number of tokens, its own change has no first-order effect on the slope
        used = jnp.minimum(log_tokens, _most_useful_tokens(law, hybrid, log_shrink))
        best = _best_loss(law, log_shrink, used)
        params_term = law.params_exponent * jnp.exp(law.alpha * log_shrink)
        slope = (1.0 - hybrid) * law.loss_exponent * best + hybrid * law.alpha * params_term
        log_shrink = log_shrink + (1.0 - loss) / slope
    return jnp.exp(log_shrink + log_share)


def wall_gap(law: PivotLaw, hybrid: Scalar, shrink: float, log_tokens: Scalar) -> Scalar:
    """Return a number that is zero or more once a model smaller by `shrink` falls short of the optimum."""
    return jnp.log(relative_loss(law, hybrid, math.log(shrink), log_tokens))
