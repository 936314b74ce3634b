"""Scores of a forecaster's answers and their summaries: skill, coverage and widening factor."""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import xarray as xr

from datawall.backtesting import scoring
from datawall.backtesting.questions import TARGETS, Answers, ForecastQuestion
from datawall.backtesting.scoring import Outcome, Widening

LEVELS = (0.005, 0.025, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.975, 0.995)
"""Levels of the quantiles stored for each answer."""

MASSES = (0.5, 0.8, 0.95)
"""Masses of the central intervals whose coverage is counted."""

_RESOLUTION = {"level": 0.1, "date": 0.25}
"""Resolution of the log score by kind: a tenth of an order of magnitude, a quarter of a year."""

_FOREGONE = 0.01
"""Probability in the window below which, or above 1 minus which, a date is a foregone conclusion."""

_BLOCK = 2.0
"""Length of the blocks of origins that are resampled together [years]."""

_RESAMPLES = 1000
"""Resamples of a block bootstrap."""

DESCRIPTIONS = {
    "crps": "continuous ranked probability score, in orders of magnitude or years",
    "log_score": "minus the log of the probability of what happened, to 0.1 orders of magnitude or a quarter",
    "brier": "squared error of the probability that a date comes by window_last",
    "pit_low": "probability of less than what happened",
    "pit_high": "probability of at most what happened",
    "width80": "width of the 80 % interval inside the window, in orders of magnitude or years",
}


def score(answers: Answers, outcomes: Mapping[ForecastQuestion, Outcome | None]) -> xr.Dataset:
    """Return the quantiles and scores of each answer of one forecaster; a question may lack one.

    Parameters
    ----------
    answers
        Draws by question.
    outcomes
        Outcome of every question, in the order of the dataset; None where it is unresolved.

    Returns
    -------
    Dataset
        Over ``question``: ``quantile`` (also over ``level``) and the variables of `DESCRIPTIONS`; nan where
        the answer or the outcome is missing. Its coordinates describe the questions: ``target``, ``item``,
        ``origin``, ``horizon``, ``outcome``, ``window_first``, ``window_last`` and ``state``.
    """
    nothing = dict.fromkeys(DESCRIPTIONS, np.nan)
    rows, quantiles = [], np.full((len(outcomes), len(LEVELS)), np.nan)
    for index, (question, outcome) in enumerate(outcomes.items()):
        draws = answers.get(question)
        if draws is not None:
            quantiles[index] = np.quantile(draws, LEVELS, method="inverted_cdf")
        rows.append(nothing if draws is None or outcome is None else _scores(draws, outcome, question))
    columns = {
        name: xr.Variable("question", [row[name] for row in rows], {"description": description})
        for name, description in DESCRIPTIONS.items()
    }
    quantile = xr.Variable(
        ("question", "level"), quantiles, {"description": "log10 or decimal year; inf is never"}
    )
    return xr.Dataset({"quantile": quantile, **columns}, {"level": list(LEVELS), **_questions(outcomes)})


def _scores(draws: np.ndarray, outcome: Outcome, question: ForecastQuestion) -> dict[str, float]:
    kind = TARGETS[question.target].kind
    low, high = scoring.pit_bounds(draws, outcome)
    by_last = float(np.mean(draws <= outcome.last))
    return {
        "crps": scoring.crps(draws, outcome),
        "log_score": scoring.log_score(draws, outcome, _RESOLUTION[kind]),
        "brier": scoring.brier(by_last, not outcome.open) if kind == "date" else np.nan,
        "pit_low": low,
        "pit_high": high,
        "width80": scoring.width(draws, outcome, 0.8),
    }


def _questions(outcomes: Mapping[ForecastQuestion, Outcome | None]) -> dict[str, xr.Variable]:
    fields = {
        name: [getattr(question, name) for question in outcomes]
        for name in ("target", "item", "origin", "horizon")
    }
    told = list(outcomes.values())
    fields["outcome"] = [np.nan if one is None else one.value for one in told]
    fields["window_first"] = [-np.inf if one is None else one.first for one in told]
    fields["window_last"] = [np.inf if one is None else one.last for one in told]
    fields["state"] = ["unresolved" if one is None else "open" if one.open else "happened" for one in told]
    return {name: xr.Variable("question", values) for name, values in fields.items()}


def counted(scored: xr.Dataset) -> np.ndarray:
    """Return the mask of answers that count in averages: all scored ones except open levels.

    An open date is observed in a window that was set beforehand, and can count for a forecast as well as
    against it. An open level, at least its last record, counts only against forecasts below it.
    """
    floors = of_kind(scored, "level") & (scored["state"].values == "open")
    return scored["crps"].notnull().values & ~floors


def of_kind(scored: xr.Dataset, kind: str) -> np.ndarray:
    """Return the mask of questions about a kind of target."""
    return np.array([TARGETS[str(target)].kind == kind for target in scored["target"].values], bool)


def _in_question(scored: xr.Dataset) -> np.ndarray:
    """Return the mask of dates whose probability in their window was neither near 0 nor near 1.

    Forecasts of the other dates are as good as right whatever happens, and would hide these in an average.
    """
    miss = np.sqrt(scored["brier"].values)
    chance = np.where(scored["state"].values == "open", miss, 1.0 - miss)
    return (chance > _FOREGONE) & (chance < 1.0 - _FOREGONE)


