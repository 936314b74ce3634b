"""Tables of a backtest, for the terminal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rich.markup import escape

from datawall.backtesting.questions import NAIVE
from datawall.backtesting.scores import MASSES
from datawall.formatting import date, horizon, percent
from datawall.reporting import backtest_labels as words
from datawall.reporting.terminal.forecast import new_table

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.table import Table


type Row = Mapping[str, Any]


def backtest_tables(found: Mapping[str, Any]) -> list[RenderableType]:
    """Return the tables of a backtest, the verdicts first.

    Parameters
    ----------
    found
        As `datawall.backtesting.export.flat` makes it.
    """
    scenarios = found["manifest"]["scenarios"]
    main = scenarios[0]
    with_simple = [row for row in found["skill"] if row["who"] == main and row["reference"] in NAIVE]
    others = [
        row
        for row in found["skill"]
        if row["who"] in scenarios and row not in with_simple and row["horizon"] == 0.0
    ]
    tables = (
        coverage_table(found["coverage"], main),
        skill_table(with_simple, main),
        others_table(others),
        widening_table(found["widening"]),
        *(reference_table(found["reference"], clock) for clock in words.REFERENCE_CLOCKS),
    )
    notes = [words.REFERENCE] if found["reference"] else []
    verdicts = "\n".join(f"[bold]{escape(sentence)}[/]" for sentence in found["verdicts"])
    remarks = ["\n".join(map(escape, found["remarks"]))] if found["remarks"] else []
    skipped = [skipped_text(found["skipped"])] if found["skipped"] else []
    return [
        verdicts,
        _head(found["manifest"]),
        *(table for table in tables if table.row_count),
        *notes,
        *remarks,
        *skipped,
    ]


def _head(facts: Row) -> str:
    return (
        f"Asked {words.asked(facts)}\n"
        "CRPS: the error of a whole distribution, in orders of magnitude for amounts, in years for dates. "
        "Skill: the share by which it is lower than the other's. ±: standard error over origins; none where "
        "they are too few."
    )


def coverage_table(rows: Iterable[Row], main: str) -> Table:
    """Return how often intervals held what happened, the main forecaster's by horizon, too."""
    table = new_table(
        "How often did intervals hold what happened, each on what it answered?",
        "forecasts",
        "ahead",
        *(percent(mass) for mass in MASSES),
        "questions",
    )
    shares: dict[tuple[str, float], dict[float, Row]] = {}
    for row in rows:
        if not row["target"] and (row["who"] == main or row["horizon"] == 0.0):
            shares.setdefault((row["who"], row["horizon"]), {})[row["mass"]] = row
    single = _single([years for who, years in shares if who == main])
    for (who, years), own in shares.items():
        if who != main or years not in single:
            held = (percent(own[mass]["coverage"]) for mass in MASSES)
            table.add_row(escape(who), horizon(years), *held, str(own[MASSES[0]]["questions"]))
    return table


def skill_table(rows: Iterable[Row], main: str) -> Table:
    """Return the skill of one forecaster against the simple ones, by target and horizon."""
    table = new_table(
        f"Does {main} beat simple forecasts?",
        "what",
        "ahead",
        *(f"skill against\n{name}" for name in NAIVE),
    )
    cells: dict[tuple[str, float], dict[str, Row]] = {}
    for row in rows:
        cells.setdefault((row["target"], row["horizon"]), {})[row["reference"]] = row
    single = _single([years for _, years in cells])
    named = ""
    for (target, years), own in cells.items():
        if years not in single:
            skills = (_skill(own[name]) if name in own else "-" for name in NAIVE)
            table.add_row("" if target == named else words.target(target), horizon(years), *skills)
            named = target
    return table


def _single(horizons: Sequence[float]) -> set[float]:
    """Return the 0 that stands for all horizons where there is one, which says the same."""
    return {0.0} if len({*horizons} - {0.0}) == 1 else set()


def others_table(rows: Iterable[Row]) -> Table:
    """Return the skill against other scenarios and published forecasts, over all horizons."""
    table = new_table(
        "Against others, on what both answered, at all horizons", "against", "CRPS", "skill", "questions"
    )
    several = len({row["who"] for row in rows}) > 1
    for row in rows:
        pair = f"{row['who']} against {row['reference']}" if several else row["reference"]
        label = escape(f"{pair}: {words.target(row['target'])}")
        table.add_row(label, f"{row['crps']:.3f}", _skill(row), str(row["questions"]))
    return table


def _skill(row: Row) -> str:
    return words.with_error(row["skill"], row["error"])


def widening_table(rows: Iterable[Row]) -> Table:
    """Return by how much intervals would have had to be wider."""
    table = new_table("By which factor should intervals be wider?", "forecasts", "factor", "90 % interval")
    for row in rows:
        factor, low, high = (_factor(row[name]) for name in ("factor", "low", "high"))
        table.add_row(escape(row["who"]), factor, f"{low} to {high}" if "?" not in (low, high) else "?")
    table.caption = "∞: outcomes lie beyond all draws; ?: too few origins to tell"
    table.caption_justify, table.min_width = "left", len(table.caption)
    return table


def _factor(value: float | str | None) -> str:
    if value is None:
        return "?"
    return "∞" if value == "inf" else f"{value:.2f}"


def reference_table(rows: Iterable[Row], clock: str) -> Table:
    """Return the rows of the tables of mid-2024 beside what happened, and beside our forecast as of then.

    Parameters
    ----------
    rows
        Of `datawall.backtesting.published_tables.reference_rows`.
    clock
        How a row comes true: ``"name"`` or ``"compute"``.
    """
    table = new_table(
        f"The tables of mid-2024, {words.REFERENCE_CLOCKS[clock]}",
        "row",
        "they\nsaid",
        "it came",
        "years\noff",
        "datawall's baseline\nas of then (80 %)",
    )
    table.padding = (0, 1, 0, 0)  # so that labels fit into 80 columns
    for row in rows:
        day = words.came(row[f"{clock}_outcome"], row[f"{clock}_state"] == "open")
        table.add_row(
            words.generation(row), date(row["predicted"]), day, words.off(row, clock), words.ours(row, clock)
        )
    return table


def skipped_text(rows: Iterable[Row]) -> str:
    """Return what was not answered, a line for each row of `datawall.backtesting.export.unanswered`."""
    lines = []
    for row in rows:
        targets = ", ".join(map(words.target, row["targets"]))
        lines.append(escape(f"{row['who']} on {targets} ({words.span(row['origins'])}): {row['reason']}"))
    return "\n".join(["[bold]What was not answered, at how many origins, and why[/]", *lines])
