"""A backtest that needs no model: the tree of one, with plausible answers and every kind of outcome."""

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import xarray as xr

from datawall.backtesting.backtest import groups_of
from datawall.backtesting.plan import make_plan
from datawall.backtesting.questions import ForecastQuestion
from datawall.backtesting.scenario_forecaster import WORLD_TARGETS
from datawall.backtesting.schedule import Ledger
from datawall.backtesting.scoring import Outcome
from datawall.reporting import products
from datawall.units import date_of

ORIGINS = tuple(np.arange(2019.5, 2026.6, 1.0).tolist())
HORIZONS = (0.5, 1.0, 2.0, 4.0)
NOW, TOLD_UNTIL = 2026.9, 2025.6
DRAWS = 400
LEVELS = {"largest_run": (23.4, 0.62), "training_set": (11.5, 0.45), "price": (1.5, -0.6)}
"""log10 of each amount in 2019, and how it grows [1/year]."""
DATES = {
    ("first_above", "1e+25"): 2022.2,
    ("first_above", "1e+26"): 2025.1,
    ("first_above", "1e+27"): np.inf,
    ("release_by_compute", "GPT-4.5"): 2025.16,
    ("release_by_compute", "GPT-5"): np.inf,
    ("release_by_name", "GPT-4"): 2023.2,
    ("release_by_name", "GPT-5"): 2025.6,
    ("release_by_name", "GPT-6"): np.inf,
}
SPREADS = {"baseline": 0.35, "persistence": 0.3, "trend": 0.2}
"""How wide the answers of each forecaster are."""
PUBLISHED = {"seed2024": 2024.5, "epoch2030": 2024.5}
"""The origin of each published forecast."""
PLAN = make_plan(start="2019-07", end="2026-07", every="1y", draws=DRAWS)
MANIFEST = {
    "kind": "backtest",
    "options": PLAN.request.options,
    "command": PLAN.request.command,
    "scenarios": ["baseline"],
    "scenario_digests": {"baseline": "0f3a"},
    "start": "2019-07",
    "end": "2026-07",
    "every": "1y",
    "horizons": ["6mo", "1y", "2y", "4y"],
    "draws": DRAWS,
    "seed": 0,
    "skipped": [
        ["baseline", "price", origin, f"price: no figure was known by {date_of(origin)}; ask later"]
        for origin in ORIGINS[:4]
    ]
    + [["trend", "release_by_name", 2019.5, "need two flagships, one was <known> & told"]]
    + [["villalobos2024", "", 2018.5, "its as-of date is not between the first and last origin"]],
    "hindsight": {"2019.5000": ["data.stock", "mfu"], "2020.5000": ["mfu"], "2021.5000": ["mfu"]},
    "verdicts": [
        "The 80 % intervals of baseline hold 71 % of 96 outcomes.",
        "On the largest run, the CRPS is above that of <trend>.",
    ],
    "remarks": ["Of 99 questions, 3 cannot be told yet."],
    "taken_out": {"2019.5000": ["power", "slowdown"], "2020.5000": ["power"]},
    "code_digest": "0123456789abcdef",
    "versions": {"datawall": "0.1.0", "jax": "0.12.0.1"},
}


def write(found: xr.DataTree, folder: Path) -> Path:
    """Write a backtest to a folder as `datawall backtest` does, and return the folder."""
    products.BACKTEST.save(found, folder)
    return folder


def tree(*, told: bool = True) -> xr.DataTree:
    """Return the tree of a backtest, in which something came, or nothing that could be told yet."""
    outcomes = {question: _outcome(question) if told else None for question in _questions()}
    answers = {who: _answers(who, list(outcomes)) for who in (*SPREADS, *PUBLISHED)}
    groups, _ = groups_of(PLAN, Ledger(answers=answers), outcomes)
    came = [DATES.get((one.target, one.item), np.nan) if told else np.inf for one in outcomes]
    groups["questions"]["came"] = "question", came
    groups |= {"reference": _reference()} | _revision()
    return xr.DataTree.from_dict({"/": xr.Dataset(attrs={"manifest": json.dumps(MANIFEST)})} | groups)


def _questions() -> Iterator[ForecastQuestion]:
    for origin in ORIGINS:
        for horizon in HORIZONS:
            yield from (ForecastQuestion(target, "", origin, horizon) for target in LEVELS)
            for (target, item), date in DATES.items():
                question = ForecastQuestion(target, item, origin, horizon)
                if origin < min(date, _watched(question)):
                    yield question


def _watched(question: ForecastQuestion) -> float:
    """Return until when a date was watched."""
    return min(question.until, TOLD_UNTIL if question.target in WORLD_TARGETS else NOW)


