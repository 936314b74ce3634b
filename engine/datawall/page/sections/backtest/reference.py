"""The tables of mid-2024 row by row, by name and by compute, beside our forecast as of then."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import xarray as xr

from datawall.page import picture
from datawall.page.blocks import Block, Figure, Section, Table
from datawall.page.charts import rows
from datawall.page.saved_backtest import SavedBacktest
from datawall.reporting import style
from datawall.reporting.words import date

CLOCKS = {
    "name": "By name: the release of the model of that number",
    "compute": "By compute: a run of as much compute as the number stands for",
}


def asked(backtest: SavedBacktest) -> bool:
    """Return whether the tables were scored."""
    return backtest.has("reference")


def section(backtest: SavedBacktest) -> Section:
    """Return the section."""
    return Section(
        backtest.name("reference"),
        "How have the tables of mid-2024 done?",
        "Each row foretells one date. It has come by name, by compute, by both or by neither, so each row is "
        "scored twice. Beside it stands what this tool would have said at the same time. Error: predicted "
        "less what came, negative where the table was too early; of what is still open, at the most. CRPS "
        "[years]: of one date its error, of a distribution the like of it, as far as the row was watched.",
        tuple(_blocks(backtest.group("reference"), backtest)),
    )


def _blocks(found: xr.Dataset, backtest: SavedBacktest) -> Iterator[Block]:
    for clock, title in CLOCKS.items():
        yield _figure(found, clock, title, backtest.name(f"reference-{clock}"))
        yield _table(found, clock, title)


def _figure(found: xr.Dataset, clock: str, title: str, name: str) -> Figure:
    drawn = [_row(row, clock) for row in _rows(found)]
    limits = 2024.0, float(np.ceil(max(2030.0, found["predicted"].max() + 1.0)))
    return picture.block(
        name,
        rows.draw(drawn, limits, left=1.75, step=0.3),
        f"{title}: predicted dates of mid-2024, ours as of then, and what came",
        f"{title}. Diamond: the date in the table. Bar: our 80 % interval, with a dot at the median; an "
        "arrow where it ends beyond the axis. Upright stroke: the day it came; none: still open.",
    )


def _row(row: Mapping[str, Any], clock: str) -> rows.Row:
    marks = [(row["predicted"], "d", style.ORANGE)]
    if row[f"{clock}_state"] == "happened":
        marks.append((row[f"{clock}_outcome"], "|", style.INK))
    interval = np.array([row[f"our_{clock}_q{q}"] for q in (10, 50, 90)])
    return rows.Row(_label(row), style.BLUE, interval, marks=tuple(marks))


def _rows(found: xr.Dataset) -> Iterator[dict[str, Any]]:
    """Yield each row by the names of its columns."""
    for place in range(found.sizes["row"]):
        yield {str(name): values.item() for name, values in found.isel(row=place).items()}


def _label(row: Mapping[str, Any]) -> str:
    return f"{row['index']:g}, {row['table']}"


def _table(found: xr.Dataset, clock: str, title: str) -> Table:
    cells = []
    for row in _rows(found):
        low, middle, high = (date(row[f"our_{clock}_q{q}"]) for q in (10, 50, 90))
        cells.append(
            (
                _label(row),
                date(row["predicted"]),
                _came(row, clock),
                _error(row, clock),
                f"{middle} ({low} to {high})",
                f"{row[f'crps_{clock}']:.2f}",
                f"{row[f'our_crps_{clock}']:.2f}",
            )
        )
    columns = ("generation, table", "predicted", "came", "error, years", "ours (80 %)", "CRPS", "our CRPS")
    return Table(columns, tuple(cells), title)


def _came(row: Mapping[str, Any], clock: str) -> str:
    day = date(row[f"{clock}_outcome"])
    return day if row[f"{clock}_state"] == "happened" else f"not by {day}"


def _error(row: Mapping[str, Any], clock: str) -> str:
    """Return by how much a prediction was late; of what is open, by how much it was early at the least."""
    error = row[f"{clock}_error"]
    if row[f"{clock}_state"] == "happened":
        return f"{error:+.1f}"
    return f"≤ {error:+.1f}" if error < 0.0 else "-"
