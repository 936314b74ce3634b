"""Calibration from a backtest: the widening factor of forecasts."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from datawall.backtesting import scoring
from datawall.backtesting.questions import Answers, ForecastQuestion
from datawall.backtesting.scenario_forecaster import RUNS, world_forecaster
from datawall.backtesting.scores import counted, pit_bounds_of, score, widening
from datawall.backtesting.scoring import Outcome
from datawall.backtesting.vintage import as_known
from datawall.errors import DatawallError
from datawall.scenario.widening import widened

MASS = 0.9
"""Mass of the interval of a widening factor."""
CLAIMED = 0.8
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
        "mass": MASS,
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
    return float(np.mean(scoring.coverage(pit_bounds_of(scored), CLAIMED)))
