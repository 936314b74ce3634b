"""What became known between two dates: the rows of evidence of a module of inference."""

from datawall.errors import DatawallError
from datawall.inference.fitting import evidence_digest
from datawall.inference.module import Evidence
from datawall.inference.modules import MODULES
from datawall.scenario.evidence import is_file

NAMED = 3
"""How many rows are named; the others are counted."""


def news(module: str, since: float, until: float) -> tuple[str, ...]:
    """Return the rows of a module's evidence that were known at one date and not at an earlier one.

    Parameters
    ----------
    module
        Its name; the evidence of one that is given as a file is not at hand, so none of it is told.
    since, until
        The dates [decimal year].

    Examples
    --------
    >>> news("training_sets", 2023.2, 2023.5)
    ('PaLM 2', 'GPT-4')
    """
    before, after = (_evidence(module, date) for date in (since, until))
    known = _rows(before)
    return tuple(row for row in _rows(after) if row not in known)


def told(module: str, since: float, until: float) -> str:
    """Return in words what became known to a module between two dates: the first rows and how many.

    Examples
    --------
    >>> told("training_sets", 2023.2, 2023.4), told("training_sets", 2023.2, 2023.2)
    ('PaLM 2 (1 row)', 'nothing new')
    """
    rows = news(module, since, until)
    if not rows:
        before, after = (_evidence(module, date) for date in (since, until))
        same = after is None or (before is not None and evidence_digest(before) == evidence_digest(after))
        return "nothing new" if same else "no new row, but other figures of known ones"
    more = ", ..." if len(rows) > NAMED else ""
    return f"{', '.join(rows[:NAMED])}{more} ({len(rows)} row{'s' * (len(rows) > 1)})"


def _evidence(module: str, date: float) -> Evidence | None:
    """Return the evidence known at a date, or None where it was too little for a fit."""
    if is_file(module):
        return None
    try:
        return MODULES[module].load(date, ())
    except DatawallError:
        return None


def _rows(evidence: Evidence | None) -> dict[str, None]:
    """Return the labels of everything that was observed, in their order."""
    if evidence is None:
        return {}
    dims = (dim for name in evidence.observed for dim in evidence.dims[name])
    return dict.fromkeys(str(label) for dim in dims for label in evidence.coords.get(dim, ()))
