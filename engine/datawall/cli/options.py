"""Shared command options, and common steps: load, prepare, show progress, deliver."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from datawall import files

if TYPE_CHECKING:
    import xarray as xr

    from datawall.product import Request
    from datawall.reporting.products import Product
    from datawall.scenario import Scenario
    from datawall.scenario.widening import Calibration

ScenarioName = Annotated[str, typer.Argument(help="A shipped scenario, or the path of a TOML file.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for machines instead of tables.")]
Seed = Annotated[int, typer.Option(help="Which random futures: 0 to 4294967295.")]
Settings = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="KEY=VALUE", help="Fix an input, or set a key of the scenario."),
]
SamplerName = Annotated[
    str, typer.Option("--sampler", help="How draws are spread: random, sobol or lattice.")
]
AsOf = Annotated[str | None, typer.Option(metavar="DATE", help="Start here: 2026-11-01, or 2026.8.")]
Given = Annotated[
    list[str] | None,
    typer.Option(metavar="CONDITION", help='What is observed: mfu=0.4, or "release[5.5]<2027".'),
]
KnownInputs = Annotated[
    list[str] | None, typer.Option("--given", metavar="NAME=VALUE", help="What is observed: mfu=0.4.")
]
Refit = Annotated[
    bool, typer.Option("--refit", help="Fit the modules of [evidence] anew in place of what ships.")
]
Calibrated = Annotated[
    bool, typer.Option("--calibrated", help="Widen the priors by the factor that the backtest asks for.")
]
Out = Annotated[Path | None, typer.Option(metavar="DIR", help="Run folder; default runs/….")]


@contextmanager
def progress_bar(title: str, interrupted: str = "interrupted; nothing was written") -> Iterator:
    """Show a progress bar on stderr; yield a callback of (done, total)."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task("starting", total=None)
        try:
            yield lambda done, total: bar.update(task, description=title, completed=done, total=total)
        except KeyboardInterrupt:
            bar.update(task, description=interrupted)
            raise


def load(
    name: str, settings: list[str] | None = None, as_of: str | None = None, *, refit: bool = False
) -> "Scenario":
    """Return the scenario with the options applied."""
    from datawall.inference.scenario_with_evidence import load_scenario
    from datawall.scenario import parse_override

    return load_scenario(name, dict(map(parse_override, settings or ())), as_of, refit=refit)


def run_folder(request: "Request", out: Path | None, calibration: "Calibration | None" = None) -> Path:
    """Return the prepared run folder, and print the widening of the priors."""
    folder = out or request.folder
    files.prepare(folder)
    if calibration is not None:
        say(calibration.sentence())
    return folder


def deliver(product: "Product", tree: "xr.DataTree", folder: Path, as_json: bool) -> None:
    """Save and print a product."""
    # saved before printing, as a reader of the tables may close the pipe
    flat = product.save(tree, folder)
    say(f"written to {folder}")
    show(product, tree, flat, as_json)


def show(product: "Product", tree: "xr.DataTree", flat: dict[str, Any], as_json: bool) -> None:
    """Print a product as tables or as JSON."""
    if as_json:
        print(json.dumps(flat, indent=1))
    else:
        from datawall.reporting.render import terminal

        terminal.show(product.document(tree, flat))


def say(text: str) -> None:
    """Print to stderr."""
    print(text, file=sys.stderr)
