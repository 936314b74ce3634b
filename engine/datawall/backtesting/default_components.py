"""Default components of a backtest."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import xarray as xr

from datawall.backtesting.baselines import drift, persistence, trend
from datawall.backtesting.components import ForecastSource, Parts, Progress, ScenarioForecaster
from datawall.backtesting.evidence_forecasters import module_forecaster, name_forecaster
from datawall.backtesting.outcomes import came, questions_at, resolve
from datawall.backtesting.published_tables import reference_rows
from datawall.backtesting.questions import BY_NAME, DRIFT, PERSISTENCE, TARGETS, TREND, Forecaster
from datawall.backtesting.revision import DRAWS_OF_MEDIANS, revision
from datawall.backtesting.scenario_forecaster import WORLD_TARGETS, world_forecaster
from datawall.backtesting.vintage import as_known, published

BY_MODULES = tuple(target for target in TARGETS if target not in (*WORLD_TARGETS, BY_NAME))


def _world(name_or_path: str | Path, origin: float, draws: int, seed: int) -> ScenarioForecaster:
    known = as_known(name_or_path, origin)
    return ScenarioForecaster(world_forecaster(known.scenario, draws, seed), known.hindsight, known.taken_out)


def _modules(draws: int, seed: int) -> list[ForecastSource]:
    found = [ForecastSource((target,), module_forecaster(target, draws, seed)) for target in BY_MODULES]
    return [*found, ForecastSource((BY_NAME,), name_forecaster(draws, seed))]


def _naive(draws: int, seed: int) -> Mapping[str, Forecaster]:
    return {PERSISTENCE: persistence, TREND: trend(draws, seed), DRIFT: drift(draws, seed)}


def _revision(
    name: str | Path, origins: Sequence[float], draws: int, seed: int, progress: Progress
) -> xr.DataTree:
    return revision(name, origins, max(draws, DRAWS_OF_MEDIANS), seed, progress)


PARTS = Parts(
    questions_at=questions_at,
    resolve=resolve,
    came=came,
    world=_world,
    modules=_modules,
    naive=_naive,
    published=published,
    reference=reference_rows,
    revision=_revision,
)
