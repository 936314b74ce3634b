"""Recipes: reports made from TOML files, and galleries made from folders of them."""

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, ValidationError, model_validator

from datawall import files
from datawall.arguments import DRAWS, LARGEST_SEED, MOST_DRAWS, SAMPLER, SAMPLERS
from datawall.backtesting.questions import DRAWS as BACKTEST_DRAWS
from datawall.backtesting.questions import END, EVERY, HORIZONS, SCENARIOS, START
from datawall.errors import DatawallError
from datawall.files import replace_file
from datawall.inference.models import HOMES
from datawall.reporting.products import save
from datawall.reporting.render.page import PAGE, environment
from datawall.reporting.report import build
from datawall.scenario.files import read_source
from datawall.validation import Closed, Moment, Text, check, first_problem, one_of, version, wrong

_VERSION = 1


_Whole = Annotated[int, Field(strict=True)]
_Seed = Annotated[_Whole, check(lambda n: 0 <= n <= LARGEST_SEED, f"need 0 to {LARGEST_SEED}", "choose one")]
_Draws = Annotated[_Whole, check(lambda n: 1 <= n <= MOST_DRAWS, "need 1 to 2^44", "give another number")]


class _RunTable(Closed):
    """``[[runs]]``: a forecast, as the options of ``datawall forecast`` describe it."""

    scenario: Text
    draws: _Draws = DRAWS
    seed: _Seed = 0
    sampler: Annotated[str, one_of(SAMPLERS)] = SAMPLER
    as_of: Moment | None = None
    set_: dict[str, Any] = Field(default_factory=dict, alias="set")


class _FitTable(Closed):
    """``[[fits]]``: a module of inference, on the evidence that ships."""

    module: Annotated[str, one_of(HOMES)]
    seed: _Seed = 0


class _BacktestTable(Closed):
    """``[[backtests]]``: past forecasts and their scores, as `datawall.backtest` takes them."""

    scenarios: tuple[Text, ...] = SCENARIOS
    start: Text = START
    end: Text = END
    every: Text = EVERY
    horizons: tuple[Text, ...] = HORIZONS
    draws: _Draws = BACKTEST_DRAWS
    seed: _Seed = 0


class _RecipeFile(Closed):
    """Schema of a recipe file: title and folder of the page, relative to the recipe, and what it shows."""

    schema_: Annotated[int, version(_VERSION)] = Field(alias="schema")
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


_KIND = ".toml"


@dataclass(frozen=True)
class _Recipe:
    """Recipe and its path."""

    path: Path
    file: _RecipeFile

    @property
    def target(self) -> Path:
        """Folder of the page."""
        return self.path.parent / self.file.to


def read_recipe(path: Path) -> _Recipe:
    """Read and validate a recipe.

    Raises
    ------
    ScenarioError
        At the first mistake: file, line, key, value, what is expected and what to do.
    """
    source = read_source(path, path.name)
    try:
        return _Recipe(path, _RecipeFile.model_validate(source.tables))
    except ValidationError as error:
        problem = first_problem(error, source.tables)
        raise source.error(problem.path, problem.message) from None


def prepare(recipe: _Recipe, draws: int | None = None) -> list[Path]:
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
    return beside / scenario if scenario.endswith(_KIND) else scenario


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


_INDEX = {"index.html": "gallery.html.j2", "README.md": "gallery.md.j2"}
"""Files of an index, and the templates that write them."""


def make(path: Path, draws: int | None = None, to: Path | None = None, *, pdf: bool = False) -> list[Path]:
    """Make the report of a recipe, or all reports of a folder of recipes and their index beside the folder.

    Parameters
    ----------
    path
        A recipe, or a folder of them.
    draws
        Number of draws of each run, in place of that of the recipes.
    to
        The folder of the page or of the gallery, in place of that of the recipes.
    pdf
        Whether to print each page, too.

    Returns
    -------
    list
        The folders of the pages.

    Raises
    ------
    DatawallError
        If there is no recipe, one has a mistake, or its page cannot be made.
    """
    if not path.is_dir():
        recipe = read_recipe(path)
        folder = to or recipe.target
        _make(recipe, draws, folder, pdf)
        return [folder]
    # all recipes are read before any is made, so that a mistake in the last one does not waste work
    recipes = [read_recipe(file) for file in sorted(path.glob(f"*{_KIND}"), key=lambda file: file.stem)]
    if not recipes:
        raise DatawallError(f"{path}: need a folder of recipes, found none; write one as NAME{_KIND}")
    gallery = to or path.parent
    folders = [gallery / recipe.target.name if to else recipe.target for recipe in recipes]
    leads = [_make(recipe, draws, folder, pdf) for recipe, folder in zip(recipes, folders, strict=True)]
    entries = [
        {
            "title": recipe.file.title,
            "lead": lead,
            "page": _seen(folder / PAGE, gallery),
            "recipe": _seen(recipe.path, gallery),
        }
        for recipe, folder, lead in zip(recipes, folders, leads, strict=True)
    ]
    write_index(entries, gallery)
    return folders


def write_index(entries: Sequence[Mapping[str, str]], folder: Path) -> None:
    """Write the index of a gallery to its folder, as a page and as Markdown.

    Parameters
    ----------
    entries
        Title, lead, page and recipe of each report, the latter two as paths relative to the gallery.
    folder
        The gallery.
    """
    templates = environment()
    templates.filters["cell"] = lambda text: text.replace("|", "\\|").replace("\n", " ")
    for name, template in _INDEX.items():
        text = templates.get_template(template).render(entries=entries)
        replace_file(folder / name, lambda path, t=text: path.write_text(t, encoding="utf-8"))


def _make(recipe: _Recipe, draws: int | None, folder: Path, pdf: bool) -> str:
    """Make the report of a recipe, and return its answer."""
    return build(prepare(recipe, draws), folder, recipe.file.title, pdf).answer


def _seen(path: Path, folder: Path) -> str:
    """Return a path relative to a folder."""
    return Path(os.path.relpath(path, folder)).as_posix()
