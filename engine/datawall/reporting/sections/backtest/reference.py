"""The tables of mid-2024 row by row, by name and by compute, beside our forecast as of then."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import xarray as xr

from datawall.formatting import date
from datawall.reporting import backtest_labels as words
from datawall.reporting.document import Block, Figure, Prose, Section, Table
from datawall.reporting.figures import rows, style, svg
from datawall.reporting.saved.backtest import SavedBacktest

BESIDE = (
    "Beside it stands what datawall's baseline of today would have said at the same time, from what was "
    "known by then; off: years."
)


def section(backtest: SavedBacktest) -> Section | None:
    """Return the section, where the tables were scored."""
    if not backtest.has("reference"):
        return None
    return Section(
        backtest.name("reference"),
        "How have the tables of mid-2024 done?",
        "",
        (Prose(f"{words.REFERENCE} {BESIDE}"), *_blocks(backtest.group("reference"), backtest)),
    )


def _blocks(found: xr.Dataset, backtest: SavedBacktest) -> Iterator[Block]:
    for clock, title in words.REFERENCE_CLOCKS.items():
        yield _figure(found, clock, title.capitalize(), backtest.name(f"reference-{clock}"))
        yield _table(found, clock, title)


def _figure(found: xr.Dataset, clock: str, title: str, name: str) -> Figure:
    drawn = [_row(row, clock) for row in _rows(found)]
    limits = 2024.0, float(np.ceil(max(2030.0, found["predicted"].max() + 1.0)))
    return svg.block(
        name,
        lambda: rows.draw(drawn, limits, left=2.2, step=0.3),
        f"{title}: the dates of mid-2024, those of datawall's baseline as of then, and what came",
        f"{title}. Diamond: the date in the table. Bar: the 80 % interval of datawall's baseline, with a "
        "dot at the median; an arrow where it ends beyond the axis. Upright stroke: the day it came; none: "
        "still open.",
    )


def _row(row: Mapping[str, Any], clock: str) -> rows.Row:
    marks = [(row["predicted"], "d", style.ORANGE)]
    if row[f"{clock}_state"] == "happened":
        marks.append((row[f"{clock}_outcome"], "|", style.INK))
    interval = np.array([row[f"our_{clock}_q{q}"] for q in (10, 50, 90)])
    return rows.Row(words.generation(row), style.BLUE, interval, marks=tuple(marks))


def _rows(found: xr.Dataset) -> Iterator[dict[str, Any]]:
    """Yield each row by the names of its columns."""
    for place in range(found.sizes["row"]):
        yield {str(name): values.item() for name, values in found.isel(row=place).items()}


def _table(found: xr.Dataset, clock: str, title: str) -> Table:
    cells = [
        (
            words.generation(row),
            date(row["predicted"]),
            words.came(row[f"{clock}_outcome"], row[f"{clock}_state"] == "open"),
            words.off(row, clock),
            words.ours(row, clock),
        )
        for row in _rows(found)
    ]
    columns = ("row", "they said", "it came", "off", "datawall (80 %)")
    return Table(columns, tuple(cells), f"The tables of mid-2024, {title}")
