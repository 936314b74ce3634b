"""When a developer's next whole-number generation comes by name, whatever its compute: GPT-5 after GPT-4."""

import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from datawall.inference.evidence_model import Evidence, Module
from datawall.inference.models.release_timing.renewal import HEADLINE, open_releases, renewals, waits_of
from datawall.inference.shipped_tables import dates, numbers

HIGHEST = 1000.0
"""Above this a version number is a date, or a count of parameters."""


def load(as_of: float | None, files: tuple[Path, ...]) -> Evidence:
    """Read when each developer first released a version number with so high a whole part.

    Parameters
    ----------
    as_of, files
        See `Module`; a file takes the place of ``evidence/flagships.csv`` and has its columns.

    Returns
    -------
    Evidence
        The waits in between; ``generation`` of its constants is the whole number that each begins with.

    Raises
    ------
    DatawallError
        If the table cannot be used.
    """
    table, watched = open_releases(as_of, files, "generation")
    table.keep([bool(cell) for cell in table.texts("generation")], "without a version number")
    number = numbers(table, "generation", 0.0, HIGHEST, "a version number")
    opens = opens_generation(table.texts("developer"), dates(table, "release_date"), number)
    table.keep(opens, "no first of a generation, or of one that began before the table")
    table.need(3, "that open a generation")
    newest = float(dates(table, "release_date").max())
    return waits_of(table, watched, newest, generation=np.floor(number[opens]))


def opens_generation(developers: Sequence[str], released: np.ndarray, number: np.ndarray) -> np.ndarray:
    """Return which releases are the first of their developer with so high a whole number.

    Where the first of all has a fraction, nobody knows when its generation began, and it opens none.

    Parameters
    ----------
    developers
        Who made each release.
    released
        When [decimal year].
    number
        Its version number.

    Examples
    --------
    >>> opens_generation(["A", "A", "A", "B"], np.array([1.0, 2.0, 3.0, 1.0]), np.array([2.0, 2.5, 3.5, 1.5]))
    array([ True, False,  True, False])
    """
    highest: dict[str, int] = {}
    opens = np.zeros(len(released), bool)
    for place in map(int, np.argsort(released, kind="stable")):
        name, whole = developers[place], math.floor(number[place])
        before = highest.get(name, math.ceil(number[place]) - 1)
        opens[place] = whole > before
        highest[name] = max(whole, before)
    return opens


MODULE = Module(
    name="generations",
    title="next whole-number generation of each developer, by name",
    load=load,
    model=renewals("generations"),
    headline=HEADLINE,
)
