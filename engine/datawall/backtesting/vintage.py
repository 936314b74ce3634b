"""Vintage of a scenario (real-time data): its evidence and statements cut at an earlier date."""

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from datawall.backtesting.questions import NothingKnownError
from datawall.errors import TooLittleEvidenceError
from datawall.inference import scenario_with_evidence
from datawall.inference.evidence_model import Evidence
from datawall.inference.fit import evidence_digest
from datawall.inference.models import MODULES, data_stock
from datawall.inference.tables import dates, open_table
from datawall.model.inputs import DECLARATIONS
from datawall.model.questions import Questions
from datawall.scenario import Scenario, files, load_scenario
from datawall.scenario.posterior import Posterior, is_file, own, shipped, silent
from datawall.units import date_of, decimal_year

_NAMED = 3
"""Number of rows that are named; the others are counted."""


def news(module: str, since: float, until: float) -> tuple[str, ...]:
    """Return the rows added to a module's evidence between two dates [decimal year].

    Where the evidence at the earlier date was too little for a fit, all rows count as new. The evidence of a
    module given as a file is unavailable, so no rows are listed.

    Examples
    --------
    >>> news("data_stock", 2024.5, 2025.5)
    ('filters, Epoch', 'model-based filters', 'growth of the stock')
    """
    before, after = (_evidence(module, date) for date in (since, until))
    known = _rows(before)
    return tuple(row for row in _rows(after) if row not in known)