def _outcome(question: ForecastQuestion) -> Outcome | None:
    if question.target in LEVELS:
        if question.until > NOW:
            return None
        value = _level(question, min(question.until, TOLD_UNTIL)) + 0.3 * np.sin(5.0 * question.until)
        if question.target in WORLD_TARGETS and question.until > TOLD_UNTIL:
            return Outcome(np.inf, last=value)
        return Outcome(value)
    date, last = DATES[question.target, question.item], _watched(question)
    return Outcome(date if date <= last else np.inf, question.origin, last)


def _level(question: ForecastQuestion, date: float) -> float:
    start, growth = LEVELS[question.target]
    return start + growth * (date - 2019.0)


def _answers(who: str, questions: list[ForecastQuestion]) -> dict[ForecastQuestion, np.ndarray]:
    """Return what a forecaster says, the more widely spread the further ahead it looks."""
    rng = np.random.default_rng(len(who))
    found = {}
    for question in questions:
        if who in PUBLISHED and (question.origin != PUBLISHED[who] or question.target not in WORLD_TARGETS):
            continue
        spread = SPREADS.get(who, 0.25) * rng.standard_normal(DRAWS)
        if question.target in LEVELS:
            date = question.origin if who == "persistence" else question.until
            found[question] = _level(question, date) + np.sqrt(question.horizon) * spread
        else:
            date = min(DATES[question.target, question.item], 2027.5) + (0.8 if who == "trend" else -0.2)
            ahead = max(date - question.origin, 0.3) * np.exp(2.0 * spread)
            found[question] = np.where(ahead > 9.0, np.inf, question.origin + ahead)
    return found


def _reference() -> xr.Dataset:
    """Return the rows of two tables of 2024, by name and by compute."""
    index = np.array([5.0, 5.5, 6.0, 5.0, 5.5, 6.0])
    predicted = 2025.0 + 1.5 * (index - 5.0) + np.repeat([0.0, 0.4], 3)
    columns: dict = {"table": np.repeat(["uncapped", "capped"], 3), "index": index, "predicted": predicted}
    for clock, outcome in (("name", np.tile([2025.6, np.inf, np.inf], 2)), ("compute", np.full(6, np.inf))):
        seen = np.minimum(outcome, NOW if clock == "name" else TOLD_UNTIL)
        columns |= {
            f"{clock}_outcome": seen,
            f"{clock}_state": np.where(np.isfinite(outcome), "happened", "open"),
            f"{clock}_error": predicted - seen,
            f"our_{clock}_q10": predicted - 0.8,
            f"our_{clock}_q50": predicted + 0.7,
            f"our_{clock}_q90": np.where(index > 5.5, np.inf, predicted + 3.0),
            f"crps_{clock}": np.abs(predicted - seen),
            f"our_crps_{clock}": 0.7 * np.abs(predicted - seen),
        }
    return xr.Dataset({name: ("row", values) for name, values in columns.items()})


def _revision() -> dict[str, xr.Dataset]:
    """Return how an answer moved from origin to origin, and what moved it."""
    outputs, modules, since = ["wall.tokens[1]", "release.raw[6]"], ["compute", "hardware"], ORIGINS[:-1]
    middle = np.stack([2030.0 - 0.15 * (np.array(ORIGINS) - 2019.0)] * 2, axis=1)
    dates = middle[..., None] + np.array([-2.0, -1.0, 0.0, 1.5, 3.5])
    dates[:2, :, 2:] = np.inf
    share = ("origin", "output"), np.full(middle.shape, 0.1)
    levels = {"date": (("origin", "output", "quantile"), dates), "p_past": share, "p_never": share}
    quantiles = xr.Dataset(
        levels, {"origin": list(ORIGINS), "output": outputs, "quantile": [0.1, 0.25, 0.5, 0.75, 0.9]}
    )
    dims, shape = ("pair", "output", "module"), (len(since), len(outputs), len(modules))
    shift = np.random.default_rng(0).normal(0.0, 0.3, shape)
    shift[5:], shift[:2] = 0.0, np.nan
    news = np.full((len(since), len(modules)), "Model <A>, Model B, ... (7 rows)")
    moves = xr.Dataset(
        {
            "shift": (dims, shift),
            "shift_mcse": (dims, np.where(shift == 0.0, 0.0, 0.04)),
            "probability_shift": (dims, np.nan_to_num(shift, nan=-0.02) / 10.0),
            "probability_shift_mcse": (dims, np.full(shape, 0.004)),
            "evidence": (("pair", "module"), news),
        },
        {
            "output": outputs,
            "module": modules,
            "since": ("pair", list(since)),
            "until": ("pair", list(ORIGINS[1:])),
        },
    )
    return {"revision/quantiles": quantiles, "revision/moves": moves}
