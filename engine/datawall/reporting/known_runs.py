"""What is known to have happened: public runs and releases, from the evidence that ships."""

import csv
import datetime as dt
from collections.abc import Iterator, Mapping

from datawall.scenario import files
from datawall.units import decimal_year

SINCE = 2019.0
"""Earlier runs tell nothing about today's [year]."""


def known_runs(as_of: float) -> list[tuple[float, float]]:
    """Return release [decimal year] and compute [FLOP] of the runs that set a record, as known at a date."""
    found = sorted(
        (_date(row["release_date"]), float(row["training_flop"]))
        for row in _table("frontier_runs", as_of)
        if row["release_date"] and row["training_flop"]
    )
    records: list[tuple[float, float]] = []
    for date, flop in found:
        if date >= SINCE and (not records or flop > records[-1][1]):
            records.append((date, flop))
    return records


def flagships(developer: str, as_of: float) -> list[tuple[float, str]]:
    """Return when a developer's flagships were released, and their names, as known at a date."""
    return [
        (_date(row["release_date"]), row["model"])
        for row in _table("flagships", as_of)
        if row["developer"] == developer and row["status"] == "released"
    ]


def _table(name: str, as_of: float) -> Iterator[Mapping[str, str]]:
    with (files.folder() / "evidence" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        yield from (row for row in csv.DictReader(file) if _date(row["date_known"]) <= as_of)


def _date(text: str) -> float:
    return decimal_year(dt.date.fromisoformat(text))
