"""Reports made from recipes, and galleries made from folders of recipes."""

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined

from datawall.errors import DatawallError
from datawall.files import replace_file
from datawall.reporting.recipes.recipe import KIND, Recipe, prepare, read_recipe
from datawall.reporting.report import build

FILES = {"index.html": "gallery.html.j2", "README.md": "gallery.md.j2"}
"""Files of an index, and the templates that write them."""


@dataclass(frozen=True)
class Entry:
    """Entry of a report in the gallery.

    Attributes
    ----------
    title, lead
        Title and first paragraph of its page.
    page, recipe
        Their paths relative to the gallery.
    """

    title: str
    lead: str
    page: str
    recipe: str


def write_index(entries: Iterable[Entry], folder: Path) -> None:
    """Write the index of a gallery to its folder, as a page and as Markdown."""
    templates = Environment(
        loader=PackageLoader("datawall.reporting.recipes", "."),
        autoescape=lambda name: str(name).endswith(".html.j2"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    templates.filters["cell"] = lambda text: text.replace("|", "\\|").replace("\n", " ")
    shown = list(entries)
    for name, template in FILES.items():
        text = templates.get_template(template).render(entries=shown)
        replace_file(folder / name, lambda path, t=text: path.write_text(t, encoding="utf-8"))


PAGE = "report.html"


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
    recipes = [read_recipe(file) for file in sorted(path.glob(f"*{KIND}"), key=lambda file: file.stem)]
    if not recipes:
        raise DatawallError(f"{path}: need a folder of recipes, found none; write one as NAME{KIND}")
    gallery = to or path.parent
    folders = [gallery / recipe.target.name if to else recipe.target for recipe in recipes]
    leads = [_make(recipe, draws, folder, pdf) for recipe, folder in zip(recipes, folders, strict=True)]
    entries = [
        Entry(recipe.file.title, lead, _seen(folder / PAGE, gallery), _seen(recipe.path, gallery))
        for recipe, folder, lead in zip(recipes, folders, leads, strict=True)
    ]
    write_index(entries, gallery)
    return folders


def _make(recipe: Recipe, draws: int | None, folder: Path, pdf: bool) -> str:
    """Make the report of a recipe, and return its answer."""
    return build(prepare(recipe, draws), folder, recipe.file.title, pdf).answer


def _seen(path: Path, folder: Path) -> str:
    """Return a path relative to a folder."""
    return Path(os.path.relpath(path, folder)).as_posix()
