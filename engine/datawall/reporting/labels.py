"""Titles of walls, dates, inputs and targets in tables and figures."""

from collections.abc import Mapping
from typing import Any

from datawall.backtesting.questions import TARGETS
from datawall.formatting import amount, date
from datawall.model.criteria import criterion_of, level_of


def target_label(name: str) -> str:
    """Return the label of a target; any other name is returned as it is.

    Examples
    --------
    >>> target_label("largest_run"), target_label("revision"), target_label("")
    ('largest known training run', 'revision', 'anything')
    """
    return TARGETS[name].title if name in TARGETS else name or "anything"


def came(day: float, is_open: bool) -> str:
    """Return the date of an event, or the date up to which it had not happened.

    Examples
    --------
    >>> came(2025.62, False), came(2026.5, True)
    ('2025.6', 'not by 2026.5')
    """
    return f"not by {date(day)}" if is_open else date(day)


def bracketed(name: str) -> str:
    """Return the subscript of a quantity: the part of its name in brackets.

    Examples
    --------
    >>> bracketed("release.raw[5.5]")
    '5.5'
    """
    return name.split("[")[1].rstrip("]")


def wall_level(wall: str) -> str:
    """Return the level of a wall in words."""
    return criterion_of(wall).label(level_of(wall))


def wall_label(wall: str) -> str:
    """Return the name of a wall in words."""
    return f"{criterion_of(wall).title}, {wall_level(wall)}"


def title(quantity_name: str) -> str:
    """Return the title of a date; other names are returned as they are.

    Examples
    --------
    >>> title("wall.tokens[1]"), title("release.raw[5.5]"), title("compute_date[1e28]"), title("loss[2030]")
    ('Tokens, 1 pass', 'Generation 5.5, raw', 'Run of 10²⁸ FLOP', 'loss[2030]')
    """
    kind, _, rest = quantity_name.partition("[")
    if kind.startswith("wall."):
        return wall_label(quantity_name.removeprefix("wall."))
    if kind.startswith("release."):
        return f"Generation {rest.rstrip(']')}, {kind.removeprefix('release.')}"
    return f"Run of {amount(float(rest.rstrip(']')))} FLOP" if kind == "compute_date" else quantity_name


_MOST_MOVED = 12
"""Largest number of inputs in the table and the figure of a condition; the files have all."""
_SURE = 4.0
"""Smallest shift, in standard errors, for an input to be shown."""


def moved_most(rows: Mapping[str, Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
    """Return the inputs that a condition moves most, among significant shifts."""
    sure = {name: row for name, row in rows.items() if _has_moved(row)}
    return dict(list(sure.items())[:_MOST_MOVED])


def _has_moved(row: Mapping[str, Any]) -> bool:
    if row["information"] is None:  # known value
        return True
    return (
        abs(row["shift"]) > _SURE * row["mcse_shift"]
        or abs(row["width_ratio"] - 1.0) > _SURE * row["mcse_width_ratio"]
    )
