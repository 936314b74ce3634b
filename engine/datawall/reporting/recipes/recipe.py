"""Recipe files: their schema, and the runs, backtests and fits made from them."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, ValidationError, model_validator

from datawall import files
from datawall.arguments import DRAWS, LARGEST_SEED, MOST_DRAWS, SAMPLER, SAMPLERS
from datawall.backtesting.questions import DRAWS as BACKTEST_DRAWS
from datawall.backtesting.questions import END, EVERY, HORIZONS, SCENARIOS, START
from datawall.inference.models import HOMES
from datawall.reporting.products import save
from datawall.scenario.files import read_source
from datawall.validation import Closed, Moment, Text, check, first_problem, one_of, version, wrong

VERSION = 1


Whole = Annotated[int, Field(strict=True)]
Seed = Annotated[Whole, check(lambda n: 0 <= n <= LARGEST_SEED, f"need 0 to {LARGEST_SEED}", "choose one")]
Draws = Annotated[Whole, check(lambda n: 1 <= n <= MOST_DRAWS, "need 1 to 2^44", "give another number")]


class _RunTable(Closed):
    """``[[runs]]``: a forecast, as the options of ``datawall forecast`` describe it."""

    scenario: Text
    draws: Draws = DRAWS
    seed: Seed = 0
    sampler: Annotated[str, one_of(SAMPLERS)] = SAMPLER
    as_of: Moment | None = None
    set_: dict[str, Any] = Field(default_factory=dict, alias="set")


class _FitTable(Closed):
    """``[[fits]]``: a module of inference, on the evidence that ships."""

    module: Annotated[str, one_of(HOMES)]
    seed: Seed = 0


class _BacktestTable(Closed):
    """``[[backtests]]``: past forecasts and their scores, as `datawall.backtest` takes them."""

    scenarios: tuple[Text, ...] = SCENARIOS
    start: Text = START
    end: Text = END
    every: Text = EVERY
    horizons: tuple[Text, ...] = HORIZONS
    draws: Draws = BACKTEST_DRAWS
    seed: Seed = 0


class _RecipeFile(Closed):
    """Schema of a recipe file.

    Attributes
    ----------
    title
        Title of the page.
    to
        The folder of the page, relative to that of the recipe.
    runs, backtests, fits
        Products that the page shows.
    """

    schema_: Annotated[int, version(VERSION)] = Field(alias="schema")
    title: Text
    to: Text
    runs: tuple[_RunTable, ...] = ()
    backtests: tuple[_BacktestTable, ...] = ()
    fits: tuple[_FitTable, ...] = ()

    @model_validator(mode="after")
    def _shows_something(self) -> "_RecipeFile":
        if not (self.runs or self.backtests or self.fits):
            raise wrong("need [[runs]], [[backtests]] or [[fits]]", None, "say what the page shows", "runs")
        return self


KIND = ".toml"


@dataclass(frozen=True)
class Recipe:
    """Recipe and its path."""

    path: Path
    file: _RecipeFile

    @property
    def target(self) -> Path:
        """Folder of the page."""
        return self.path.parent / self.file.to


def read_recipe(path: Path) -> Recipe:
    """Read and validate a recipe.

    Raises
    ------
    ScenarioError
        At the first mistake: file, line, key, value, what is expected and what to do.
    """
    source = read_source(path, path.name)
    try:
        return Recipe(path, _RecipeFile.model_validate(source.tables))
    except ValidationError as error:
        problem = first_problem(error, source.tables)
        raise source.error(problem.path, problem.message) from None


def prepare(recipe: Recipe, draws: int | None = None) -> list[Path]:
    """Make the runs, backtests and fits of a recipe that are missing.

    Parameters
    ----------
    recipe
        The recipe.
    draws
        Number of draws of each run, in place of that of the recipe.

    Returns
    -------
    list
        The folders of the runs and of the backtests, then the files of the fits.
    """
    beside = recipe.path.parent
    runs = [_run(table, beside, draws or table.draws) for table in recipe.file.runs]
    backtests = [_backtest(table, beside) for table in recipe.file.backtests]
    return [*runs, *backtests, *map(_fit, recipe.file.fits)]


def _run(table: _RunTable, beside: Path, draws: int) -> Path:
    from datawall.forecasting import forecast  # loads JAX, so imported after the recipe is checked
    from datawall.forecasting.plan import make_plan
    from datawall.inference.scenario_with_evidence import load_scenario

    scenario = load_scenario(_found(table.scenario, beside), table.set_, table.as_of)
    plan = make_plan(scenario, draws=draws, seed=table.seed, sampler=table.sampler)
    folder = plan.request.folder
    if not _is_complete(folder):
        files.prepare(folder)
        save(forecast.run(plan), folder)
    return folder


def _found(scenario: str, beside: Path) -> str | Path:
    """Return the name of a shipped scenario, or the path of a scenario beside the recipe."""
    return beside / scenario if scenario.endswith(KIND) else scenario


def _is_complete(folder: Path) -> bool:
    """Return whether the run is finished; its manifest is written last."""
    try:
        return not json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["partial"]
    except (OSError, ValueError, KeyError):
        return False


def _backtest(table: _BacktestTable, beside: Path) -> Path:
    from datawall.backtesting import backtest
    from datawall.backtesting.plan import make_plan

    scenarios = [_found(name, beside) for name in table.scenarios]
    plan = make_plan(scenarios, **table.model_dump(exclude={"scenarios"}))
    folder = plan.request.folder
    if not (folder / "manifest.json").is_file():  # it is written last
        files.prepare(folder)
        save(backtest.run(plan), folder)
    return folder


def _fit(table: _FitTable) -> Path:
    from datawall.inference import fit_by_name

    plan = fit_by_name.make_plan(table.module, seed=table.seed)
    file = plan.request.folder / f"{table.module}.nc"
    if not _is_current(file, table.module):
        files.prepare(file.parent)
        save(fit_by_name.run(plan), file.parent)
    return file


def _is_current(file: Path, module: str) -> bool:
    """Return whether a saved fit used the current evidence."""
    from datawall.inference.fit import evidence_digest
    from datawall.inference.models import MODULES

    if not file.is_file():
        return False
    try:
        summary = json.loads(file.with_suffix(".json").read_text(encoding="utf-8"))
        return summary["manifest"]["evidence_digest"] == evidence_digest(MODULES[module].load(None, ()))
    except (OSError, ValueError, KeyError):
        return False
