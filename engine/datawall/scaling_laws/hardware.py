"""Hardware of a training run: cost, chips, time and power.

Peak FLOP/s are dense for the stated number format; power is all-in at the site.
"""

from datawall.scaling_laws.laws import Real
from datawall.units import DAYS_TO_SECONDS, HOURS_TO_SECONDS


def flop_from_budget(usd: Real, usd_per_chip_hour: Real, peak: Real, mfu: Real) -> Real:
    """Return the compute that a budget buys.

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

    Returns
    -------
    Real
        Training compute [FLOP].

    Examples
    --------
    >>> print(f"{flop_from_budget(100e6, 2.0, 989.4e12, 0.4):.3g}")
    7.12e+25
    """
    return usd / usd_per_chip_hour * HOURS_TO_SECONDS * peak * mfu


def budget_for_flop(flop: Real, usd_per_chip_hour: Real, peak: Real, mfu: Real) -> Real:
    """Return the cost of an amount of compute, the inverse of `flop_from_budget`.

    Parameters
    ----------
    flop
        Training compute [FLOP].
    usd_per_chip_hour, peak, mfu
        As for `flop_from_budget`.

    Returns
    -------
    Real
        Budget [USD].

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

    Returns
    -------
    Real
        Chips.

    Examples
    --------
    >>> round(chips_for_run(3.8e25, 72, 989.4e12, 0.386), -2)
    16000.0
    """
    return flop / (peak * mfu) / (days * DAYS_TO_SECONDS)


def days_for_run(flop: Real, site_watts: Real, watts_per_chip: Real, peak: Real, mfu: Real) -> Real:
    """Return the duration of a run on all chips that a site can power.

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

    Returns
    -------
    Real
        Duration [days].

    Examples
    --------
    >>> round(float(days_for_run(2e27, 1e9, 1400.0, 1.979e15, 0.4)), 1)
    40.9
    """
    chips = site_watts / watts_per_chip
    return flop / (peak * mfu) / chips / DAYS_TO_SECONDS


def site_power(chips: Real, watts_per_chip: Real) -> Real:
    """Return the power of a site.

    Parameters
    ----------
    chips
        Chips at the site.
    watts_per_chip
        Power of a chip, all-in at the site [W].

    Returns
    -------
    Real
        Power [W].

    Examples
    --------
    >>> f"{float(site_power(1e5, 1400.0)):.2e}"
    '1.40e+08'
    """
    return chips * watts_per_chip


def training_flop(params_active: Real, tokens: Real) -> Real:
    """Return the compute of a training run, ``C = 6 N D``.

    Parameters
    ----------
    params_active
        Parameters active per token.
    tokens
        Tokens seen, repeats counted.

    Returns
    -------
    Real
        Training compute [FLOP].

    References
    ----------
    Kaplan et al. 2020, arXiv 2001.08361.

    Examples
    --------
    >>> print(f"{training_flop(405e9, 15.6e12):.3g}")
    3.79e+25
    """
    return 6.0 * params_active * tokens