def held(scored: xr.Dataset, kind: str, horizon: float, mass: float = 0.8) -> tuple[float, int]:
    """Return the coverage of central intervals at a horizon [years], and the number of questions that count.

    It is that of amounts (kind ``"level"``), or of the dates in question (``"date"``); nan without any.
    """
    these = counted(scored) & of_kind(scored, kind) & (scored["horizon"].values == horizon)
    bounds = pit_bounds_of(scored)[these & _in_question(scored) if kind == "date" else these]
    return (float(np.mean(scoring.coverage(bounds, mass))) if len(bounds) else np.nan), len(bounds)


def skill(scored: Mapping[str, xr.Dataset], who: str, reference: str, seed: int = 0) -> xr.Dataset:
    """Return the CRPS skill of a forecaster against a reference, over common questions.

    Parameters
    ----------
    scored
        Of `score`, by forecaster, all over the same questions.
    who, reference
        Two of them.
    seed
        Of the bootstrap.

    Returns
    -------
    Dataset
        Over ``target`` and ``horizon`` (0: all together): ``crps``, ``crps_reference``, ``skill`` (1 - their
        ratio), ``questions``, and ``error``, the standard error of the skill by a block bootstrap over
        origins (nan where the origins do not fill two blocks of two years).
    """
    ours, theirs = scored[who], scored[reference]
    common = counted(ours) & counted(theirs)
    targets = [name for name in TARGETS if name in ours["target"].values]
    table = _table(("crps", "crps_reference", "skill", "questions", "error"), ours, {"target": targets})
    for cell, asked in _cells(table, ours):
        these = common & asked
        table["questions"].loc[cell] = these.sum()
        if not these.any():
            continue
        pair = np.stack([ours["crps"].values[these], theirs["crps"].values[these]], axis=1)
        weights = scoring.block_weights(ours["origin"].values[these], _BLOCK, _RESAMPLES, seed)
        table["crps"].loc[cell], table["crps_reference"].loc[cell] = pair.mean(axis=0)
        table["skill"].loc[cell] = _skill(pair.sum(axis=0))
        table["error"].loc[cell] = np.std(_skill(weights @ pair))
    return table


def _skill(pair: np.ndarray) -> np.ndarray:
    """Return the skill score, 1 - ratio of two scores; nan if the reference was always right."""
    ours, theirs = pair[..., 0], pair[..., 1]
    return 1.0 - np.divide(ours, theirs, out=np.full(ours.shape, np.nan), where=theirs != 0.0)


def coverage_table(scored: xr.Dataset) -> xr.Dataset:
    """Return the coverage of central intervals by mass, target and horizon.

    Returns
    -------
    Dataset
        Over ``mass``, ``horizon`` (0: all together) and ``target`` (empty: all together): ``coverage``, nan
        where there is no outcome, and ``questions``.
    """
    counts, bounds = counted(scored), pit_bounds_of(scored)
    targets = ["", *(name for name in TARGETS if name in scored["target"].values)]
    table = _table(("coverage", "questions"), scored, {"mass": list(MASSES), "target": targets})
    for cell, asked in _cells(table, scored):
        these = counts & asked
        table["questions"].loc[cell] = these.sum()
        if these.any():
            table["coverage"].loc[cell] = np.mean(scoring.coverage(bounds[these], cell["mass"]))
    return table


def widening(scored: xr.Dataset, seed: int) -> Widening:
    """Return the widening factor at which 80 % intervals hold 80 % of the outcomes.

    Its interval is that of a block bootstrap over origins.
    """
    counts = counted(scored)
    weights = scoring.block_weights(scored["origin"].values[counts], _BLOCK, _RESAMPLES, seed)
    return scoring.widening_factor(pit_bounds_of(scored)[counts], weights)


def pit_bounds_of(scored: xr.Dataset) -> np.ndarray:
    """Return the PIT bounds of each forecast, shape (questions, 2)."""
    return np.stack([scored["pit_low"].values, scored["pit_high"].values], axis=1)


def _table(names: Sequence[str], scored: xr.Dataset, dims: dict[str, list]) -> xr.Dataset:
    """Return empty variables over some dimensions and ``horizon``."""
    coords = dims | {"horizon": [0.0, *np.unique(scored["horizon"].values)]}
    shape = tuple(len(values) for values in coords.values())
    empty = {name: (tuple(coords), np.full(shape, np.nan)) for name in names if name != "questions"}
    return xr.Dataset(empty | {"questions": (tuple(coords), np.zeros(shape, int))}, coords)


def _cells(table: xr.Dataset, scored: xr.Dataset) -> Iterator[tuple[dict[str, Any], np.ndarray]]:
    """Yield the labels of each cell of a table, and the mask of its questions."""
    target, horizon = scored["target"].values, scored["horizon"].values
    dims = [str(dim) for dim in table.dims]
    for labels in itertools.product(*(table[dim].values.tolist() for dim in dims)):
        cell = dict(zip(dims, labels, strict=True))
        of_target = (target == cell["target"]) | (cell["target"] == "")
        yield cell, of_target & ((horizon == cell["horizon"]) | (cell["horizon"] == 0.0))
