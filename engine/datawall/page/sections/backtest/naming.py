"""How questions and scores are called on a page."""

import math

from datawall.backtesting.questions import TARGETS
from datawall.reporting.words import amount
from datawall.units import MONTHS_PER_YEAR

ALL = "all"


def horizon(years: float) -> str:
    """Return how far ahead a forecast looks; 0 stands for all of them together.

    Examples
    --------
    >>> horizon(0.5), horizon(1.0), horizon(2.0), horizon(0.0)
    ('6 months', '1 year', '2 years', 'all')
    """
    if years == 0.0:
        return ALL
    if years < 1.0:
        return f"{years * MONTHS_PER_YEAR:.0f} months"
    return f"{years:g} year{'' if years == 1.0 else 's'}"


def target(name: str) -> str:
    """Return a target in words; what is no target is called by its name.

    Examples
    --------
    >>> target("largest_run"), target("revision"), target("")
    ('largest known training run', 'revision', 'anything')
    """
    return TARGETS[name].title if name in TARGETS else name or "anything"


def item(about: str, name: str) -> str:
    """Return what of a target was asked about, in words.

    Examples
    --------
    >>> item("first_above", "1e+26"), item("release_by_name", "GPT-5")
    ('10²⁶ FLOP', 'GPT-5')
    """
    return f"{amount(float(name))} FLOP" if about == "first_above" else name


def with_error(value: float, error: float) -> str:
    """Return a skill with its standard error.

    Examples
    --------
    >>> with_error(0.234, 0.081), with_error(-0.002, math.nan), with_error(0.6, 8.0), with_error(math.nan, 0)
    ('+23 % ± 8 %', '+0 %', '+60 %, very unsure', '-')
    """
    if not math.isfinite(value):
        return "-"
    spread = ""
    if math.isfinite(error):
        spread = f" ± {100 * error:.0f} %" if error < 1.0 else ", very unsure"
    return f"{round(100 * value):+d} %{spread}"
