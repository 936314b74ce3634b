"""How spans and shares are called where a backtest is told of."""

from datawall.units import MONTHS_PER_YEAR


def horizon(years: float) -> str:
    """Return how far ahead a forecast looks; 0 stands for all of them together.

    Examples
    --------
    >>> horizon(0.5), horizon(1.0), horizon(2.0), horizon(0.0)
    ('6 months', '1 year', '2 years', 'all')
    """
    if years == 0.0:
        return "all"
    if years < 1.0:
        return f"{years * MONTHS_PER_YEAR:.0f} months"
    return f"{years:g} year{'' if years == 1.0 else 's'}"


def percent(share: float, sign: str = "") -> str:
    """Return a share in whole percent.

    Examples
    --------
    >>> percent(0.234), percent(-0.002, "+")
    ('23 %', '+0 %')
    """
    return f"{100 * share:{sign}z.0f} %"
