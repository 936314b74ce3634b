"""Origins and horizons of a backtest: parsing of calendar months from text to decimal years."""

import datetime as dt
import re
from collections.abc import Sequence

import numpy as np

from datawall.errors import DatawallError
from datawall.inference.tables import read_table
from datawall.scenario import files
from datawall.units import MONTHS_PER_YEAR, date_of, decimal_year
from datawall.validation import FIRST_YEAR, shown

MONTH = re.compile(r"(\d{4})-(0[1-9]|1[0-2])")
SPAN = re.compile(r"(\d{1,4})(mo|y)")
LONGEST_YEARS = 50
MOST_ORIGINS = 200
DATE_KNOWN = "date_known"
MID_2024 = 2024.46
"""Publication of the reference tables, in June 2024 [year]."""


def parse_origins(start: str, end: str, every: str, known_until: float) -> tuple[float, ...]:
    """Return the forecast origins of a backtest.

    Parameters
    ----------
    start, end
        First month, and the last one possible, such as ``"2019-01"``: the first day of it.
    every
        Between two of them: ``"6mo"`` or ``"1y"``.
    known_until
        Date at which the newest evidence became known; origins lie before it [decimal year].

    Returns
    -------
    tuple of float
        Ascending [decimal year].

    Raises
    ------
    DatawallError
        If a text is no month or span, nothing lies between the ends, or there are too many origins.

    Examples
    --------
    >>> parse_origins("2019-01", "2020-03", "6mo", known_until=2026.0)
    (2019.0, 2019.495890410959, 2020.0)
    """
    first, last, step = _months_of(start, "--from"), _months_of(end, "--to"), _span(every, "--every")
    if first > last:
        raise DatawallError(
            f"--from {start}: need a month no later than --to, got one after {end}; swap them"
        )
    if _year_of(last) > known_until:
        newest = f"{date_of(known_until):%Y-%m}"
        raise DatawallError(f"--to {end}: need a month by {newest}, of the newest evidence; give {newest}")
    months = range(first, last + 1, step)
    if len(months) > MOST_ORIGINS:
        need = f"need at most {MOST_ORIGINS} origins from {start} to {end}, got {len(months)}"
        raise DatawallError(f"--every {every}: {need}; give a longer span")
    return tuple(map(_year_of, months))


def parse_horizons(texts: Sequence[str]) -> tuple[float, ...]:
    """Return the forecast horizons of a backtest.

    Parameters
    ----------
    texts
        Such as ``["6mo", "2y"]``.

    Returns
    -------
    tuple of float
        Ascending, each once [years].

    Raises
    ------
    DatawallError
        If there is none, or one is no span.

    Examples
    --------
    >>> parse_horizons(["2y", "6mo", "24mo"])
    (0.5, 2.0)
    """
    if not texts:
        raise DatawallError("--horizon: need at least one span, got nothing; give some such as 6mo,1y")
    return tuple(sorted({_span(text, "--horizon") / MONTHS_PER_YEAR for text in texts}))


def newest_evidence() -> float:
    """Return the date at which the newest shipped evidence became known [decimal year]."""
    tables = (read_table(path, ()) for path in sorted((files.folder() / "evidence").glob("*.csv")))
    dates = [table.years(DATE_KNOWN) for table in tables if DATE_KNOWN in table.columns]
    return float(np.nanmax(np.concatenate(dates)))


def _months_of(text: str, option: str) -> int:
    """Return a month as the number of months since the year 0."""
    found = MONTH.fullmatch(text)
    if not found or int(found[1]) < FIRST_YEAR:
        need = f"need a month such as 2019-01, from {FIRST_YEAR} on"
        raise DatawallError(f"{option}: {need}, got {shown(text)}; correct it")
    return 12 * int(found[1]) + int(found[2]) - 1


def _year_of(months: int) -> float:
    return decimal_year(dt.date(months // 12, months % 12 + 1, 1))


def _span(text: str, option: str) -> int:
    """Return a span in months."""
    found = SPAN.fullmatch(text.strip())
    months = int(found[1]) * (12 if found[2] == "y" else 1) if found else 0
    if not 0 < months <= 12 * LONGEST_YEARS:
        need = f"need a span from 1mo to {LONGEST_YEARS}y such as 6mo or 1y"
        raise DatawallError(f"{option}: {need}, got {shown(text)}; correct it")
    return months
