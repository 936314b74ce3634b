"""Tables of a backtest, for the terminal."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from rich.markup import escape

from datawall.reporting.tables import new_table
from datawall.units import date_of

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.table import Table

SIMPLE = ("persistence", "trend")
MASSES = (0.5, 0.8, 0.95)

type Row = Mapping[str, Any]


def backtest_tables(found: Mapping[str, Any]) -> list[RenderableType]:
    """Return every table of a backtest, the verdicts first.

    Parameters
    ----------
    found
        As `datawall.backtesting.flat.flat` makes it.
    """
    main = found["manifest"]["scenarios"][0]
    with_simple = [row for row in found["skill"] if row["who"] == main and row["reference"] in SIMPLE]
    others = [row for row in found["skill"] if row not in with_simple and row["horizon"] == 0.0]
    tables = (
        coverage_table(found["coverage"], main),
        skill_table(with_simple, main),
        others_table(others),
        widening_table(found["widening"]),
        *(reference_table(found["reference"], way) for way in ("name", "compute")),
    )
    verdicts = "\n".join(f"[bold]{escape(sentence)}[/]" for sentence in found["verdicts"])
    skipped = [skipped_text(found["skipped"])] if found["skipped"] else []
    return [verdicts, _head(found["manifest"]), *(table for table in tables if table.row_count), *skipped]


def _head(facts: Row) -> str:
    return (
        f"Asked every {facts['every']} from {facts['start']} to {facts['end']}, "
        f"{', '.join(facts['horizons'])} ahead, with what was known then; "
        f"{facts['draws']:,} draws of each forecast, seed {facts['seed']}.\n"
        "CRPS: in orders of magnitude for amounts, in years for dates; lower is better. "
        "Skill: by how much lower it is than the other's.\n"
        "± is the standard error over origins; ±?: too few of them to tell."
    )


def _ahead(horizon: float) -> str:
    """Return a horizon in words.

    Examples
    --------
    >>> [_ahead(horizon) for horizon in (0.0, 0.25, 2.0)]
    ['all', '3mo', '2y']
    """
    if horizon == 0.0:
        return "all"
    return f"{horizon:g}y" if horizon.is_integer() else f"{12.0 * horizon:.0f}mo"


def coverage_table(rows: Iterable[Row], main: str) -> Table:
    """Return how often intervals held what happened, the main forecaster's by horizon, too."""
    table = new_table(
        "How often did intervals hold what happened?",
        "forecasts",
        "ahead",
        *(f"{mass:.0%}" for mass in MASSES),
        "outcomes",
    )
    shares: dict[tuple[str, float], dict[float, Row]] = {}
    for row in rows:
        if not row["target"] and (row["who"] == main or row["horizon"] == 0.0):
            shares.setdefault((row["who"], row["horizon"]), {})[row["mass"]] = row
    for (who, horizon), own in shares.items():
        held = (f"{own[mass]['coverage']:.0%}" for mass in MASSES)
        table.add_row(escape(who), _ahead(horizon), *held, str(own[MASSES[0]]["questions"]))
    return table


def skill_table(rows: Iterable[Row], main: str) -> Table:
    """Return the skill of one forecaster against the simple ones, by target and horizon."""
    table = new_table(
        f"Does {main} beat simple forecasts?",
        "target",
        "ahead",
        "CRPS",
        *(f"skill against\n{name}" for name in SIMPLE),
        "outcomes",
    )
    cells: dict[tuple[str, float], dict[str, Row]] = {}
    for row in rows:
        cells.setdefault((row["target"], row["horizon"]), {})[row["reference"]] = row
    for (target, horizon), own in cells.items():
        one = next(iter(own.values()))
        skills = (_skill(own[name]) if name in own else "-" for name in SIMPLE)
        table.add_row(target, _ahead(horizon), f"{one['crps']:.3f}", *skills, str(one["questions"]))
    return table


