"""`datawall report`."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from datawall.errors import DatawallError


def report(
    sources: Annotated[
        list[Path] | None,
        typer.Argument(metavar="[RUN...]", help="Folders of runs, fits or backtests, or fits MODULE.nc."),
    ] = None,
    to: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Where the page goes; default report in the first RUN.")
    ] = None,
    recipe: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Make what this recipe lists, or a folder of recipes.")
    ] = None,
    draws: Annotated[
        int | None, typer.Option(help="Of each run of a recipe, in place of what it says.")
    ] = None,
    pdf: Annotated[bool, typer.Option("--pdf", help="Print the page to a PDF, too.")] = False,
) -> None:
    """Write runs, fits and backtests as a page that needs nothing else: HTML, Markdown, figures, tables."""
    from datawall.arguments import check_draws

    if bool(sources) == bool(recipe):
        raise DatawallError(
            "report: need RUN or --recipe, not both; name a folder that datawall forecast wrote"
        )
    if draws is not None:
        if recipe is None:
            raise DatawallError("--draws: belongs to a recipe; a run has the draws that it has")
        check_draws(draws)
    for folder in _make(sources or [], to, recipe, draws, pdf):
        print(f"written to {folder}", file=sys.stderr)


def _make(
    sources: list[Path], to: Path | None, recipe: Path | None, draws: int | None, pdf: bool
) -> list[Path]:
    if recipe is not None:
        from datawall.reporting.recipes import make

        return make(recipe, draws, to, pdf=pdf)
    import datawall

    first = sources[0] if sources[0].is_dir() else sources[0].parent
    folder = to or first / "report"
    datawall.report(sources, to=folder, pdf=pdf)
    return [folder]
