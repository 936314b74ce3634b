"""The sections of a report that show a run."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import xarray as xr

from datawall.errors import DatawallError
from datawall.reporting.figures import FIGURES
from datawall.reporting.page.blocks import Banner, Block, Figure, Prose, Section, Table, Text, Value
from datawall.summary import summary

STORE = "forecast.nc"
LEVELS = ("q10", "q50", "q90", "p_past", "p_never")
HEADINGS = ("10 %", "median", "90 %", "past", "never")
FIRST_WALL = "wall.tokens[1]"
CAPTIONS = {
    "demand_and_supply": "Demand of the largest training run for tokens against the supply",
    "wall_dates": "When each data wall is reached, by criterion",
    "release_dates": "When a model of each generation is released",
}

READ = "Its subtitle says how to read it; the numbers are in the tables below."


@dataclass(frozen=True)
class SavedRun:
    """A run folder, read: its name, the results, and their flat summary."""

    name: str
    tree: xr.DataTree
    summary: Mapping[str, Any]

    @property
    def facts(self) -> Mapping[str, Any]:
        """The manifest."""
        return self.summary["manifest"]

    def value(self, row: str, level: str) -> Value:
        """Return a number of the summary as a page prints it: dates to a tenth, chances in percent."""
        number = self.summary["quantities"][row][level]
        if isinstance(number, str) or number is None:
            text = number or "unknown"
        else:
            text = f"{number:.1%}" if level.startswith("p_") else f"{number:.1f}"
        return Value(number, text, row, level, self.name)


def read_run(folder: Path) -> SavedRun:
    """Read a run folder.

    Raises
    ------
    DatawallError
        If it is none, or cannot be read.
    """
    file = folder / STORE
    if not file.is_file():
        remedy = "name a folder that datawall forecast or datawall fit wrote"
        raise DatawallError(f"{folder}: need a run or fits, found neither; {remedy}")
    try:
        with xr.open_datatree(file, engine="h5netcdf") as opened:
            tree = opened.load()
        return SavedRun(folder.name, tree, json.loads(json.dumps(summary(tree))))
    except (OSError, ValueError, KeyError) as error:
        raise DatawallError(f"{folder}: cannot be read as a run ({error}); make the run again") from None


def answer(run: SavedRun) -> Text:
    """Return the answer in a sentence: when data run out."""
    at = {level: run.value(FIRST_WALL, level) for level in LEVELS}
    return (
        f"Scenario {run.facts['scenario']} as of {run.facts['as_of']:.2f}: the largest training run wants "
        "more than all tokens once through by ",
        at["q50"],
        " at the median; it does already with a chance of ",
        at["p_past"],
        f", and not by {run.facts['horizon']:.0f} with a chance of ",
        at["p_never"],
        ".",
    )


def section(run: SavedRun) -> Section:
    """Return the section of a run: figures, tables of dates, and provenance."""
    title = f"Forecast: {run.facts['scenario']}"
    return Section(f"run-{run.name}", title, answer(run), tuple(_blocks(run)))


def _blocks(run: SavedRun) -> Iterator[Block]:
    if run.facts["partial"]:
        yield Banner("error", "This run was interrupted: its numbers are those of the draws made so far.")
    if run.facts["not_a_number"]:
        yield Banner("error", f"Not a number, and left out: {run.facts['not_a_number']}.")
    for name, draw in FIGURES.items():
        title = CAPTIONS[name]
        alt = f"{title}, scenario {run.facts['scenario']}"
        yield Figure(f"{run.name}-{name}".replace("_", "-"), draw(run.tree), title, READ, alt)
    yield _dates(run, "wall.", "When is each data wall reached?", "criterion")
    yield _dates(run, "release.", "When is a model of each generation released?", "compute[generation]")
    yield Prose(
        f"{run.facts['draws']:,} draws, seed {run.facts['seed']}, {run.facts['sampler_description']}; "
        f"datawall {run.facts['versions']['datawall']}, result digest {run.facts['result_digest'][:12]}."
    )


def _dates(run: SavedRun, prefix: str, caption: str, first: str) -> Table:
    names = [name for name in run.summary["quantities"] if name.startswith(prefix)]
    rows = [(name.removeprefix(prefix), *(run.value(name, level) for level in LEVELS)) for name in names]
    return Table(f"{run.name}-{prefix.rstrip('.')}", (first, *HEADINGS), tuple(rows), caption)
