"""`datawall learning-order`."""

from typing import Annotated

import typer

from datawall.cli.options import AsJson, Out, Seed, deliver, progress_bar, run_folder


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
