"""Evidence tables, the user's or shipped: checked columns, as-of cuts, and dropped rows by reason.

What cannot be used is a `DatawallError` that names file, line and column.
"""

import csv
import datetime as dt
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from types import MappingProxyType

import numpy as np

from datawall.distributions.special import ndtri
from datawall.errors import DatawallError, TooLittleEvidenceError
from datawall.inference.evidence_model import Evidence
from datawall.scenario.files import folder
from datawall.units import decimal_year
from datawall.validation import shown, suggestion

type _Row = dict[str, str]


@dataclass
class EvidenceTable:
    """Evidence table: the remaining rows of a CSV file.

    Attributes
    ----------
    label
        Name of the file in messages.
    columns
        Its columns.
    rows
        Rows as text by column, blanks stripped.
    lines
        Line number of each row in the file.
    dropped
        Number of rows left out, by reason.
    """

    label: str
    columns: tuple[str, ...]
    rows: list[_Row]
    lines: list[int]
    dropped: dict[str, int] = field(default_factory=dict)

    def numbers(self, column: str) -> np.ndarray:
        """Return a column as numbers; a blank is not a number."""
        return np.array([self._number(place, column) for place in range(len(self.rows))], float)

    def years(self, column: str) -> np.ndarray:
        """Return a column of ISO dates (or years) as decimal years; a blank is not a number."""
        return np.array([self._year(place, column) for place in range(len(self.rows))], float)

    def texts(self, column: str) -> list[str]:
        """Return a column as text."""
        return [row[column] for row in self.rows]

    def keep(self, wanted: Sequence[bool] | np.ndarray, reason: str) -> None:
        """Drop the unwanted rows, and count them under a reason."""
        places = np.flatnonzero(wanted)
        if len(places) < len(self.rows):
            self.dropped[reason] = self.dropped.get(reason, 0) + len(self.rows) - len(places)
        self.rows = [self.rows[k] for k in places]
        self.lines = [self.lines[k] for k in places]

    def keep_numbers(self, *columns: str) -> None:
        """Drop the rows without a finite number in any one of the columns."""
        finite = np.isfinite([self.numbers(column) for column in columns]).all(axis=0)
        self.keep(finite, f"without a number in {' or '.join(columns)}")

    def refuse(self, wrong: Sequence[bool] | np.ndarray, column: str, expected: str, remedy: str) -> None:
        """Raise `DatawallError` at the first row that is wrong."""
        for place in np.flatnonzero(wrong)[:1]:
            raise self._wrong(int(place), column, expected, remedy)

    def known_by(self, as_of: float | None) -> None:
        """Cut the table to its vintage: drop rows not known by the as-of date."""
        if as_of is not None:
            self.keep(self.years("date_known") <= as_of, "known only after the as-of date")

    def need(self, rows: int, purpose: str) -> None:
        """Raise `TooLittleEvidenceError` unless enough rows are left."""
        if len(self.rows) < rows:
            why = "; ".join(f"{count} {reason}" for reason, count in self.dropped.items())
            left = f" ({why})" if why else ""
            need = f"need at least {rows} usable rows {purpose}, got {len(self.rows)}{left}"
            raise TooLittleEvidenceError(f"{self.label}: {need}; add rows")

    def fault(self, place: int, column: str, words: str) -> DatawallError:
        """Return the error of a cell, named by its file, line and column."""
        return DatawallError(f"{self.label}:{self.lines[place]}: {column}: {words}")

    def _wrong(self, place: int, column: str, expected: str, remedy: str) -> DatawallError:
        return self.fault(place, column, f"{expected}, got {shown(self.rows[place][column])}; {remedy}")

    def _number(self, place: int, column: str) -> float:
        text = self.rows[place][column]
        try:
            return float(text) if text else math.nan
        except ValueError:
            raise self._wrong(place, column, "need a number", "write one such as 2.1e25") from None

    def _year(self, place: int, column: str) -> float:
        text = self.rows[place][column]
        try:
            if not text or text.replace(".", "", 1).isdigit():
                return float(text) if text else math.nan
            return decimal_year(dt.date.fromisoformat(text))
        except ValueError:
            raise self._wrong(place, column, "need a date", "write 2026-11-01 or 2026.83") from None


def read_table(path: Path, needed: Sequence[str], *, label: str = "") -> EvidenceTable:
    """Read a CSV file with a header.

    Parameters
    ----------
    path
        The file.
    needed
        Columns that it must have; others are kept too.
    label
        Name of the file in messages; its own name by default.
    """
    label = label or path.name
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "not UTF-8 text"
        raise DatawallError(f"{label}: cannot be read ({reason}); give a CSV file") from None
    reader = csv.reader(text.splitlines())
    try:
        lines = [(reader.line_num, cells) for cells in reader if any(map(str.strip, cells))]
    except csv.Error as error:
        raise DatawallError(f"{label}:{reader.line_num}: no CSV table ({error}); correct the line") from None
    if not lines:
        raise DatawallError(f"{label}: the file is empty; give a table with a header")
    columns = tuple(cell.strip() for cell in lines[0][1])
    for column in needed:
        if column not in columns:
            raise DatawallError(f"{label}: need a column {column!r}; {suggestion(column, columns)}")
    rows = []
    for number, cells in lines[1:]:
        if len(cells) != len(columns):
            got = f"need {len(columns)} cells like the header, got {len(cells)}"
            raise DatawallError(f"{label}:{number}: {got}; put text with commas in quotes")
        rows.append(dict(zip(columns, map(str.strip, cells), strict=True)))
    return EvidenceTable(label, columns, rows, [number for number, _ in lines[1:]])