def others_table(rows: Iterable[Row]) -> Table:
    """Return the skill of other pairs, over all horizons, on the questions that both answered."""
    table = new_table(
        "Others, on common questions of all horizons", "who", "against", "target", "CRPS", "skill", "outcomes"
    )
    for row in rows:
        names = (escape(row["who"]), escape(row["reference"]), row["target"])
        table.add_row(*names, f"{row['crps']:.3f}", _skill(row), str(row["questions"]))
    return table


def _skill(row: Row) -> str:
    if row["skill"] is None:
        return "-"
    return f"{row['skill']:+.0%} " + ("±?" if row["error"] is None else f"±{row['error']:.0%}")


def widening_table(rows: Iterable[Row]) -> Table:
    """Return by how much intervals would have had to be wider."""
    table = new_table("By which factor should intervals be wider?", "forecasts", "factor", "90 % interval")
    for row in rows:
        factor, low, high = (_factor(row[name]) for name in ("factor", "low", "high"))
        table.add_row(escape(row["who"]), factor, f"{low} to {high}" if "?" not in (low, high) else "?")
    table.caption = "∞: outcomes lie beyond all draws; ?: too few origins to tell"
    table.caption_justify = "left"
    return table


def _factor(value: float | str | None) -> str:
    if value is None:
        return "?"
    return "∞" if value == "inf" else f"{value:.2f}"


def reference_table(rows: Iterable[Row], way: str) -> Table:
    """Return the rows of the tables of mid-2024 beside what happened, and beside our forecast as of then.

    Parameters
    ----------
    rows
        Of `datawall.backtesting.reference.reference_rows`.
    way
        How a row comes true: ``"name"`` or ``"compute"``.
    """
    table = new_table(
        f"The tables of mid-2024, by {way}",
        "row",
        "they said",
        "it came",
        "years off",
        "we said (10 %-90 %)",
        "their CRPS",
        "ours",
    )
    for row in rows:
        is_open = row[f"{way}_state"] == "open"
        low, middle, high = (_date(row[f"our_{way}_{level}"]) for level in ("q10", "q50", "q90"))
        table.add_row(
            f"{row['table']} GPT-{row['index']:g}",
            f"{row['predicted']:.2f}",
            f"{'not by ' if is_open else ''}{row[f'{way}_outcome']:.2f}",
            f"{'below ' if is_open else ''}{row[f'{way}_error']:+.2f}",
            f"{middle} ({low}-{high})",
            f"{row[f'crps_{way}']:.2f}",
            f"{row[f'our_crps_{way}']:.2f}",
        )
    return table


def _date(value: float | str) -> str:
    return "never" if isinstance(value, str) else f"{value:.1f}"


def skipped_text(rows: Iterable[Row]) -> str:
    """Return what was not answered, a line for each reason; its origins, targets and forecasters together."""
    groups: dict[tuple[str, str], tuple[set[float], dict[str, None]]] = {}
    for row in rows:
        reason = row["reason"].replace(str(date_of(row["origin"])), "then")
        reason = re.sub(rf"\b{re.escape(row['target'])}\b", "it", reason) if row["target"] else reason
        origins, targets = groups.setdefault((row["who"], reason), (set(), {}))
        origins.add(row["origin"])
        targets[row["target"] or "anything"] = None
    lines = [
        escape(f"{who} on {', '.join(targets)}, {_period(origins)}: {reason}")
        for (who, reason), (origins, targets) in groups.items()
    ]
    return "\n".join(["[bold]What was not answered, and why[/]", *lines])


def _period(origins: Collection[float]) -> str:
    """Return one origin, or the first and the last of several and how many they are.

    Examples
    --------
    >>> _period({2019.0}), _period({2019.0, 2020.5, 2021.0})
    ('2019.00', '2019.00-2021.00 (3 origins)')
    """
    first, last = f"{min(origins):.2f}", f"{max(origins):.2f}"
    return first if len(origins) == 1 else f"{first}-{last} ({len(origins)} origins)"
