"""How walls, dates and amounts are called in figures and pages."""

import math

WALL_TITLES = {
    "tokens": "Tokens",
    "effective": "Effective",
    "overtrained": "Overtrained",
    "frontier": "Frontier",
    "efficiency": "Efficiency",
}
WALL_MEANINGS = {
    "tokens": "compute-optimal demand exceeds n times\nthe supply (synthetic and distilled too)",
    "effective": "it exceeds what n passes over the\nsupply are worth",
    "overtrained": "data no longer allow a model k times\nsmaller at equal loss",
    "frontier": "the best use of the compute makes\nn passes over the supply",
    "efficiency": "a share x of the compute would do\nas well with plenty of data",
}


def criterion(wall: str) -> tuple[str, str]:
    """Return the criterion of a wall and its level.

    Examples
    --------
    >>> criterion("tokens[16]")
    ('tokens', '16')
    """
    kind, level = wall.rstrip("]").split("[")
    return kind, level


def bracketed(name: str) -> str:
    """Return what a quantity is of: the part of its name in brackets.

    Examples
    --------
    >>> bracketed("release.raw[5.5]")
    '5.5'
    """
    return name.split("[")[1].rstrip("]")


def level_label(wall: str) -> str:
    """Return the level of a wall in words."""
    kind, level = criterion(wall)
    if kind == "efficiency":
        return f"x = {level}"
    if kind == "overtrained":
        return f"k = {level}"
    return "1 pass" if level == "1" else f"{level} passes"


def wall_label(wall: str) -> str:
    """Return the name of a wall in words."""
    return f"{WALL_TITLES[criterion(wall)[0]]}, {level_label(wall)}"


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