_NOT_BEFORE = 1950.0
_NOT_AFTER = 2100.0


def open_table(
    name: str, needed: tuple[str, ...], as_of: float | None = None, files: tuple[Path, ...] = ()
) -> EvidenceTable:
    """Return an evidence table cut at the as-of date: the user's where there is one, else the shipped one.

    Parameters
    ----------
    name
        File in the folder of the evidence.
    needed
        Columns that it must have besides ``date_known``.
    as_of
        Rows known later are left out and counted [decimal year]; all stay for None.
    files
        The user's tables; there may be one.
    """
    if len(files) > 1:
        raise DatawallError(f"need one table in the place of {name}, got {len(files)}; give one --data FILE")
    path = files[0] if files else folder() / "evidence" / name
    label = str(path) if files else f"evidence/{name}"
    table = read_table(path, (*needed, "date_known"), label=label)
    known = dates(table, "date_known")
    table.keep(np.isfinite(known), "without the day they became known")
    table.known_by(as_of)
    return table


def numbers(table: EvidenceTable, column: str, low: float, high: float, unit: str) -> np.ndarray:
    """Return a column of numbers within the bounds that its unit allows; a blank is not a number."""
    values = table.numbers(column)
    for place, (value, text) in enumerate(zip(values, table.texts(column), strict=True)):
        if text and not low <= value <= high:
            expected = f"need {unit} between {low:g} and {high:g}, got {text}"
            raise table.fault(place, column, f"{expected}; check the unit, or leave it blank")
    return values


def dates(table: EvidenceTable, column: str) -> np.ndarray:
    """Return a column of dates [decimal year]; a blank is not a number."""
    years = table.years(column)
    for place, year in enumerate(years):
        if np.isfinite(year) and not _NOT_BEFORE <= year <= _NOT_AFTER:
            expected = f"need a date from {_NOT_BEFORE:.0f} to {_NOT_AFTER:.0f}"
            raise table.fault(place, column, f"{expected}, got {table.rows[place][column]}; correct it")
    return years


def sd_of_factor(factor: float | np.ndarray, mass: float | np.ndarray) -> np.ndarray:
    """Return the standard deviation of the logarithm of a number known within a factor.

    Parameters
    ----------
    factor
        The number lies between it divided and multiplied by this factor...
    mass
        ...with this probability.

    Examples
    --------
    >>> round(float(sd_of_factor(3.0, 0.9)), 3)
    0.668
    """
    return np.log(factor) / ndtri((1.0 + np.asarray(mass)) / 2.0)


@cache
def _confidence(name: str) -> dict[str, float]:
    table = read_table(folder() / "evidence" / "confidence.csv", ("table", "confidence", "factor90"))
    rows = zip(table.texts("table"), table.texts("confidence"), table.numbers("factor90"), strict=True)
    return {level: float(factor) for of, level, factor in rows if of == name}


def sd_of_confidence(table: EvidenceTable, column: str, name: str) -> np.ndarray:
    """Return the standard deviation of the logarithm implied by each row's stated confidence.

    Parameters
    ----------
    table
        The rows.
    column
        Column of the stated confidence.
    name
        Name of the table in ``evidence/confidence.csv``.
    """
    factors = _confidence(name)
    for place, level in enumerate(table.texts(column)):
        if level not in factors:
            raise table.fault(place, column, f"unknown level {level!r}; {suggestion(level, factors)}")
    return sd_of_factor(np.array([factors[level] for level in table.texts(column)]), 0.9)


def evidence_of(
    *tables: EvidenceTable,
    observed: dict[str, np.ndarray],
    constants: dict[str, np.ndarray],
    dims: dict[str, tuple[str, ...]],
    coords: dict[str, list],
    anchors: Mapping[str, float] = MappingProxyType({}),
) -> Evidence:
    """Return the evidence of tables, with their dropped rows, sources and newest date."""
    dropped: dict[str, int] = {}
    for table in tables:
        for reason, count in table.dropped.items():
            dropped[f"{table.label}: {reason}"] = count
    sources = sorted({source for table in tables for source in table.texts("source")})
    newest = max(float(table.years("date_known").max()) for table in tables)
    return Evidence(observed, constants, dims, coords, dropped, tuple(sources), newest, anchors)
