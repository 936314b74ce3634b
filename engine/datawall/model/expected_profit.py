"""The model size that earns most on average over an uncertain market.

Size and tokens are chosen before the market is known, the price after. The scale of demand and what a FLOP
costs only weight the draws, so uncertainty about these alone changes nothing. Uncertain elasticities move the
optimum away from that of the mean market, towards the draws that earn most.
"""

import jax
import jax.numpy as jnp

from datawall.model.laws import ScalingLaw
from datawall.model.market import Market
from datawall.model.profit import log_gross_profit, log_profit_shrink, log_shrunk_run
from datawall.model.reals import Real, log
from datawall.records import record

CANDIDATES = 64
NEWTON_STEPS = 5


@record
class ExpectedProfitOptimum:
    """The run of a given training compute that earns most on average over an uncertain market.

    Attributes
    ----------
    params
        Active parameters N.
    tokens
        Tokens seen in training D.
    profit
        Mean profit, each draw at the price that is best for it [USD].
    shrink
        How many times smaller the model is than the compute-optimal one of equal training compute [x].
    shrink_at_mean
        The same for the optimum of the mean market, each constant at its mean [x].
    profit_at_mean
        Mean profit of that other size [USD], never above `profit`.
    """

    params: Real
    tokens: Real
    profit: Real
    shrink: Real
    shrink_at_mean: Real
    profit_at_mean: Real


def expected_profit_optimum(law: ScalingLaw, markets: Market, flop: Real) -> ExpectedProfitOptimum:
    """Spend training compute so that the mean profit over an uncertain market is largest.

    Every local optimum lies between the smallest and the largest optimum of a single draw, and there may be
    several: the best of `CANDIDATES` sizes in between is refined.

    Parameters
    ----------
    law
        The loss law; its irreducible loss does not matter.
    markets
        Draws of demand and cost, each of shape ``(draw,)`` or a scalar; at least one has draws.
    flop
        Training compute, spent in full [FLOP], a scalar: use `jax.vmap` for more.

    Returns
    -------
    ExpectedProfitOptimum
        Parameters, tokens, mean profit and the factor below the compute-optimal size, beside those of the
        optimum at the mean market. As in `profit_optimum`, one draw under which every smaller model earns
        more makes them inf or 0, and one without a best price nan.

    References
    ----------
    Villalobos et al. 2024, arXiv 2211.04325, for the profit.

    Examples
    --------
    >>> import numpy as np
    >>> from datawall.model.market import VILLALOBOS_LAW
    >>> markets = Market(1e15, 7.0, np.array([1.5, 2.5]), 1e-18)
    >>> best = expected_profit_optimum(VILLALOBOS_LAW, markets, 1e26)
    >>> round(float(best.shrink_at_mean), 2), round(float(best.shrink), 2)
    (3.26, 2.69)
    """
    log_shrink = _log_best_shrink(law, markets, flop)
    log_shrink_at_mean = log_profit_shrink(law, jax.tree.map(jnp.mean, markets))
    log_params, log_tokens = log_shrunk_run(law, flop, log_shrink)
    return ExpectedProfitOptimum(
        params=jnp.exp(log_params),
        tokens=jnp.exp(log_tokens),
        profit=_mean_profit(law, markets, flop, log_shrink),
        shrink=jnp.exp(log_shrink),
        shrink_at_mean=jnp.exp(log_shrink_at_mean),
        profit_at_mean=_mean_profit(law, markets, flop, log_shrink_at_mean),
    )


def _mean_profit(law: ScalingLaw, markets: Market, flop: Real, log_shrink: Real) -> jax.Array:
    gross = jnp.exp(_log_gross(law, markets, flop, log_shrink))
    mean = jnp.mean(gross) - flop * jnp.mean(markets.usd_per_flop)
    return jnp.where(jnp.isposinf(log_shrink), jnp.inf, mean)


def _log_gross(law: ScalingLaw, markets: Market, flop: Real, log_shrink: Real) -> jax.Array:
    """Return the logs of sales less service, draw by draw, of a size below the compute-optimal one."""
    return log_gross_profit(law, markets, *log_shrunk_run(law, flop, log_shrink))


def _log_best_shrink(law: ScalingLaw, markets: Market, flop: Real) -> jax.Array:
    """Return the log of the shrink factor with the largest mean profit; inf or nan where a draw's own is."""
    fixed_law, fixed_markets, fixed_flop = jax.lax.stop_gradient((law, markets, flop))
    log_own = log_profit_shrink(fixed_law, fixed_markets)
    largest = jnp.max(log_own)
    bounded = jnp.isfinite(largest)
    log_own = jnp.where(bounded, log_own, 0.0)
    candidates = jnp.linspace(jnp.min(log_own), jnp.max(log_own), CANDIDATES)

    def log_mean(log_shrink: Real) -> jax.Array:
        return jax.nn.logsumexp(_log_gross(fixed_law, fixed_markets, fixed_flop, log_shrink))

    best = jnp.argmax(jax.vmap(log_mean)(candidates))
    low, high = candidates[jnp.maximum(best - 1, 0)], candidates[jnp.minimum(best + 1, CANDIDATES - 1)]
    log_shrink = candidates[best]
    for _ in range(NEWTON_STEPS):
        slope, curvature = _mean_slope(fixed_law, fixed_markets, fixed_flop, log_shrink)
        log_shrink = jnp.clip(log_shrink + slope / curvature, low, high)
    slope, curvature = _mean_slope(law, markets, flop, log_shrink)
    return jnp.where(bounded, log_shrink + slope / jax.lax.stop_gradient(curvature), largest)


def _mean_slope(
    law: ScalingLaw, markets: Market, flop: Real, log_shrink: Real
) -> tuple[jax.Array, jax.Array]:
    """Return slope and downward curvature of the log of the mean gross profit in the log of the shrink.

    The curvature is that of the mean log profit, less the variance of the slopes between draws. Where that
    difference is small or negative a part of the former bounds the step.
    """
    weight = jax.nn.softmax(_log_gross(law, markets, flop, log_shrink))
    total = law.alpha + law.beta
    share = jax.nn.sigmoid(total * log_shrink + log(law.beta) - log(law.alpha))
    slopes = markets.price_elasticity - 1 - markets.loss_elasticity * (total * share - law.beta)
    slope = jnp.sum(weight * slopes)
    within = jnp.sum(weight * markets.loss_elasticity) * total**2 * share * (1 - share)
    between = jnp.sum(weight * (slopes - slope) ** 2)
    return slope, jnp.maximum(within - between, 0.1 * within)
