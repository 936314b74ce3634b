"""Components of a backtest, each replaceable on its own."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import xarray as xr

from datawall.backtesting.questions import Forecaster, ForecastQuestion
from datawall.backtesting.scoring import Outcome

type Progress = Callable[[int, int], None]
"""Called with what is done and all there is to do."""


@dataclass(frozen=True)
class ForecastSource:
    """A forecaster, and the targets that it is asked about."""

    targets: tuple[str, ...]
    forecaster: Forecaster


class ScenarioForecaster(NamedTuple):
    """Forecaster of runs from a scenario at an origin.

    Attributes
    ----------
    forecaster
        Answers about what is known of its runs.
    hindsight
        The inputs whose priors rest on what came later.
    taken_out
        What limits its runs but was stated later, so that it takes no part.
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
        ``questions_at(origin, horizons)``: what is asked at an origin.
    resolve
        What happened; None where that cannot be told yet.
    came
        When something came by what is known today, in whichever window; inf where it has not.
    world
        ``world(name_or_path, origin, draws, seed)``: a scenario as it would have been believed at an origin.
    modules
        ``modules(draws, seed)``: models of evidence, for the other targets.
    naive
        ``naive(draws, seed)``: simple forecasters by name.
    published
        As-of dates of published forecasts, by the names of their scenarios.
    reference
        ``reference(draws, seed)``: rows of published tables beside what happened.
    revision
        ``revision(name, origins, draws, seed, progress)``: how the answers of a scenario moved.
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
