"""`datawall report`."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from datawall.errors import DatawallError


def report(
    sources: Annotated[
        list[Path] | None,
        typer.Argument(metavar="[RUN]...", help="Folders of runs and fits; the first run is shown in full."),
    ] = None,
    to: Annotated[Path | None, typer.Option(metavar="DIR", help="Folder of the report.")] = None,
    recipe: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Make the runs of a recipe, and its report.")
    ] = None,
    draws: Annotated[int | None, typer.Option(help="Draws of each run of a recipe.")] = None,
    title: Annotated[str | None, typer.Option(help="Title of the page.")] = None,
    pdf: Annotated[bool, typer.Option("--pdf", help="Print the page to report.pdf too.")] = False,
) -> None:
    """Write a report on runs and fits: a page that opens anywhere, figures, tables, and Markdown."""
    if bool(sources) == bool(recipe):
        raise DatawallError("report: need folders of runs or fits, or --recipe FILE; give one of both")
    if draws is not None and recipe is None:
        raise DatawallError("--draws: is for a recipe; the runs given are drawn already; drop it")
    from datawall.page.report import report as write  # loads matplotlib and more

    if recipe is not None:
        from datawall.recipes.recipe import prepare, read_recipe

        asked = read_recipe(recipe)
        page = write(prepare(asked, draws), to or asked.target, title=title or asked.file.title, pdf=pdf)
    else:
        page = write(sources or [], to or Path("report"), title=title, pdf=pdf)
    print(f"written to {page}", file=sys.stderr)
