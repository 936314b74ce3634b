"""Evidence updates between two dates: the rows of a module's evidence that are new."""

import numpy as np

from datawall.errors import TooLittleEvidenceError
from datawall.inference.evidence_model import Evidence
from datawall.inference.fit import evidence_digest
from datawall.inference.models import MODULES, data_stock
from datawall.inference.tables import dates, open_table
from datawall.scenario.posterior import is_file

NAMED = 3
"""Number of rows that are named; the others are counted."""


def news(module: str, since: float, until: float) -> tuple[str, ...]:
    """Return the rows that a module learns from at one date and did not at an earlier one.

    Where too little was known at the earlier date for a fit, the module learned from none of it, so that all
    rows are new to it.

    Parameters
    ----------
    module
        Its name; the evidence of one that is given as a file is not at hand, so none of it is told.
    since, until
        The dates [decimal year].

    Examples
    --------
    >>> news("data_stock", 2024.5, 2025.5)
    ('filters, Epoch', 'model-based filters', 'growth of the stock')
    """
    before, after = (_evidence(module, date) for date in (since, until))
    known = _rows(before)
    return tuple(row for row in _rows(after) if row not in known)


def told(module: str, since: float, until: float) -> str:
    """Return in words what a module has learned between two dates: the first rows and how many there are.

    Parameters
    ----------
    module, since, until
        See `news`.

    Examples
    --------
    >>> told("data_stock", 2024.5, 2025.5), told("data_stock", 2024.5, 2024.5)
    ('filters, Epoch; model-based filters; growth of the stock (3 rows)', 'nothing new')
    """
    rows = news(module, since, until)
    if not rows:
        before, after = (_evidence(module, date) for date in (since, until))
        same = after is None or (before is not None and evidence_digest(before) == evidence_digest(after))
        return "nothing new" if same else "no new row, but other figures of known ones"
    more = "; ..." if len(rows) > NAMED else ""
    return f"{'; '.join(rows[:NAMED])}{more} ({len(rows)} row{'s' * (len(rows) > 1)})"


def data_stock_known() -> float:
    """Return when enough was known of the stock of data for a fit; inf if it is not [decimal year].

    Before, no evidence tells of a wall.

    Examples
    --------
    >>> round(data_stock_known(), 2)
    2024.43
    """
    days = np.unique(dates(open_table(data_stock.TABLE, ()), "date_known"))
    return next((float(day) for day in days if _evidence("data_stock", float(day)) is not None), np.inf)


def _evidence(module: str, date: float) -> Evidence | None:
    """Return the evidence known at a date, or None where it was too little for a fit."""
    if is_file(module):
        return None
    try:
        return MODULES[module].load(date, ())
    except TooLittleEvidenceError:
        return None


def _rows(evidence: Evidence | None) -> dict[str, None]:
    """Return the labels of everything that was observed, in their order."""
    if evidence is None:
        return {}
    dims = (dim for name in evidence.observed for dim in evidence.dims[name])
    return dict.fromkeys(str(label) for dim in dims for label in evidence.coords.get(dim, ()))
