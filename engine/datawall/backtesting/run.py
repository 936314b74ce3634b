"""`datawall.backtest`: forecasts as they would have been made at past dates, and how good they were."""

import datetime as dt
import json
import time
from collections.abc import Sequence
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any

import xarray as xr

from datawall.backtesting.asking import NO_ANSWER, Ledger, Skip, jobs, rounds
from datawall.backtesting.defaults import DRAWS, END, EVERY, HORIZONS, START
from datawall.backtesting.parts import Parts, Progress
from datawall.backtesting.plan import Plan, make_plan
from datawall.backtesting.results import groups_of
from datawall.compilation import code_digest, keep_compiled_programs
from datawall.units import decimal_year

DATA_STOCK_KNOWN = decimal_year(dt.date(2024, 6, 6))
"""When the first figures of the data stock became known: before, no evidence tells of a wall."""


def backtest(
    *scenarios: str | Path,
    start: str = START,
    end: str = END,
    every: str = EVERY,
    horizons: Sequence[str] = HORIZONS,
    draws: int = DRAWS,
    seed: int = 0,
    progress: Progress = lambda *_: None,
) -> xr.DataTree:
    """Forecast from past dates with what was known then, and score the forecasts against what happened.

    Published forecasts are asked at their own as-of dates, simple forecasters at every origin. Posteriors
    are kept in the user's cache folder as they are fitted: a run that was stopped goes on where it was.

    Parameters
    ----------
    scenarios
        Names of those that ship, or paths of TOML files; the first is the main one. The baseline by default.
    start, end
        First month, and the last one possible, such as ``"2019-01"``.
    every
        Between two origins: ``"6mo"`` or ``"1y"``.
    horizons
        How far ahead is asked, such as ``["6mo", "2y"]``.
    draws
        Of each forecast.
    seed
        0 to 2^32 - 1.
    progress
        Called with what is done and all there is to do.

    Returns
    -------
    xarray.DataTree
        ``questions`` with what happened; ``forecasts/WHO`` with quantiles and scores of each forecaster along
        them; ``skill/WHO/REFERENCE``, ``coverage/WHO`` and ``widening/WHO``; ``reference`` with the rows of
        published tables; ``revision`` with how answers moved. The attribute ``manifest`` has the verdicts in
        words and all that was skipped.

    Raises
    ------
    DatawallError
        If a scenario, a date, a span, `draws` or `seed` cannot be used.
    """
    plan = make_plan(scenarios, start, end, every, horizons, draws, seed)
    from datawall.backtesting.shipped import PARTS  # loads every model, which a mistake need not wait for

    keep_compiled_programs()
    return run(plan, PARTS, progress)


def run(plan: Plan, parts: Parts, progress: Progress = lambda *_: None) -> xr.DataTree:
    """Return the results of a backtest that is put together from any parts.

    Parameters
    ----------
    plan
        What is asked.
    parts
        Who answers.
    progress
        Called with what is done and all there is to do.
    """
    began = time.perf_counter()
    asked, skipped = rounds(plan, parts.published())
    ledger = Ledger(skipped=skipped)
    to_ask = list(jobs(plan, parts, asked, ledger))
    rest = len(plan.origins)  # of the revision, which goes from origin to origin
    for done, ask in enumerate(to_ask):
        progress(done, len(to_ask) + rest)
        ask()

    def revised(done: int, total: int) -> None:
        progress(len(to_ask) + rest * done // max(total, 1), len(to_ask) + rest)

    outcomes = {question: parts.resolve(question) for question in ledger.questions}
    groups, sentences = groups_of(plan, ledger, outcomes)
    tree = xr.DataTree.from_dict(groups)
    for name, found in (
        ("reference", _reference(plan, parts)),
        ("revision", _revision(plan, parts, revised)),
    ):
        if isinstance(found, Skip):
            ledger.skipped.append(found)
        else:
            tree[name] = found
    revised(1, 1)
    record = {"verdicts": sentences, "seconds": round(time.perf_counter() - began, 3)}
    tree.attrs = {"manifest": json.dumps(manifest(plan, ledger) | record), "creation_library": "datawall"}
    return tree


def _reference(plan: Plan, parts: Parts) -> xr.DataTree | Skip:
    """Return the rows of published tables, or why our own forecast beside them cannot be made."""
    try:
        return xr.DataTree(parts.reference(plan.draws, plan.seed))
    except NO_ANSWER as error:
        return Skip("baseline", "reference", plan.origins[-1], str(error))


def _revision(plan: Plan, parts: Parts, progress: Progress) -> xr.DataTree | Skip:
    """Return how the answers of the main scenario moved until its own date, or why that cannot be told."""
    origins = [origin for origin in plan.origins if origin >= DATA_STOCK_KNOWN]
    origins += [plan.as_of] if plan.as_of > plan.origins[-1] else []
    skip = partial(Skip, plan.first, "revision", plan.origins[-1])
    if plan.first not in plan.informed:
        return skip("it uses no evidence")
    if len(origins) < 2:
        return skip(f"it needs two origins after the first figures of the data stock, {DATA_STOCK_KNOWN:.2f}")
    try:
        return parts.revision(plan.scenarios[plan.first], origins, plan.draws, plan.seed, progress)
    except NO_ANSWER as error:
        return skip(str(error))


def manifest(plan: Plan, ledger: Ledger) -> dict[str, Any]:
    """Return what is needed to tell where the numbers come from, and to make them again."""
    start, end, every = plan.period
    return {
        "scenarios": list(plan.scenarios),
        "scenario_digests": dict(plan.digests),
        "start": start,
        "end": end,
        "every": every,
        "horizons": list(plan.ahead),
        "draws": plan.draws,
        "seed": plan.seed,
        "skipped": [list(skip) for skip in ledger.skipped],
        "hindsight": {f"{origin:.3f}": sorted(names) for origin, names in ledger.hindsight.items() if names},
        "code_digest": code_digest(),
        "versions": {
            name: version(name) for name in ("datawall", "jax", "jaxlib", "numpy", "numpyro", "xarray")
        },
    }
