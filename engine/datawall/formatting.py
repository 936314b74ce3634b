"""Formatting of dates, amounts, spans and shares."""

import math
from collections.abc import Callable, Mapping
from typing import Any

from datawall.units import MONTHS_PER_YEAR


def horizon(years: float) -> str:
    """Return a forecast horizon in words; 0 stands for all horizons together.

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
    """Return a printed date: ``past`` and ``never`` as they are, -inf as past, inf as never.

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
    """Return a number to a few digits, in powers of ten if large or small.

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


def share(value: float, digits: int = 0) -> str:
    """Return a probability in percent, bounded rather than rounded near 0 and 1.

    Examples
    --------
    >>> share(0.334), share(0.0), share(0.004), share(0.998), share(0.3342, 1), share(0.0004, 1)
    ('33 %', '0 %', 'under 1 %', 'over 99 %', '33.4 %', '<0.1 %')
    """
    least = 10.0**-digits
    below, above = ("<", ">") if digits else ("under ", "over ")
    if 0.0 < 100 * value < 0.5 * least:
        return f"{below}{least:.{digits}f} %"
    if 100.0 - 0.5 * least < 100 * value < 100.0:
        return f"{above}{100 - least:.{digits}f} %"
    return f"{100 * value:.{digits}f} %"


def quantity(value: float | str | None, unit: str, digits: int = 3) -> str:
    """Return a number formatted by its unit: a date, a probability, or an amount to `digits` digits.

    Examples
    --------
    >>> quantity(2028.449, "year"), quantity(0.334, "probability"), quantity(1.2345e28, "FLOP")
    ('2028.45', '33.4 %', '1.23\u00d710²⁸')
    """
    if isinstance(value, str) or value is None or unit == "year":
        return date(value, 2)
    return share(value, 1) if unit == "probability" else amount(value, digits)


def error(value: float | str | None, mcse: float | None, unit: str) -> str:
    """Return the standard error of a number, relative for an amount; empty for a word.

    Examples
    --------
    >>> error(2028.4, 0.0123, "year"), error(0.3, 0.0012, "probability"), error(2e28, 2e26, "FLOP")
    ('±0.012', '±0.12 %', '±1.0 %')
    >>> error(2028.4, None, "year"), error("never", None, "year")
    ('±?', '')
    """
    if value is None or isinstance(value, str):
        return ""
    if mcse is None or (not value and unit not in ("year", "probability")):
        return "±?"
    if unit == "year":
        return f"±{mcse:.3f}"
    return f"±{100 * mcse:.2f} %" if unit == "probability" else f"±{100 * mcse / abs(value):.1f} %"


def difference(value: float | None, mcse: float | None, unit: str) -> str:
    """Return a difference with its standard error if known, in percentage points for probabilities.

    Examples
    --------
    >>> difference(1.234, 0.012, "years"), difference(-0.05, 0.0001, "probability")
    ('+1.23 ±0.01', '-5.0 ±0.01')
    >>> difference(0.5, None, "oom"), difference(None, None, "years")
    ('+0.50 ±?', '-')
    """
    if value is None:
        return "-"
    scale, digits = (100.0, 1) if unit == "probability" else (1.0, 2)
    shown = f"{value * scale:+z.{digits}f}"
    if mcse is None:
        return f"{shown} ±?"
    mcse *= scale
    is_seen = mcse == 0.0 or mcse >= 0.5 * 10.0**-digits
    return f"{shown} ±{mcse:.{digits}f}" if is_seen else f"{shown} ±{mcse:.1g}"


def estimate(found: Mapping[str, float | None] | None, kind: str = "share") -> str:
    """Return a ``value``: a ``"share"`` with its ``mcse``, an ``"index"`` with its sign, or a ``"size"``.

    Examples
    --------
    >>> estimate({"value": 0.158, "mcse": 0.031}), estimate({"value": 0.541, "mcse": 0.011}, "index")
    ('15.8 % ±3.1 %', '+0.54')
    """
    if found is None or found["value"] is None:
        return "-"
    if kind in ("index", "size"):
        return f"{found['value']:{'+' if kind == 'index' else ''}.2f}"
    spread = "" if found["mcse"] is None else f" ±{100 * found['mcse']:.1f} %"
    return f"{100 * found['value']:.1f} %{spread}"


def skill(value: float | None, mcse: float | None) -> str:
    """Return a skill score with its standard error, omitted if there are too few origins to estimate it.

    Examples
    --------
    >>> skill(0.234, 0.081), skill(-0.002, math.nan), skill(0.6, 8.0), skill(None, None)
    ('+23 % ± 8 %', '+0 %', '+60 %, very unsure', '-')
    """
    if value is None or not math.isfinite(value):
        return "-"
    spread = ""
    if mcse is not None and math.isfinite(mcse):
        spread = f" ± {percent(mcse)}" if mcse < 1.0 else ", very unsure"
    return f"{percent(value, '+')}{spread}"


def count(models: float) -> str:
    """Return an expected count, with tenths only if it is small.

    Examples
    --------
    >>> count(12.3), count(3.26), count(3.0)
    ('12', '3.3', '3')
    """
    return f"{models:.0f}" if models >= 10.0 else f"{models:.1f}".removesuffix(".0")


def between(row: Mapping[str, Any], say: Callable[[Any], str]) -> str:
    """Return the median and 80 % interval of a row of quantiles.

    Examples
    --------
    >>> between({"q10": 2027.1, "q50": 2030.2, "q90": "never"}, date)
    '2030.2 (2027.1 to never)'
    """
    low, middle, high = (say(row[key]) for key in ("q10", "q50", "q90"))
    return middle if low == high else f"{middle} ({low} to {high})"


def significant(value: float) -> str:
    """Return a number with four digits, or with all digits before the point and two after it, as years need.

    Examples
    --------
    >>> significant(2027.4321), significant(0.012345), significant(2.1e25)
    ('2027.43', '0.01235', '2.1e+25')
    """
    return f"{value:.2f}" if 1000 <= abs(value) < 10_000 else f"{value:.4g}"
