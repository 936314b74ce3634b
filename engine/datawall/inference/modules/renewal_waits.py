"""The table of releases, read as waits: from each release of a developer to its next, the last going on."""

from pathlib import Path

import numpy as np

from datawall.errors import DatawallError
from datawall.inference.module import Evidence
from datawall.inference.modules.shipped import dates, evidence_of, open_table
from datawall.inference.reading import Table
from datawall.units import MONTHS_PER_YEAR

TABLE = "flagships.csv"
STATUSES = ("released", "watched")
SOONEST = 12.0 / 365.25
"""A wait of one day, the shortest that dates can tell [months]."""


def open_releases(
    as_of: float | None, files: tuple[Path, ...], *columns: str
) -> tuple[Table, dict[str, float]]:
    """Return the dated releases known by a date, and until when each developer was watched [decimal year].

    Parameters
    ----------
    as_of, files
        See `Module`; a file takes the place of ``evidence/flagships.csv`` and has its columns.
    columns
        Which ones are needed besides those of every reading.

    Raises
    ------
    DatawallError
        If the table cannot be used.
    """
    needed = ("developer", "model", *columns, "release_date", "status", "source")
    table = open_table(TABLE, needed, None, files)
    watched = _watched_until(table, as_of)
    table.known_by(as_of)
    table.keep(np.array(table.texts("status")) == "released", "only say until when was watched")
    table.keep(np.isfinite(dates(table, "release_date")), "without a release date")
    return table, watched


def _watched_until(table: Table, as_of: float | None) -> dict[str, float]:
    """Return until when each developer was watched: its row that says so, but not past the as-of date."""
    if unknown := set(table.texts("status")) - set(STATUSES):
        raise DatawallError(f"{table.label}: unknown status {unknown.pop()!r}; use {' or '.join(STATUSES)}")
    until: dict[str, float] = {}
    known = dates(table, "date_known")
    for name, date in zip(table.texts("developer"), known, strict=True):
        until[name] = max(until.get(name, date), date)
    return {name: date if as_of is None else min(date, as_of) for name, date in until.items()}


def waits_of(table: Table, watched: dict[str, float], pivot: float, **more: np.ndarray) -> Evidence:
    """Return the waits between the releases of each developer.

    Parameters
    ----------
    table
        The releases that end one wait and begin the next.
    watched
        Until when each developer was watched without a newer one [decimal year].
    pivot
        When the typical wait is stated [decimal year].
    more
        What else is known of each release, in the order of the table.

    Returns
    -------
    Evidence
        A wait for each release, by developer and date: those that go on count as long as they have lasted.
    """
    developers, developer = np.unique(table.texts("developer"), return_inverse=True)
    released = dates(table, "release_date")
    order = np.lexsort((released, developer))
    developer, released = developer[order], released[order]
    models = np.array(table.texts("model"))[order]
    last = np.append(developer[1:] != developer[:-1], True)
    until = np.array([watched[name] for name in developers])[developer]
    end = np.where(last, until, np.append(released[1:], 0.0))
    wait = np.maximum(MONTHS_PER_YEAR * (end - released), SOONEST)
    return evidence_of(
        table,
        observed={"wait_seen": wait},
        constants={
            "released": released,
            "developer_of_wait": developer,
            "watched": np.where(last, wait, np.inf),
            "last": np.flatnonzero(last),
            "pivot": np.array(pivot),
            **{name: values[order] for name, values in more.items()},
        },
        dims={
            **dict.fromkeys(("wait_seen", "released", "developer_of_wait", "watched", *more), ("gap",)),
            "last": ("developer",),
            "pivot": (),
        },
        coords={"gap": [f"after {name}" for name in models], "developer": developers.tolist()},
    )
