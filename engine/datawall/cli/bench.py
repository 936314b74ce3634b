"""`datawall bench`."""

import importlib
import sys
from pathlib import Path
from typing import Annotated

import typer

from datawall.errors import DatawallError


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
        print(f"written to {benchmarks.render()}", file=sys.stderr)
