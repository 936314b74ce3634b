"""Demand for the tokens of a model, and what it earns.

Over its life a model sells

    I = scale (L / .1)^-r (P / 1e-6)^-h    tokens

at P USD a token, with L its reducible loss; a token costs 2N FLOP to serve and 6N FLOP to train on
(Villalobos et al. 2024, arXiv 2211.04325).
"""

import jax
import jax.numpy as jnp

from datawall.pytrees import pytree_dataclass
from datawall.scaling_laws.laws import ScalingLaw
from datawall.scaling_laws.logs import LOG2, LOG6, LOG10, Real, log

LOG_LOSS_UNIT = -LOG10
"""Log of the reducible loss at which `Market.scale` is stated, .1 nats/token."""

LOG_PRICE_UNIT = -6 * LOG10
"""Log of the price at which `Market.scale` is stated, 1e-6 USD/token."""


@pytree_dataclass
class Market:
    """Demand for the tokens of a model, and what computing costs.

    Attributes
    ----------
    scale
        I0, tokens sold over the life of a model with a reducible loss of .1 nats/token at 1e-6 USD/token.
    loss_elasticity
        r, fall of demand with the reducible loss.
    price_elasticity
        h, fall of demand with the price, above 1: otherwise there is no best price.
    usd_per_flop
        Cost of computing, in training and in service alike [USD/FLOP].
    """

    scale: Real
    loss_elasticity: Real
    price_elasticity: Real
    usd_per_flop: Real


VILLALOBOS_LAW = ScalingLaw(E=0.0, A=514.0, B=2115.2, alpha=0.35, beta=0.37)
"""The loss law that `MARKETS` belong to (arXiv 2211.04325); it leaves the irreducible loss out."""

MARKETS = {
    "villalobos2024_inelastic": Market(1e13, 7.0, 1.1, 1e-18),
    "villalobos2024_elastic": Market(1e15, 7.0, 2.0, 1e-18),
    "villalobos2024_very_elastic": Market(1e16, 10.0, 2.4, 1e-18),
}
"""The three policies of arXiv 2211.04325, by id; assumptions of its authors, not estimates.

The source further caps service at 1000 times the training compute; that cap is not part of this model.
"""


def tokens_sold(law: ScalingLaw, market: Market, params: Real, tokens: Real, price: Real) -> jax.Array:
    """Return the tokens that a model sells over its life.

    Parameters
    ----------
    law
        The loss law.
    market
        Demand and cost.
    params
        Active parameters N.
    tokens
        Tokens seen in training D.
    price
        Price [USD/token].

    Returns
    -------
    Array
        Tokens served.

    References
    ----------
    Villalobos et al. 2024, arXiv 2211.04325.
    """
    log_reducible = jnp.log(law.reducible(log(params), log(tokens)))
    return jnp.exp(log_tokens_sold(market, log_reducible, log(price)))


def profit(law: ScalingLaw, market: Market, params: Real, tokens: Real, price: Real) -> jax.Array:
    """Return what a model earns over its life, less what it costs to train.

    Parameters
    ----------
    law
        The loss law.
    market
        Demand and cost.
    params
        Active parameters N.
    tokens
        Tokens seen in training D.
    price
        Price [USD/token].

    Returns
    -------
    Array
        Profit [USD].

    References
    ----------
    Villalobos et al. 2024, arXiv 2211.04325.

    Examples
    --------
    >>> market = MARKETS["villalobos2024_elastic"]
    >>> round(float(profit(VILLALOBOS_LAW, market, 1e10, 1e12, 4e-8)) / 1e6, 1)
    27.7
    """
    sold = tokens_sold(law, market, params, tokens, price)
    log_training = LOG6 + log(params) + log(tokens)
    return sold * (price - serving_cost(market, params)) - jnp.exp(log_training + log(market.usd_per_flop))


def serving_cost(market: Market, params: Real) -> jax.Array:
    """Return what a token costs to serve [USD/token], at 2N FLOP."""
    return jnp.exp(LOG2 + log(params) + log(market.usd_per_flop))


def best_price(market: Market, params: Real) -> jax.Array:
    """Return the price that earns most, ``h / (h - 1)`` times the cost of serving a token.

    Parameters
    ----------
    market
        Demand and cost; neither the scale of demand nor its answer to quality matters.
    params
        Active parameters N.

    Returns
    -------
    Array
        Price [USD/token]; inf at a price elasticity of at most 1, where dearer is always better.

    Examples
    --------
    >>> round(float(best_price(MARKETS["villalobos2024_elastic"], 1e10)) * 1e6, 2)
    0.04
    """
    elastic = market.price_elasticity > 1
    mark_up = market.price_elasticity / jnp.where(elastic, market.price_elasticity - 1, 1.0)
    return jnp.where(elastic, mark_up * serving_cost(market, params), jnp.inf)


def log_tokens_sold(market: Market, log_reducible: Real, log_price: Real) -> jax.Array:
    """Return the log of the tokens sold at a reducible loss and a price."""
    return (
        log(market.scale)
        - market.loss_elasticity * (log_reducible - LOG_LOSS_UNIT)
        - market.price_elasticity * (log_price - LOG_PRICE_UNIT)
    )
