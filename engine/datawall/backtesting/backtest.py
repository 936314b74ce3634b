"""Backtest (`datawall.backtest`): forecasts at past origins, their scores, calibration and skill."""

import json
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from datawall.backtesting import scoring
from datawall.backtesting.plan import MID_2024, BacktestPlan, make_plan
from datawall.backtesting.questions import (
    DRAWS,
    END,
    EVERY,
    HORIZONS,
    NAIVE,
    START,
    Answers,
    ForecastQuestion,
)
from datawall.backtesting.scenario_forecaster import RUNS, world_forecaster
from datawall.backtesting.schedule import (
    NO_ANSWER,
    Ledger,
    Parts,
    Progress,
    Skip,
    jobs,
    rounds,
    shipped_parts,
)
from datawall.backtesting.scores import counted, coverage_table, pit_bounds_of, score, skill, widening
from datawall.backtesting.scoring import Outcome
from datawall.backtesting.verdicts import remarks, verdicts
from datawall.backtesting.vintage import as_known, data_stock_known
from datawall.caching import code_digest, keep_compiled_programs
from datawall.errors import DatawallError
from datawall.scenario.widening import widened


def groups_of(
    plan: BacktestPlan, ledger: Ledger, outcomes: Mapping[ForecastQuestion, Outcome | None]
) -> tuple[dict[str, xr.Dataset], dict[str, list[str]]]:
    """Return the groups of a backtest except `reference` and `revision`, and sentences on the main scenario.

    The sentences are ``verdicts``, which judge, and ``remarks``. An outcome is None while it is
    unresolved.
    """
    scored = {who: score(answers, outcomes) for who, answers in ledger.answers.items()}
    groups = {"questions": score({}, outcomes).coords.to_dataset().drop_vars("level").reset_coords()}
    groups |= {f"forecasts/{who}": one.drop_vars(groups["questions"]) for who, one in scored.items()}
    told = {who: one for who, one in scored.items() if counted(one).any()}
    skills = {
        (who, reference): found
        for who, reference in _pairs(plan, told)
        if (found := skill(scored, who, reference, plan.seed))["questions"].any()
    }
    covered = {who: coverage_table(one) for who, one in told.items()}
    groups |= {f"skill/{who}/{reference}": found for (who, reference), found in skills.items()}
    groups |= {f"coverage/{who}": found for who, found in covered.items()}
    groups |= {f"widening/{who}": xr.Dataset(asdict(widening(one, plan.seed))) for who, one in told.items()}
    if plan.first not in told:
        nothing = f"No forecast of {plan.first} can be scored: see what was skipped, and why."
        return groups, {"verdicts": [nothing], "remarks": []}
    own = {reference: found for (who, reference), found in skills.items() if who == plan.first}
    return groups, {
        "verdicts": verdicts(scored, own, plan.first),
        "remarks": remarks(scored[plan.first], ledger.taken_out),
    }


