"""The model size that earns most when demand answers to quality and price.

For a price elasticity h > 1 the best price is a fixed mark-up on the cost of serving. What is then earned
before training goes as ``L^-r N^(1 - h)``, so at any training compute the best size leaves the parameter term
of the loss the same share of it, ``(r beta + h - 1) / (r (alpha + beta))``. Everything follows in closed
form, and how far the size lies below the compute-optimal one depends neither on the compute, nor on the scale
of demand, nor on what a FLOP costs.
"""

import jax
import jax.numpy as jnp

from datawall.model.laws import ScalingLaw
from datawall.model.market import (
    MARKETS,
    VILLALOBOS_LAW,
    Market,
    best_price,
    log_tokens_sold,
    profit,
    serving_cost,
    tokens_sold,
)
from datawall.model.reals import LOG2, LOG6, Real, log
from datawall.records import record

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


@record
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
