"""`datawall report`, `claims`, `learning-order` and `bench`: pages, and studies beside the forecast."""

import importlib
import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from datawall.cli.options import AsJson, Out, Seed, deliver, progress_bar, run_folder, say
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
        say(f"written to {folder}")


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


def claims(
    ids: Annotated[
        list[str] | None, typer.Argument(metavar="[ID]...", help="Such as S0-12; all by default.")
    ] = None,
    as_json: AsJson = False,
    write: Annotated[bool, typer.Option("--write", help="Rewrite reports/claims.md.")] = False,
) -> None:
    """Hold the claims of others on compute and data against the model."""
    if ids and write:
        raise DatawallError("claims: --write needs every claim; drop the ids")
    from datawall.studies.claims import report
    from datawall.studies.claims.evaluation import evaluate

    judged = evaluate(ids or ())
    if write:
        report.rewrite(judged)
        say(f"written to {report.REPORT}")
    elif as_json:
        print(json.dumps(report.as_data(judged), indent=1))
    else:
        from rich.console import Console

        from datawall.reporting.render.terminal import print_all

        print_all(Console(), [*report.terminal_tables(judged), *(report.details(judged) if ids else [])])


def learning_order(
    seeds: Annotated[int, typer.Option(help="Networks for each number of signs.")] = 4,
    steps: Annotated[int, typer.Option(help="Training steps that each network gets.")] = 50_000,
    seed: Seed = 0,
    out: Out = None,
    as_json: AsJson = False,
) -> None:
    """Train small networks on products of signs, and fit how much each sign delays learning."""
    from datawall.studies import learning_order as experiment  # loads JAX and NumPyro

    request = experiment.make_request(seeds, steps, seed)
    folder = run_folder(request, out)
    with progress_bar("training") as progress:
        tree = experiment.run(request, progress)
    deliver(experiment.PRODUCT, tree, folder, as_json)


def bench(
    suites: Annotated[
        list[str] | None, typer.Argument(metavar="[SUITE]...", help="Such as peers; all by default.")
    ] = None,
    quick: Annotated[bool, typer.Option("--quick", help="Small sizes, to see that it works.")] = False,
    repeats: Annotated[int | None, typer.Option(help="Interleaved runs of each contender.")] = None,
    out: Annotated[Path | None, typer.Option(metavar="FILE", help="Record; default benchmarks/….")] = None,
    render: Annotated[bool, typer.Option("--render", help="Only rewrite reports/benchmarks.md.")] = False,
) -> None:
    """Measure speed, error, memory and start-up against peers and this machine's ceilings."""
    root = Path(__file__).resolve().parents[3]
    if not (root / "benchmarks" / "main.py").is_file():
        raise DatawallError("bench: needs a checkout, where benchmarks/ lies beside engine/; clone one")
    sys.path.insert(0, str(root))
    benchmarks = importlib.import_module("benchmarks.main")
    if not render:
        benchmarks.run(suites or (), quick=quick, repeats=repeats, out=out)
    if not quick:
        say(f"written to {benchmarks.render()}")