def _pairs(plan: BacktestPlan, forecasters: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    """Yield each pair of forecaster and reference to compare.

    Every forecaster but the baselines is compared with the baselines; the requested scenarios also with
    published ones and with the main one.
    """
    for who in forecasters:
        for reference in forecasters:
            is_published = reference not in (*plan.scenarios, *NAIVE)
            beside = who in plan.scenarios and (is_published or reference == plan.first)
            if who not in (*NAIVE, reference) and (reference in NAIVE or beside):
                yield who, reference


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
    """Forecast from past origins with the evidence known then, and score the forecasts against outcomes.

    Published forecasts answer at their own as-of dates, baselines at every origin. Posteriors are kept in
    the user's cache folder as they are fitted, so that an interrupted run resumes where it stopped.

    Parameters
    ----------
    scenarios
        Names of those that ship, or paths of TOML files; the first is the main one. The baseline by default.
    start, end
        First month, and the last one possible, such as ``"2019-01"``.
    every
        Between two origins: ``"6mo"`` or ``"1y"``.
    horizons
        Forecast horizons, such as ``["6mo", "2y"]``.
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
    return run(plan, progress=progress)


def run(plan: BacktestPlan, parts: Parts | None = None, progress: Progress = lambda *_: None) -> xr.DataTree:
    """Return the results of a backtest; the components are by default the shipped ones."""
    began = time.perf_counter()
    keep_compiled_programs()
    parts = parts or shipped_parts()
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
    groups["questions"]["came"] = "question", [parts.came(question) for question in outcomes]
    ledger.skipped += _untold(ledger, groups)
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
    tree.attrs = plan.request.attributes(_facts(plan, ledger) | sentences, time.perf_counter() - began)
    return tree


def _untold(ledger: Ledger, groups: Mapping[str, xr.Dataset]) -> list[Skip]:
    """Return the forecasters none of whose answers count yet, so that no table shows them."""
    return [
        Skip(who, "", origin, "nothing that it was asked can be told yet")
        for who, answers in ledger.answers.items()
        if f"coverage/{who}" not in groups
        for origin in sorted({question.origin for question in answers})
    ]


def _reference(plan: BacktestPlan, parts: Parts) -> xr.DataTree | Skip:
    """Return the scored rows of published tables, or the reason why our forecast beside them is missing."""
    if not plan.origins[0] <= MID_2024 <= plan.origins[-1]:
        return Skip("baseline", "reference", MID_2024, "mid-2024 is not between the first and last origin")
    try:
        return xr.DataTree(parts.reference(plan.draws, plan.seed))
    except NO_ANSWER as error:
        return Skip("baseline", "reference", MID_2024, str(error))


def _revision(plan: BacktestPlan, parts: Parts, progress: Progress) -> xr.DataTree | Skip:
    """Return the forecast revisions of the main scenario up to its as-of date, or why there are none."""
    known = data_stock_known()
    origins = [origin for origin in plan.origins if origin >= known]
    origins += [plan.as_of] if plan.as_of > plan.origins[-1] else []
    skip = partial(Skip, plan.first, "revision", plan.origins[-1])
    if plan.first not in plan.informed:
        return skip("it uses no evidence")
    if len(origins) < 2:
        return skip(f"it needs two origins after the first figures of the data stock, {known:.2f}")
    try:
        return parts.revision(plan.scenarios[plan.first], origins, plan.draws, plan.seed, progress)
    except NO_ANSWER as error:
        return skip(str(error))


def _facts(plan: BacktestPlan, ledger: Ledger) -> dict[str, Any]:
    """Return the manifest entries of a backtest besides the request."""
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
        "evidence_digest": plan.evidence_digest,
        "skipped": [list(skip) for skip in ledger.skipped],
        "hindsight": _by_origin(ledger.hindsight),
        "taken_out": _by_origin(ledger.taken_out),
        "code_digest": code_digest(),
    }


def _by_origin(found: Mapping[float, set[str]]) -> dict[str, list[str]]:
    return {f"{origin:.3f}": sorted(names) for origin, names in found.items() if names}


_MASS = 0.9
"""Mass of the interval of a widening factor."""
_CLAIMED = 0.8
"""Mass of the intervals to calibrate."""


def calibration_of(tree: xr.DataTree, scenario: str | Path, newest: float) -> dict[str, Any]:
    """Return the widening factor of the main scenario's priors, and the evidence for it.

    The factor is that of the largest run, which the forecast itself produces: other targets come from
    evidence models that it does not use, or concern the same run again. Wider priors do not widen an answer
    in proportion, and do not correct a biased one: so the scenario answers again with priors widened by
    the factor, and the coverage of its intervals is reported.

    Parameters
    ----------
    tree
        As `datawall.backtest` returns it.
    scenario
        The main scenario: its name or path.
    newest
        Date at which the newest evidence became known [decimal year].

    Returns
    -------
    dict
        As `datawall.scenario.widening.write` takes it.

    Raises
    ------
    DatawallError
        If nothing could be scored, or there are too few origins to tell how sure the widening is.
    """
    manifest = json.loads(tree.attrs["manifest"])
    who = manifest["scenarios"][0]
    answers = tree.children["forecasts"].children[who].to_dataset()
    scored = xr.merge([tree.children["questions"].to_dataset(), answers])
    scored = scored.isel(question=counted(scored) & (scored["target"].values == RUNS))
    found = widening(scored, manifest["seed"])
    if not np.isfinite([found.factor, found.low, found.high]).all():
        raise DatawallError(
            f"--write-calibration: the backtest tells no factor for {who} from {scored.sizes['question']} "
            "outcomes; ask at more origins"
        )
    outcomes = _outcomes(scored)
    again = _answers_widened(
        scenario, max(1.0, found.factor), list(outcomes), manifest["draws"], manifest["seed"]
    )
    return {
        **{name: getattr(found, name) for name in ("factor", "low", "high")},
        "mass": _MASS,
        "held": _held(scored),
        "held_widened": _held(score(again, outcomes)),
        "questions": len(outcomes),
        "origins": len(np.unique(scored["origin"].values)),
        "scenario": who,
        "made_by": manifest["command"],
        "newest": newest,
    }


def _outcomes(scored: xr.Dataset) -> dict[ForecastQuestion, Outcome]:
    """Return the outcome of each question about the largest run."""
    names = ("origin", "horizon", "outcome", "window_first", "window_last")
    columns = [scored[name].values.tolist() for name in names]
    return {
        ForecastQuestion(RUNS, "", origin, horizon): Outcome(value, first, last)
        for origin, horizon, value, first, last in zip(*columns, strict=True)
    }


def _answers_widened(
    scenario: str | Path, factor: float, asked: list[ForecastQuestion], draws: int, seed: int
) -> Answers:
    """Return the answers of the scenario with widened priors."""
    answers: dict[ForecastQuestion, np.ndarray] = {}
    for origin in sorted({question.origin for question in asked}):
        known = widened(as_known(scenario, origin).scenario, factor)
        here = [question for question in asked if question.origin == origin]
        answers |= world_forecaster(known, draws, seed)(here)
    return answers


def _held(scored: xr.Dataset) -> float:
    return float(np.mean(scoring.coverage(pit_bounds_of(scored), _CLAIMED)))
