"""`datawall claims` and `datawall learning-order`: studies beside the forecast."""

import json
import sys
from typing import Annotated

import typer

from datawall.cli.options import AsJson, Out, Seed, deliver, progress_bar, run_folder
from datawall.errors import DatawallError


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
        print(f"written to {report.REPORT}", file=sys.stderr)
    elif as_json:
        print(json.dumps(report.as_data(judged), indent=1))
    else:
        from rich.console import Console

        from datawall.reporting.render.terminal import print_all

        print_all(Console(), [*report.terminal_tables(judged), *(report.details(judged) if ids else [])])
