"""Options that several commands share, and how they show progress."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

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
Out = Annotated[Path | None, typer.Option(metavar="DIR", help="Run folder; default runs/….")]


@contextmanager
def progress_bar(title: str, interrupted: str = "interrupted; nothing was written") -> Iterator:
    """Show a progress bar on stderr; yields a callback of (done, total)."""
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
