"""Record of a benchmark: rows of medians with their spread, one JSON file per device."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from datawall.errors import DatawallError

SCHEMA = 1


@dataclass(frozen=True)
class Row:
    """One number, measured several times.

    Attributes
    ----------
    name
        What was measured.
    unit
        Its unit; ``"x"`` is a ratio, of paired runs wherever both sides were timed.
    median, low, high
        Over the repeats: median, minimum and maximum.
    repeats
        How many there were.
    at_least, at_most
        The goal, where there is one.
    note
        What a reader must know to read the number right.
    """

    name: str
    unit: str
    median: float
    low: float
    high: float
    repeats: int
    at_least: float | None = None
    at_most: float | None = None
    note: str = ""

    @property
    def met(self) -> bool | None:
        """Return whether the median meets the goal; None without a goal."""
        if self.at_least is not None:
            return self.median >= self.at_least
        if self.at_most is not None:
            return self.median <= self.at_most
        return None


def row(name: str, unit: str, values: Any, **rest: Any) -> Row:
    """Return the row of repeated values (or of a single one)."""
    values = np.atleast_1d(np.asarray(values, float))
    low, median, high = (float(f"{v:.6g}") for v in (values.min(), np.median(values), values.max()))
    return Row(name, unit, median, low, high, len(values), **rest)


@dataclass(frozen=True)
class Found:
    """Everything that a suite found; `missing` says why a contender was not measured."""

    rows: Sequence[Row]
    missing: dict[str, str] = field(default_factory=dict)


def write(path: Path, machine: dict[str, Any], run: dict[str, Any], found: dict[str, Found]) -> None:
    """Put the suites that were run into the device's file; other suites stay as they are."""
    record = read(path) if path.exists() else {"schema": SCHEMA, "suites": {}}
    record["machine"] = machine
    for name, suite in found.items():
        record["suites"][name] = {"run": run, **asdict(suite)}
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")


def read(path: Path) -> dict[str, Any]:
    """Return a record.

    Raises
    ------
    DatawallError
        If the file is not a record of this schema.
    """
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise DatawallError(
            f"{path}: need a record of benchmarks, got {error}; run `datawall bench`"
        ) from None
    if not isinstance(record, dict) or record.get("schema") != SCHEMA:
        raise DatawallError(
            f"{path}: need a record of schema {SCHEMA}; delete it and run `datawall bench` again"
        )
    return record


def rows_of(suite: dict[str, Any]) -> list[Row]:
    """Return the rows of one suite of a record."""
    return [Row(**values) for values in suite["rows"]]
