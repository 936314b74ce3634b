"""Formatting of dates, amounts, spans and shares."""

import math

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


def date(value: float | str | None, digits: int = 1) -> str:
    """Return a date as it is printed: ``past`` and ``never`` as they are, -inf as past, inf as never.

    Examples
    --------
    >>> date(2028.449), date("never"), date(math.inf), date(-math.inf), date(None)
    ('2028.4', 'never', 'never', 'past', '-')
    """
    if value is None:
        return "-"
    if value in (math.inf, -math.inf):
        return "never" if value == math.inf else "past"
    return value if isinstance(value, str) else f"{value:.{digits}f}"


TIMES = "\N{MULTIPLICATION SIGN}"


RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def amount(value: float | None, digits: int = 2) -> str:
    """Return a number to a few digits: in powers of ten where it is large or small.

    Examples
    --------
    >>> amount(4.1234e28), amount(12.34, 3), amount(1e27, 1), amount(0.0), amount(None)
    ('4.1\u00d710²⁸', '12.3', '10²⁷', '0', '-')
    """
    if value is None or not math.isfinite(value):
        return "-"
    rounded = float(f"{value:.{digits}g}")
    if rounded == 0.0 or 1e-3 <= abs(rounded) < 1e5:
        return f"{rounded:.{max(digits, 1)}g}" if abs(rounded) < 10**digits else f"{rounded:,.0f}"
    mantissa, exponent = f"{rounded:.{digits - 1}e}".split("e")
    power = f"10{str(int(exponent)).translate(RAISED)}"
    return power if float(mantissa) == 1.0 else f"{float(mantissa):g}{TIMES}{power}"


def share(value: float) -> str:
    """Return a probability in whole percent, and a small or a large one in a way that is not wrong.

    Examples
    --------
    >>> share(0.334), share(0.0), share(0.004), share(0.998)
    ('33 %', '0 %', 'under 1 %', 'over 99 %')
    """
    if 0.0 < value < 0.005:
        return "under 1 %"
    if 0.995 < value < 1.0:
        return "over 99 %"
    return f"{100 * value:.0f} %"
