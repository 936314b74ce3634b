"""Costs of a training run in money, chips, time and power, and the price decline of a capability.

Peak FLOP/s are dense for the stated number format; power is all-in at the site.
"""

import math

import jax
import jax.numpy as jnp

from datawall.pytrees import pytree_dataclass
from datawall.scaling_laws.laws import LOG10, Real, log
from datawall.units import DAYS_TO_SECONDS, HOURS_TO_SECONDS, MONTHS_PER_YEAR


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

    Examples
    --------
    >>> round(float(price_decline(100.0, 2.0).halving_months), 2)
    3.61
    """
    return _pace(log(ratio) / years)


def years_for_gain(ratio: Real, factor_per_year: Real) -> jax.Array:
    """Return the time that a gain takes at a constant pace [years]; inf where the pace is at most 1.

    Parameters
    ----------
    ratio
        Gain to reach [x]; one of at most 1 takes no time.
    factor_per_year
        Pace [x/yr].

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
    """Return the pace at which a capability becomes cheaper, and the share of each source in its log.

    Parameters
    ----------
    hardware_growth
        Growth of FLOP per USD [x/yr].
    halving_months
        Time in which algorithms halve the compute that the capability takes [months]; inf where they stand
        still, negative where they regress.
    rest_growth
        Growth of what remains: utilisation, margins, serving [x/yr].

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


def flop_from_budget(usd: Real, usd_per_chip_hour: Real, peak: Real, mfu: Real) -> Real:
    """Return the compute that a budget buys [FLOP].

    Parameters
    ----------
    usd
        Budget [USD].
    usd_per_chip_hour
        Price of a chip [USD/h].
    peak
        Dense peak of a chip [FLOP/s].
    mfu
        Share of the peak that is used, in (0, 1].

    Examples
    --------
    >>> print(f"{flop_from_budget(100e6, 2.0, 989.4e12, 0.4):.3g}")
    7.12e+25
    """
    return usd / usd_per_chip_hour * HOURS_TO_SECONDS * peak * mfu


def budget_for_flop(flop: Real, usd_per_chip_hour: Real, peak: Real, mfu: Real) -> Real:
    """Return the cost of an amount of compute [USD], the inverse of `flop_from_budget`.

    Parameters
    ----------
    flop
        Training compute [FLOP].
    usd_per_chip_hour, peak, mfu
        As for `flop_from_budget`.

    Examples
    --------
    >>> f"{float(budget_for_flop(2e27, 2.0, 1.979e15, 0.4)):.2e}"
    '1.40e+09'
    """
    return flop / (peak * mfu) / HOURS_TO_SECONDS * usd_per_chip_hour


def chips_for_run(flop: Real, days: Real, peak: Real, mfu: Real) -> Real:
    """Return the number of chips that finish a run in a number of days.

    Parameters
    ----------
    flop
        Training compute [FLOP].
    days
        Duration of the run [days].
    peak, mfu
        As for `flop_from_budget`.

    Examples
    --------
    >>> round(chips_for_run(3.8e25, 72, 989.4e12, 0.386), -2)
    16000.0
    """
    return flop / (peak * mfu) / (days * DAYS_TO_SECONDS)


def days_for_run(flop: Real, site_watts: Real, watts_per_chip: Real, peak: Real, mfu: Real) -> Real:
    """Return the duration of a run on all chips that a site can power [days].

    Parameters
    ----------
    flop
        Training compute [FLOP].
    site_watts
        Power of the site [W].
    watts_per_chip
        Power of a chip, all-in at the site [W].
    peak, mfu
        As for `flop_from_budget`.

    Examples
    --------
    >>> round(float(days_for_run(2e27, 1e9, 1400.0, 1.979e15, 0.4)), 1)
    40.9
    """
    chips = site_watts / watts_per_chip
    return flop / (peak * mfu) / chips / DAYS_TO_SECONDS


def site_power(chips: Real, watts_per_chip: Real) -> Real:
    """Return the power of a site [W].

    Parameters
    ----------
    chips
        Chips at the site.
    watts_per_chip
        Power of a chip, all-in at the site [W].

    Examples
    --------
    >>> f"{float(site_power(1e5, 1400.0)):.2e}"
    '1.40e+08'
    """
    return chips * watts_per_chip


def training_flop(params_active: Real, tokens: Real) -> Real:
    """Return the compute of a training run [FLOP], ``C = 6 N D``.

    Parameters
    ----------
    params_active
        Parameters active per token.
    tokens
        Tokens seen, repeats counted.

    References
    ----------
    Kaplan et al. 2020, arXiv 2001.08361.

    Examples
    --------
    >>> print(f"{training_flop(405e9, 15.6e12):.3g}")
    3.79e+25
    """
    return 6.0 * params_active * tokens
