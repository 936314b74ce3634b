"""Tables of a comparison, for the terminal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from datawall.analysis.comparison.export import effect_text, sentence, unit_name
from datawall.reporting.terminal.forecast import new_table

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.table import Table

DATES = ("wall.", "compute_date[", "release.raw[")

type Row = Mapping[str, Any]

YEAR = 2030
"""The year of the probabilities that are printed."""
PATHS = {
    "frontier_flop": "Largest training run, FLOP",
    "demand_tokens": "Demand for tokens, if data were plenty",
    "supply_tokens": "Supply with synthetic and distilled tokens",
}
EVERY = 2
"""Years between the rows of a path."""


def comparison_tables(found: Row, asked: Iterable[str] | None = None) -> list[RenderableType]:
    """Return every table of a comparison.

    Parameters
    ----------
    found
        As `datawall.analysis.comparison.export.flat` makes it.
    asked
        Outputs whose decomposition is wanted in full; the first one by default.
    """
    first, *others = found["scenarios"]
    blocks: list[RenderableType] = [f"[bold]{found['sentences'][0]}[/]", _head(found)]
    for other in others:
        blocks += [
            _dates_table(found, first, other),
            _chances_table(found, first, other),
            *(_path_table(found, first, other, path) for path in PATHS),
        ]
        rows = found["decompositions"][other]
        in_full = list(asked or [next(iter(rows))])
        known = [output for output in in_full if rows[output]["total"] is not None]
        blocks += [_why_table(first, other, output, rows[output]) for output in known]
        if rest := [
            sentence(first, other, output, row) for output, row in rows.items() if output not in known
        ]:
            blocks.append("\n".join(rest))
    return blocks


def _head(found: Row) -> str:
    facts = found["manifest"]
    dates = ", ".join(f"{name} as of {one['as_of']:.2f}" for name, one in facts["scenarios"].items())
    return (
        f"{dates}; {facts['draws']:,} draws of each and of every hybrid, seed {facts['seed']}.\n"
        f"Past and dates count from {facts['as_of']:.2f}, the earliest as-of date; horizon and questions are "
        f"those of {next(iter(facts['scenarios']))}.\n"
        "± is the Monte Carlo standard error of the difference, from common random numbers; "
        "±?: too near past or never to tell.\n"
        "Where swapping some inputs makes a median past or never, the chance by a date is explained instead."
    )


def _table(title: str, *columns: str) -> Table:
    table = new_table(title, *columns)
    table.collapse_padding = True
    return table


def _side(row: Row, middle: str, ends: str) -> str:
    """Return a median with the 10 and 90 % quantiles, in these formats."""

    def shown(value: float | str | None, kind: str) -> str:
        return value if isinstance(value, str) else "-" if value is None else f"{value:{kind}}"

    return f"{shown(row['q50'], middle)} ({shown(row['q10'], ends)}-{shown(row['q90'], ends)})"


def _label(name: str) -> str:
    """Return a shorter name of a date."""
    return name.removeprefix("wall.").replace("compute_date", "run")


def _dates_table(found: Row, first: str, other: str) -> Table:
    table = _table(
        "When: median (10 %-90 %), and the difference in years", "what", first, other, "difference"
    )
    one, two, apart = _quantities(found, first, other)
    for name, row in apart.items():
        if name.startswith(DATES):
            moved = effect_text(row, "q50", "years") if row["q50"] is not None else "-"
            table.add_row(_label(name), *(_side(side[name], ".2f", ".1f") for side in (one, two)), moved)
    return table


def _path_table(found: Row, first: str, other: str, path: str) -> Table:
    table = _table(f"{PATHS[path]}: median (10 %-90 %)", "year", first, other, "ratio")
    one, two, apart = _quantities(found, first, other)
    names = [name for name in apart if name.startswith(f"{path}[")]
    for name in names[1::EVERY]:
        year = name.removeprefix(f"{path}[").rstrip("]")
        ratio, error = apart[name]["q50"], apart[name]["mcse_q50"]
        shown = "-" if ratio is None else f"{ratio:.3g} ±{error:.1g}"
        table.add_row(year, *(_side(side[name], ".2g", ".1g") for side in (one, two)), shown)
    return table


def _quantities(found: Row, first: str, other: str) -> tuple[Row, Row, Row]:
    sides = (found["scenarios"][name]["quantities"] for name in (first, other))
    return (*sides, found["differences"][other]["quantities"])


def _chances_table(found: Row, first: str, other: str) -> Table:
    table = _table(
        f"Chance of it by {YEAR}, and of what sets the largest run then", "what", first, other, "points"
    )
    one, two = (found["scenarios"][name]["probabilities"] for name in (first, other))
    for name, row in found["differences"][other]["probabilities"].items():
        if name.startswith(DATES) and name.endswith(f"<={YEAR}"):
            what = _label(name.removesuffix(f"<={YEAR}"))
        elif name.startswith("binding.") and name.endswith(f"[{YEAR}]"):
            what = name.removesuffix(f"[{YEAR}]")
        else:
            continue
        sides = (f"{side[name]['value']:.1%}" if name in side else "-" for side in (one, two))
        table.add_row(what, *sides, effect_text(row, "value", "probability"))
    return table


def _why_table(first: str, other: str, output: str, row: Row) -> Table:
    """Return what each group of inputs does to one output."""
    unit = row["unit"]
    what = f"median of {output}" if row["measure"] == "median" else f"chance of {output} by {row['by']:.2f}"
    table = _table(
        f"Why the {what} differs, {unit_name(unit)}",
        f"inputs of {first}",
        "share",
        f"alone into {other}",
        f"last into {first}",
    )
    table.caption = "share: average over all orders of swapping; shares sum to the difference"
    table.caption_justify = "left"
    for group, own in row["groups"].items():
        table.add_row(
            group, *(effect_text(own, key, unit) for key in ("shapley", "from_other", "from_first"))
        )
    table.add_row("all", effect_text(row, "total", unit), "", "")
    return table