def told(module: str, since: float, until: float) -> str:
    """Describe `news`: the first rows and their number.

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
    more = "; ..." if len(rows) > _NAMED else ""
    return f"{'; '.join(rows[:_NAMED])}{more} ({len(rows)} row{'s' * (len(rows) > 1)})"


def data_stock_known() -> float:
    """Return the date at which the data stock could first be fitted; inf if it cannot [decimal year].

    Before it there is no evidence of a wall.

    Examples
    --------
    >>> round(data_stock_known(), 2)
    2024.43
    """
    days = np.unique(dates(open_table(data_stock.TABLE, ()), "date_known"))
    return next((float(day) for day in days if _evidence("data_stock", float(day)) is not None), np.inf)


def _evidence(module: str, date: float) -> Evidence | None:
    """Return the evidence vintage at a date, or None where it was too little for a fit."""
    if is_file(module):
        return None
    try:
        return MODULES[module].load(date, ())
    except TooLittleEvidenceError:
        return None


def _rows(evidence: Evidence | None) -> dict[str, None]:
    """Return the labels of all observed rows, in order."""
    if evidence is None:
        return {}
    dims = (dim for name in evidence.observed for dim in evidence.dims[name])
    return dict.fromkeys(str(label) for dim in dims for label in evidence.coords.get(dim, ()))


NO_SLOWDOWN = {"slowdown_date": DECLARATIONS["slowdown_date"].upper, "growth_kept": 1.0}
"""Overrides under which the trend continues past every horizon."""
_FRONTIER = tuple(
    name
    for name, declared in DECLARATIONS.items()
    if "ceilings.trend" in declared.parts and name not in NO_SLOWDOWN
)
"""Inputs for level and growth of the largest run, without which there is no forecast."""
SAME_DATE = 1e-6
"""Dates closer than this are the same [years]."""


@dataclass(frozen=True)
class AsKnown:
    """Vintage of a scenario at an origin.

    Attributes
    ----------
    scenario
        Its as-of date is the origin.
    hindsight
        The inputs that are kept although they were stated later.
    taken_out
        The ceilings, and ``"slowdown"``, that were stated later and are left out.
    """

    scenario: Scenario
    hindsight: tuple[str, ...]
    taken_out: tuple[str, ...] = ()


def as_known(name_or_path: str | Path, origin: float) -> AsKnown:
    """Load the vintage of a scenario, given by name or path, at an origin [decimal year].

    It is meant for answers about the largest run: evidence models are fitted to the evidence known by then,
    and those that do not bear on it are left out. Statements made by hand later are taken out where the
    forecast can do without: a ceiling of the largest run goes with any of its inputs, except for the trend,
    and so does a slowdown of the trend.

    Raises
    ------
    NothingKnownError
        If no evidence known at the origin tells where the frontier stood or how fast it grew, and both were
        stated by hand later; if no ceiling is left; or if the scenario uses no evidence at all and is of
        another date.
    ScenarioError
        If the scenario cannot be used.
    UntrustedPosteriorError
        If a posterior had to be fitted and cannot be trusted.
    """
    found: dict[str, Posterior] = {}

    def of_any_date(module: str, as_of: float) -> Posterior:  # noqa: ARG001 - asks for nothing of a date
        found[module] = own(module, math.inf) if is_file(module) else shipped(module)
        return found[module]

    today = load_scenario(name_or_path, posterior=of_any_date)
    if not found:
        return _published(today, origin)
    overrides = _taken_out(today, origin)
    asked = inputs_asked(_left(today, overrides))
    overrides["evidence.modules"] = [m for m, posterior in found.items() if asked & {*posterior.inputs}]
    scenario = scenario_with_evidence.load_scenario(name_or_path, overrides, as_of=origin)
    # a module with too little evidence then has left the stated priors of its inputs
    more = _taken_out(scenario, origin)
    if more:
        scenario = scenario_with_evidence.load_scenario(name_or_path, overrides | more, as_of=origin)
    late = _late(scenario, origin)
    _check_frontier(scenario, late)
    hindsight = tuple(n for n in late if n in inputs_asked(scenario.questions))
    gone = [name for name in today.questions.ceilings if name not in scenario.questions.ceilings]
    slowdown = ["slowdown"] if NO_SLOWDOWN.keys() <= {*overrides, *more} else []
    return AsKnown(scenario, hindsight, (*gone, *slowdown))


def published() -> dict[str, float]:
    """Return the as-of date of each shipped scenario without evidence, which keeps it [decimal year]."""
    scenarios = (load_scenario(name, posterior=silent) for name in files.available())
    return {s.name: s.as_of for s in scenarios if not s.modules}


def inputs_asked(questions: Questions) -> set[str]:
    """Return the inputs that determine the size and the release of the largest run."""
    ceilings = (f"ceilings.{name}" for name in questions.ceilings)
    return _inputs_of((*ceilings, f"release.{questions.release}"))


def _inputs_of(parts: Iterable[str]) -> set[str]:
    """Return the inputs read by parts of the model."""
    parts = set(parts)
    return {name for name, declared in DECLARATIONS.items() if parts & {*declared.parts}}


def _late(scenario: Scenario, origin: float) -> list[str]:
    """Return the inputs stated after the origin and not informed by evidence."""
    return [
        name
        for name, prior in scenario.priors.items()
        if prior.stated is None and decimal_year(prior.date) > origin
    ]


def _taken_out(scenario: Scenario, origin: float) -> dict[str, Any]:
    """Return the overrides that remove statements made after the origin, if there are any."""
    late = _late(scenario, origin)
    ceilings = scenario.questions.ceilings
    left = [name for name in ceilings if name == "trend" or not _inputs_of([f"ceilings.{name}"]) & {*late}]
    if not left:
        raise NothingKnownError(
            f"{scenario.name}: everything that limits the largest run was stated after {date_of(origin)}; "
            "ask it at a later date"
        )
    overrides: dict[str, Any] = dict(NO_SLOWDOWN) if NO_SLOWDOWN.keys() & {*late} else {}
    return overrides if len(left) == len(ceilings) else overrides | {"questions.ceilings": left}


def _left(scenario: Scenario, overrides: dict[str, Any]) -> Questions:
    """Return the questions that remain once overrides have removed ceilings."""
    ceilings = overrides.get("questions.ceilings", scenario.questions.ceilings)
    return replace(scenario.questions, ceilings=tuple(ceilings))


def _check_frontier(scenario: Scenario, late: Iterable[str]) -> None:
    stated = [name for name in _FRONTIER if name in late]
    if stated:
        raise NothingKnownError(
            f"{scenario.name}: {' and '.join(stated)} as stated rest on what came after "
            f"{date_of(scenario.as_of)}, and the evidence known by then is too little to tell; "
            "ask it at a later date"
        )


def _published(scenario: Scenario, origin: float) -> AsKnown:
    """Return a scenario without evidence unchanged, if its as-of date is the origin."""
    if abs(scenario.as_of - origin) > SAME_DATE:
        raise NothingKnownError(
            f"{scenario.name}: uses no evidence that could be cut at {date_of(origin)}; "
            f"ask it at its own date, {date_of(scenario.as_of)}"
        )
    asked = inputs_asked(scenario.questions)
    return AsKnown(scenario, tuple(name for name in _late(scenario, origin) if name in asked))
