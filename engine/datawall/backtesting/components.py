"""Components of a backtest, each replaceable on its own."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import xarray as xr

from datawall.backtesting.questions import Forecaster, ForecastQuestion
from datawall.backtesting.scoring import Outcome

type Progress = Callable[[int, int], None]
"""Progress callback, called with the steps done and their total."""


@dataclass(frozen=True)
class ForecastSource:
    """A forecaster and the targets that it answers about."""

    targets: tuple[str, ...]
    forecaster: Forecaster


class ScenarioForecaster(NamedTuple):
    """Forecaster of runs from a scenario at an origin.

    Attributes
    ----------
    forecaster
        Answers questions about the published figures of its runs.
    hindsight
        The inputs whose priors rest on information from after the origin.
    taken_out
        The ceilings, and ``"slowdown"``, that were stated after the origin and are left out.
    """

    forecaster: Forecaster
    hindsight: Sequence[str] = ()
    taken_out: Sequence[str] = ()


@dataclass(frozen=True)
class Parts:
    """Components of a backtest.

    Attributes
    ----------
    questions_at
        ``questions_at(origin, horizons)``: the questions of an origin.
    resolve
        The outcome of a question; None while it is unresolved.
    came
        The date of an event by the evidence of today, regardless of the window; inf if it has not happened.
    world
        ``world(name_or_path, origin, draws, seed)``: the vintage of a scenario at an origin.
    modules
        ``modules(draws, seed)``: forecasters from evidence models, for the other targets.
    naive
        ``naive(draws, seed)``: baseline forecasters by name.
    published
        As-of dates of published forecasts, by the names of their scenarios.
    reference
        ``reference(draws, seed)``: rows of published tables beside the outcomes.
    revision
        ``revision(name, origins, draws, seed, progress)``: the forecast revisions of a
        scenario.
    """

    questions_at: Callable[[float, Sequence[float]], Sequence[ForecastQuestion]]
    resolve: Callable[[ForecastQuestion], Outcome | None]
    came: Callable[[ForecastQuestion], float]
    world: Callable[[str | Path, float, int, int], ScenarioForecaster]
    modules: Callable[[int, int], Sequence[ForecastSource]]
    naive: Callable[[int, int], Mapping[str, Forecaster]]
    published: Callable[[], Mapping[str, float]]
    reference: Callable[[int, int], xr.Dataset]
    revision: Callable[[str | Path, Sequence[float], int, int, Progress], xr.DataTree]
