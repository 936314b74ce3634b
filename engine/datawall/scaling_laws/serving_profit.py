"""The model size that earns most when demand answers to quality and price.

For a price elasticity h > 1 the best price is a fixed mark-up on the cost of serving. What is then earned
before training goes as ``L^-r N^(1 - h)``, so at any training compute the best size leaves the parameter term
of the loss the same share of it, ``(r beta + h - 1) / (r (alpha + beta))``. Everything follows in closed
form, and how far the size lies below the compute-optimal one depends neither on the compute, nor on the scale
of demand, nor on what a FLOP costs.
"""

import jax
import jax.numpy as jnp

from datawall.pytrees import pytree_dataclass
from datawall.scaling_laws.laws import ScalingLaw
from datawall.scaling_laws.logs import LOG2, LOG6, Real, log
from datawall.scaling_laws.serving_market import (
    MARKETS,
    VILLALOBOS_LAW,
    Market,
    best_price,
    log_tokens_sold,
    profit,
    serving_cost,
    tokens_sold,
)

__all__ = [
    "MARKETS",
    "VILLALOBOS_LAW",
    "Market",
    "ProfitOptimum",
    "best_price",
    "profit",
    "profit_optimal_flop",
    "profit_optimum",
    "serving_cost",
    "tokens_sold",
]


@pytree_dataclass
class ProfitOptimum:
    """The run of a given training compute that earns most.

    Attributes
    ----------
    params
        Active parameters N.
    tokens
        Tokens seen in training D.
    price
        Price of a token served [USD/token].
    profit
        Sales less the cost of service and training, over the life of the model [USD]; may be negative.
    shrink
        How many times smaller the model is than the compute-optimal one of equal training compute [x]; it
        sees as many times more tokens.
    """

    params: Real
    tokens: Real
    price: Real
    profit: Real
    shrink: Real


def profit_optimum(law: ScalingLaw, market: Market, flop: Real) -> ProfitOptimum:
    """Spend training compute so that the profit is largest, with ``6 N D = C``.

    Parameters
    ----------
    law
        The loss law; its irreducible loss does not matter.
    market
        Demand and cost.
    flop
        Training compute, spent in full [FLOP]; that of `profit_optimal_flop` for the best of all runs.

    Returns
    -------
    ProfitOptimum
        Parameters, tokens, price, profit and the factor below the compute-optimal size. Where
        ``h - 1 >= r alpha`` every smaller model earns more: `shrink`, `tokens` and `profit` are inf, `params`
        and `price` 0. At a price elasticity of at most 1 there is no best price: it is inf, the rest nan.

    References
    ----------
    Villalobos et al. 2024, arXiv 2211.04325, for the profit; the optimum is derived in this module.

    Examples
    --------
    >>> best = profit_optimum(VILLALOBOS_LAW, MARKETS["villalobos2024_elastic"], 1e24)
    >>> round(float(best.shrink), 2), round(float(best.tokens / best.params))
    (3.26, 143)
    """
    log_shrink = log_profit_shrink(law, market)
    log_params, log_tokens = log_shrunk_run(law, flop, log_shrink)
    gross = jnp.exp(log_gross_profit(law, market, log_params, log_tokens))
    params = jnp.exp(log_params)
    return ProfitOptimum(
        params=params,
        tokens=jnp.exp(log_tokens),
        price=best_price(market, params),
        profit=jnp.where(jnp.isposinf(log_shrink), jnp.inf, gross - flop * market.usd_per_flop),
        shrink=jnp.exp(log_shrink),
    )


def profit_optimal_flop(law: ScalingLaw, market: Market) -> jax.Array:
    """Return the training compute past which a larger run no longer pays for itself.

    Parameters
    ----------
    law
        The loss law; its irreducible loss does not matter.
    market
        Demand and cost.

    Returns
    -------
    Array
        Training compute [FLOP]. Sales less service grow as ``C^g`` with
        ``g = beta (r alpha - h + 1) / (alpha + beta)``: inf where g >= 1, since no run is then too large, 0
        where g <= 0. Nan at a price elasticity of at most 1, where there is no best price.

    Examples
    --------
    >>> market = MARKETS["villalobos2024_elastic"]
    >>> f"{float(profit_optimal_flop(VILLALOBOS_LAW, market)):.1e}"
    '5.8e+32'
    """
    growth = law.beta * (market.loss_elasticity * law.alpha - market.price_elasticity + 1)
    growth = growth / (law.alpha + law.beta)
    log_shrink = log_profit_shrink(law, market)
    interior = (growth > 0) & (growth < 1) & jnp.isfinite(log_shrink)
    log_gross = log_gross_profit(law, market, *log_shrunk_run(law, 1.0, jnp.where(interior, log_shrink, 0.0)))
    safe = jnp.where(interior, growth, 0.5)
    flop = jnp.exp((jnp.log(safe) + log_gross - log(market.usd_per_flop)) / (1 - safe))
    corner = jnp.where(jnp.isnan(log_shrink), jnp.nan, jnp.where(growth >= 1, jnp.inf, 0.0))
    return jnp.where(interior, flop, corner)


def log_profit_shrink(law: ScalingLaw, market: Market) -> jax.Array:
    """Return the log of how many times smaller than compute-optimal the best size is, at equal compute."""
    excess = (market.price_elasticity - 1) / market.loss_elasticity
    served, bounded = excess > 0, excess < law.alpha
    rise = jnp.log1p(jnp.where(served & bounded, excess, 0.0) / law.beta)
    fall = jnp.log1p(-jnp.where(served & bounded, excess, 0.0) / law.alpha)
    interior = (rise - fall) / (law.alpha + law.beta)
    return jnp.where(served, jnp.where(bounded, interior, jnp.inf), jnp.nan)


def log_shrunk_run(law: ScalingLaw, flop: Real, log_shrink: Real) -> tuple[jax.Array, jax.Array]:
    """Return the logs of parameters and tokens of a run smaller than compute-optimal, at equal compute."""
    log_flop = log(flop)
    log_tokens = law.log_optimal_tokens(log_flop) + log_shrink
    return log_flop - LOG6 - log_tokens, log_tokens


def log_gross_profit(law: ScalingLaw, market: Market, log_params: Real, log_tokens: Real) -> jax.Array:
    """Return the log of sales less service at the best price, before training; nan for h of at most 1."""
    log_cost = LOG2 + log_params + log(market.usd_per_flop)
    log_margin = log_cost - log(market.price_elasticity - 1)
    log_price = log_margin + log(market.price_elasticity)
    return log_tokens_sold(market, jnp.log(law.reducible(log_params, log_tokens)), log_price) + log_margin


CANDIDATES = 64
NEWTON_STEPS = 5


@pytree_dataclass
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
    >>> from datawall.scaling_laws.serving_market import VILLALOBOS_LAW
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
