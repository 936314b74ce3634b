"""When the next flagship of each developer comes: the waits between releases under a new version number."""

from pathlib import Path

from datawall.inference.evidence_model import Evidence, Module
from datawall.inference.models.release_timing.renewal import HEADLINE, open_releases, renewals, waits_of

PIVOT = 2026.0
"""When the typical wait is stated [year]."""


def load(as_of: float | None, files: tuple[Path, ...]) -> Evidence:
    """Read releases by developer, and until when each was watched without a newer one.

    Parameters
    ----------
    as_of, files
        See `Module`; a file takes the place of ``evidence/flagships.csv`` and has its columns.

    Raises
    ------
    DatawallError
        If the table cannot be used.
    """
    table, watched = open_releases(as_of, files)
    table.need(5, "with a release")
    return waits_of(table, watched, PIVOT)


MODULE = Module(
    name="cadence",
    title="next flagship of each developer",
    load=load,
    model=renewals("cadence"),
    headline=HEADLINE,
)
