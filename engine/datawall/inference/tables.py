"""Reading tables of evidence: columns checked, rows that cannot be used counted by reason."""

import csv
import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from datawall.errors import DatawallError, TooLittleEvidenceError
from datawall.units import decimal_year
from datawall.validation import shown, suggestion

type Row = dict[str, str]


@dataclass
class Table:
    """The rows of a CSV file that are still in use.

    Attributes
    ----------
    label
        How messages call the file.
    columns
        Its columns.
    rows
        Rows as text by column, blanks stripped.
    lines
        Where each row stands in the file.
    dropped
        How many rows were left out, by reason.
    """

    label: str
    columns: tuple[str, ...]
    rows: list[Row]
    lines: list[int]
    dropped: dict[str, int] = field(default_factory=dict)

    def numbers(self, column: str) -> np.ndarray:
        """Return a column as numbers; a blank is not a number.

        Raises
        ------
        DatawallError
            If a cell is neither.
        """
        return np.array([self._number(place, column) for place in range(len(self.rows))], float)

    def years(self, column: str) -> np.ndarray:
        """Return a column of ISO dates (or years) as decimal years; a blank is not a number.

        Raises
        ------
        DatawallError
            If a cell is no date.
        """
        return np.array([self._year(place, column) for place in range(len(self.rows))], float)

    def texts(self, column: str) -> list[str]:
        """Return a column as text."""
        return [row[column] for row in self.rows]

    def keep(self, wanted: Sequence[bool] | np.ndarray, reason: str) -> None:
        """Leave out the rows that are not wanted, and count them under a reason."""
        places = np.flatnonzero(wanted)
        if len(places) < len(self.rows):
            self.dropped[reason] = self.dropped.get(reason, 0) + len(self.rows) - len(places)
        self.rows = [self.rows[k] for k in places]
        self.lines = [self.lines[k] for k in places]

    def keep_numbers(self, *columns: str) -> None:
        """Leave out the rows without a finite number in one of the columns."""
        finite = np.isfinite([self.numbers(column) for column in columns]).all(axis=0)
        self.keep(finite, f"without a number in {' or '.join(columns)}")

    def refuse(self, wrong: Sequence[bool] | np.ndarray, column: str, expected: str, remedy: str) -> None:
        """Raise `DatawallError` at the first row that is wrong."""
        for place in np.flatnonzero(wrong)[:1]:
            raise self._fault(int(place), column, expected, remedy)

    def known_by(self, as_of: float | None, column: str = "date_known") -> None:
        """Leave out what was not known at the as-of date."""
        if as_of is not None:
            self.keep(self.years(column) <= as_of, "known only after the as-of date")

    def need(self, rows: int, purpose: str) -> None:
        """Raise `TooLittleEvidenceError` unless enough rows are left."""
        if len(self.rows) < rows:
            why = "; ".join(f"{count} {reason}" for reason, count in self.dropped.items())
            left = f" ({why})" if why else ""
            need = f"need at least {rows} usable rows {purpose}, got {len(self.rows)}{left}"
            raise TooLittleEvidenceError(f"{self.label}: {need}; add rows")

    def _fault(self, place: int, column: str, expected: str, remedy: str) -> DatawallError:
        value = shown(self.rows[place][column])
        return DatawallError(f"{self.label}:{self.lines[place]}: {column}: {expected}, got {value}; {remedy}")

    def _number(self, place: int, column: str) -> float:
        text = self.rows[place][column]
        try:
            return float(text) if text else math.nan
        except ValueError:
            raise self._fault(place, column, "need a number", "write one such as 2.1e25") from None

    def _year(self, place: int, column: str) -> float:
        text = self.rows[place][column]
        try:
            if not text or text.replace(".", "", 1).isdigit():
                return float(text) if text else math.nan
            return decimal_year(dt.date.fromisoformat(text))
        except ValueError:
            raise self._fault(place, column, "need a date", "write 2026-11-01 or 2026.83") from None


def read_table(path: Path, needed: Sequence[str], *, label: str = "") -> Table:
    """Read a CSV file with a header.

    Parameters
    ----------
    path
        The file.
    needed
        Columns that it must have; others are kept too.
    label
        How messages shall call it; its name by default.

    Raises
    ------
    DatawallError
        If the file cannot be read, is no CSV table, or lacks a column.
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
    return Table(label, columns, rows, [number for number, _ in lines[1:]])
