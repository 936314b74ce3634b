"""What every module of shipped evidence does to read it: the table, its bounds, its errors of measurement."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType

import numpy as np

from datawall.distributions.special import ndtri
from datawall.errors import DatawallError
from datawall.inference.evidence_model import Evidence
from datawall.inference.tables import Table, read_table
from datawall.scenario.files import folder
from datawall.validation import suggestion

NOT_BEFORE = 1950.0
NOT_AFTER = 2100.0


def open_table(
    name: str, needed: tuple[str, ...], as_of: float | None = None, files: tuple[Path, ...] = ()
) -> Table:
    """Return a table of evidence, cut at the as-of date: the user's where there is one, else the shipped one.

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

    Raises
    ------
    DatawallError
        If there are several files, or the one there is cannot be read.
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


def numbers(table: Table, column: str, low: float, high: float, unit: str) -> np.ndarray:
    """Return a column of numbers within the bounds that its unit allows; a blank is not a number.

    Raises
    ------
    DatawallError
        If a stated number is not within the bounds, as in another unit.
    """
    values = table.numbers(column)
    for place, (value, text) in enumerate(zip(values, table.texts(column), strict=True)):
        if text and not low <= value <= high:
            expected = f"need {unit} between {low:g} and {high:g}"
            where = f"{table.label}:{table.lines[place]}: {column}"
            raise DatawallError(f"{where}: {expected}, got {text}; check the unit, or leave it blank")
    return values


def dates(table: Table, column: str) -> np.ndarray:
    """Return a column of dates [decimal year]; a blank is not a number.

    Raises
    ------
    DatawallError
        If a stated date lies centuries away.
    """
    years = table.years(column)
    for place, year in enumerate(years):
        if np.isfinite(year) and not NOT_BEFORE <= year <= NOT_AFTER:
            where = f"{table.label}:{table.lines[place]}: {column}"
            expected = f"need a date from {NOT_BEFORE:.0f} to {NOT_AFTER:.0f}"
            raise DatawallError(f"{where}: {expected}, got {table.rows[place][column]}; correct it")
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


def sd_of_confidence(table: Table, column: str, name: str) -> np.ndarray:
    """Return the standard deviation of the logarithm that the stated confidence of each row stands for.

    Parameters
    ----------
    table
        The rows.
    column
        Where they state their confidence.
    name
        What ``evidence/confidence.csv`` calls the table.

    Raises
    ------
    DatawallError
        If a level is not in that file.
    """
    factors = _confidence(name)
    for line, level in zip(table.lines, table.texts(column), strict=True):
        if level not in factors:
            raise DatawallError(
                f"{table.label}:{line}: {column}: unknown level {level!r}; {suggestion(level, factors)}"
            )
    return sd_of_factor(np.array([factors[level] for level in table.texts(column)]), 0.9)


def evidence_of(
    *tables: Table,
    observed: dict[str, np.ndarray],
    constants: dict[str, np.ndarray],
    dims: dict[str, tuple[str, ...]],
    coords: dict[str, list],
    anchors: Mapping[str, float] = MappingProxyType({}),
) -> Evidence:
    """Return the evidence read from tables, with what they dropped, their sources and how new they are."""
    dropped: dict[str, int] = {}
    for table in tables:
        for reason, count in table.dropped.items():
            dropped[f"{table.label}: {reason}"] = count
    sources = sorted({source for table in tables for source in table.texts("source")})
    newest = max(float(table.years("date_known").max()) for table in tables)
    return Evidence(observed, constants, dims, coords, dropped, tuple(sources), newest, anchors)
