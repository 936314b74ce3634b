"""Tables and intervals of dates."""

from collections.abc import Mapping

import numpy as np

from datawall.reporting.document import Table
from datawall.reporting.saved.forecast import SavedRun

SHOWN = (("10 %", "q10"), ("25 %", "q25"), ("median", "q50"), ("75 %", "q75"), ("90 %", "q90"))


def table(run: SavedRun, labels: Mapping[str, str], head: str, caption: str) -> Table:
    """Return quantiles of dates, a row for each name, with what is past and what never comes."""
    columns = (head, *(title for title, _ in SHOWN), "past", "never")
    cells = []
    for name, label in labels.items():
        quantiles = (run.date(name, key) for _, key in SHOWN)
        cells.append((label, *quantiles, run.mass(name, "past"), run.mass(name, "never")))
    return Table(columns, tuple(cells), caption)


def interval_of(run: SavedRun, name: str) -> np.ndarray:
    """Return the 10, 50 and 90 % quantiles of a date: -inf where past, inf where never."""
    beyond = {"past": -np.inf, "never": np.inf, None: np.nan}
    found = (run.row(name)[key] for key in ("q10", "q50", "q90"))
    return np.array([beyond[q] if q is None or isinstance(q, str) else q for q in found])
