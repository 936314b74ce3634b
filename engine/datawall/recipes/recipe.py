"""From a recipe to the folders of its runs and fits."""

import json
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from datawall.recipes.schema import FitTable, RecipeFile, RunTable
from datawall.scenario.messages import first_problem
from datawall.scenario.reading import read_source

KIND = ".toml"


@dataclass(frozen=True)
class Recipe:
    """A recipe, and where it stands."""

    path: Path
    file: RecipeFile

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
        return Recipe(path, RecipeFile.model_validate(source.tables))
    except ValidationError as error:
        problem = first_problem(error, source.tables)
        raise source.error(problem.path, problem.message) from None


def prepare(recipe: Recipe, draws: int | None = None) -> list[Path]:
    """Make the runs and fits of a recipe that are missing.

    Parameters
    ----------
    recipe
        What to make.
    draws
        Of each run, in place of what the recipe says.

    Returns
    -------
    list
        The folders of the runs, then the files of the fits.
    """
    runs = [_run(table, recipe.path.parent, draws or table.draws) for table in recipe.file.runs]
    return [*runs, *map(_fit, recipe.file.fits)]


def _run(table: RunTable, beside: Path, draws: int) -> Path:
    from datawall import forecasting, runs  # load JAX, which a mistake in the recipe need not wait for
    from datawall.loading import load_scenario

    named = beside / table.scenario if table.scenario.endswith(KIND) else table.scenario
    scenario = load_scenario(named, table.set_, table.as_of)
    folder = runs.default_folder(scenario.name, scenario.digest, draws, table.seed, table.sampler)
    if not _is_complete(folder):
        runs.prepare(folder)
        tree = forecasting.forecast(scenario, draws=draws, seed=table.seed, sampler=table.sampler)
        runs.write(tree, folder)
    return folder


def _is_complete(folder: Path) -> bool:
    """Whether the run was finished; its manifest is written last."""
    try:
        return not json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["partial"]
    except (OSError, ValueError, KeyError):
        return False


def _fit(table: FitTable) -> Path:
    from datawall import runs
    from datawall.inference.run import fit_by_name

    file = runs.default_fit_folder(table.seed) / f"{table.module}.nc"
    if not _is_current(file, table.module):
        runs.prepare(file.parent)
        runs.write_fit(fit_by_name(table.module, (), None, table.seed), file.parent, table.module)
    return file


def _is_current(file: Path, module: str) -> bool:
    """Whether a fit was saved, and to the evidence as it is now."""
    from datawall.inference.fitting import evidence_digest
    from datawall.inference.modules import MODULES

    if not file.is_file():
        return False
    try:
        summary = json.loads(file.with_suffix(".json").read_text(encoding="utf-8"))
        return summary["manifest"]["evidence_digest"] == evidence_digest(MODULES[module].load(None, ()))
    except (OSError, ValueError, KeyError):
        return False
