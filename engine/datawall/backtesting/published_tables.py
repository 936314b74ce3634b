"""Published tables of mid-2024, scored row by row beside our own forecasts."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import xarray as xr

from datawall.backtesting.evidence_forecasters import name_forecaster
from datawall.backtesting.outcomes import seen_so_far
from datawall.backtesting.plan import MID_2024
from datawall.backtesting.questions import BY_COMPUTE, BY_NAME, Answers, ForecastQuestion
from datawall.backtesting.records import series_of, threshold
from datawall.backtesting.scenario_forecaster import DATED_YEARS, world_forecaster
from datawall.backtesting.scoring import crps
from datawall.backtesting.vintage import as_known
from datawall.scaling_laws.generations import TABLES

_SCENARIO = "baseline"
_QUANTILES = {"q10": 0.1, "q50": 0.5, "q90": 0.9}


def reference_rows(draws: int = 4000, seed: int = 0) -> xr.Dataset:
    """Score each row of the tables of mid-2024, by name and by compute, beside our forecast as of then.

    By name a row has come true with the first flagship of OpenAI whose version number is at least the row's
    index; by compute, with the release of the first run whose compute is known to be at least GPT-4's times a
    hundred for each unit of index above 4. The two are never mixed.

    Parameters
    ----------
    draws, seed
        Of our own forecast: the baseline as it would have been believed in June 2024.

    Returns
    -------
    Dataset
        Along ``row``; WAY is ``name`` or ``compute``, dates are decimal years:

        - ``table``, ``index``, ``predicted``: which table, which generation, and the deployment it states;
        - ``WAY_state``: ``"happened"`` or ``"open"``;
        - ``WAY_outcome``: when it happened; of an open row, until when it was watched for;
        - ``WAY_error``: predicted minus outcome [years], negative where the table was too early; of an open
          row an upper bound, for the outcome is later still;
        - ``our_WAY_q10``, ``our_WAY_q50``, ``our_WAY_q90``: quantiles of our forecast, inf for never;
        - ``crps_WAY``, ``our_crps_WAY``: the score of the table's date and of our forecast [years], seen
          through the window from June 2024 until when the row was watched for.

    Raises
    ------
    DatawallError
        If the evidence cannot be used, or a posterior of June 2024 cannot be trusted.
    """
    rows: list[dict[str, Any]] = [
        {"table": name, "index": index, "predicted": release}
        for name, table in TABLES.items()
        for index, release in zip(table.index, table.release, strict=True)
    ]
    indices = [row["index"] for row in rows]
    by_name, by_compute = (_questions(target, indices) for target in (BY_NAME, BY_COMPUTE))
    ours = _name_answers(by_name, draws, seed) | dict(_compute_answers(by_compute, draws, seed))
    for row, name, compute in zip(rows, by_name, by_compute, strict=True):
        row |= _scored("name", name, row["predicted"], ours)
        row |= _scored("compute", compute, row["predicted"], ours)
    return xr.Dataset({name: ("row", [row[name] for row in rows]) for name in rows[0]})


def _questions(target: str, indices: Sequence[float]) -> list[ForecastQuestion]:
    return [ForecastQuestion(target, f"GPT-{index:g}", MID_2024, DATED_YEARS) for index in indices]


def _scored(way: str, question: ForecastQuestion, predicted: float, ours: Answers) -> dict[str, Any]:
    """Return the outcome of one row by one criterion, with the scores of its date and of our draws."""
    outcome = seen_so_far(question)
    assert outcome is not None, "a date is told once it was watched for after the origin"
    seen = float(outcome.seen(outcome.value))
    quantiles = np.quantile(ours[question], list(_QUANTILES.values()), method="inverted_cdf")
    return {
        f"{way}_state": "open" if outcome.open else "happened",
        f"{way}_outcome": seen,
        f"{way}_error": predicted - seen,
        **{f"our_{way}_{name}": value for name, value in zip(_QUANTILES, quantiles, strict=True)},
        f"crps_{way}": crps(np.array([predicted]), outcome),
        f"our_crps_{way}": crps(ours[question], outcome),
    }


def _compute_answers(questions: Sequence[ForecastQuestion], draws: int, seed: int) -> Answers:
    return world_forecaster(as_known(_SCENARIO, MID_2024).scenario, draws, seed)(questions)


def _name_answers(
    questions: Sequence[ForecastQuestion], draws: int, seed: int
) -> dict[ForecastQuestion, np.ndarray]:
    """Return draws of the date of each version number.

    The forecast is about whole numbers; one between two of them comes in proportion between their dates, or
    between the origin and the later one where the earlier one is out.
    """
    versions = {question: threshold(BY_NAME, question.item) for question in questions}
    newest = np.floor(series_of(BY_NAME, as_of=MID_2024).record(MID_2024))
    whole = np.arange(newest, np.ceil(max(versions.values())) + 1.0)
    coming = _questions(BY_NAME, whole[1:])
    foreseen = name_forecaster(draws, seed)(coming)
    dates = np.stack([np.full(draws, MID_2024), *(foreseen[question] for question in coming)])

    def between(version: float) -> np.ndarray:
        place = int(np.searchsorted(whole, version)) - 1
        share = version - whole[place]
        return (1.0 - share) * dates[place] + share * dates[place + 1]

    return {question: between(version) for question, version in versions.items()}
