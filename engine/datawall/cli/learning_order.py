"""`datawall learning-order`."""

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from datawall import files
from datawall.cli.options import AsJson, Out, Seed, progress_bar


def learning_order(
    seeds: Annotated[int, typer.Option(help="Networks for each number of signs.")] = 4,
    steps: Annotated[int, typer.Option(help="Training steps that each network gets.")] = 50_000,
    seed: Seed = 0,
    out: Out = None,
    as_json: AsJson = False,
) -> None:
    """Train small networks on products of signs, and fit how much each sign delays learning."""
    from datawall.arguments import check_seed

    check_seed(seed)
    folder = out or Path("runs") / f"learning-order-{seeds}x{steps}-seed{seed}"
    files.prepare(folder)
    with progress_bar("training") as progress:
        from datawall.studies import learning_order as experiment  # loads JAX and NumPyro

        tree = experiment.learning_order(seeds=seeds, steps=steps, seed=seed, progress=progress)
    experiment.write(tree, folder)
    print(f"written to {folder}", file=sys.stderr)
    found = experiment.summary(tree)
    if as_json:
        print(json.dumps(found, indent=1))
    else:
        from rich.console import Console

        from datawall.reporting.render.terminal import print_all
        from datawall.studies.learning_order.figures import learned_table

        print_all(Console(), [learned_table(found)])
