"""How fast a fixed capability becomes cheaper."""

import math

import jax
import jax.numpy as jnp

from datawall.model.reals import LOG10, Real, log
from datawall.records import record
from datawall.units import MONTHS_PER_YEAR


@record
class PriceDecline:
    """The pace at which a price falls.

    Attributes
    ----------
    factor_per_year
        Fall in a year [x/yr].
    oom_per_year
        The same as log10 [oom/yr].
    halving_months
        Time in which the price halves [months]; negative, the time in which it doubles, where it rises.
    """

    factor_per_year: Real
    oom_per_year: Real
    halving_months: Real


def price_decline(ratio: Real, years: Real) -> PriceDecline:
    """Turn a fall of price over some years into a pace.

    Parameters
    ----------
    ratio
        Price at the start over price at the end [x].
    years
        Time between the two [years].

    Returns
    -------
    PriceDecline
        The pace, as factor and orders of magnitude a year and as halving time.

    Examples
    --------
    >>> round(float(price_decline(100.0, 2.0).halving_months), 2)
    3.61
    """
    rate = log(ratio) / years
    return PriceDecline(
        factor_per_year=jnp.exp(rate),
        oom_per_year=rate / LOG10,
        halving_months=MONTHS_PER_YEAR * math.log(2) / rate,
    )


def years_for_gain(ratio: Real, factor_per_year: Real) -> jax.Array:
    """Return how long a gain takes at a constant pace.

    Parameters
    ----------
    ratio
        Gain to reach [x].
    factor_per_year
        Pace [x/yr].

    Returns
    -------
    Array
        Time [years]: 0 for a gain of at most 1, inf where the pace is at most 1.

    Examples
    --------
    >>> round(float(years_for_gain(100.0, 10.0)), 3)
    2.0
    """
    gain, rate = jnp.maximum(log(ratio), 0.0), log(factor_per_year)
    falls = rate > 0
    time = gain / jnp.where(falls, rate, 1.0)
    return jnp.where(falls | (gain == 0), time, jnp.inf)
