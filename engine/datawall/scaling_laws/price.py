"""Price decline of a fixed capability."""

import math

import jax
import jax.numpy as jnp

from datawall.pytrees import pytree_dataclass
from datawall.scaling_laws.laws import LOG10, Real, log
from datawall.units import MONTHS_PER_YEAR


@pytree_dataclass
class _PriceDecline:
    """Pace of a price decline.

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


@pytree_dataclass
class EfficiencyGrowth:
    """The pace at which a capability becomes cheaper, by source.

    Attributes
    ----------
    pace
        Product of the three growths, as the pace at which the price falls.
    hardware_share, algorithms_share, rest_share
        Share of each in the log of that product. They add to 1; one is negative where a growth is below 1
        and the product above, and all are nan or infinite where the product is 1.
    """

    pace: _PriceDecline
    hardware_share: Real
    algorithms_share: Real
    rest_share: Real


def _pace(rate: Real) -> _PriceDecline:
    """Return the pace of a price whose log falls by `rate` a year."""
    return _PriceDecline(
        factor_per_year=jnp.exp(rate),
        oom_per_year=rate / LOG10,
        halving_months=MONTHS_PER_YEAR * math.log(2) / rate,
    )


def price_decline(ratio: Real, years: Real) -> _PriceDecline:
    """Return the pace of a price decline over some years.

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
    return _pace(log(ratio) / years)


def years_for_gain(ratio: Real, factor_per_year: Real) -> jax.Array:
    """Return the time that a gain takes at a constant pace.

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


def efficiency_growth(hardware_growth: Real, halving_months: Real, rest_growth: Real) -> EfficiencyGrowth:
    """Return the pace at which a capability becomes cheaper, composed from its sources.

    Parameters
    ----------
    hardware_growth
        Growth of FLOP per USD [x/yr].
    halving_months
        Time in which algorithms halve the compute that the capability takes [months]; inf where they stand
        still, negative where they regress.
    rest_growth
        Growth of what remains: utilisation, margins, serving [x/yr].

    Returns
    -------
    EfficiencyGrowth
        The pace, and the share of each source in its log.

    Examples
    --------
    >>> growth = efficiency_growth(1.4, 8.0, 1.5)
    >>> round(float(growth.pace.factor_per_year), 2), round(float(growth.algorithms_share), 2)
    (5.94, 0.58)
    """
    hardware, rest = log(hardware_growth), log(rest_growth)
    algorithms = MONTHS_PER_YEAR * math.log(2) / halving_months
    total = hardware + algorithms + rest
    return EfficiencyGrowth(
        pace=_pace(total),
        hardware_share=hardware / total,
        algorithms_share=algorithms / total,
        rest_share=rest / total,
    )
