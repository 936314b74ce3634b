"""`datawall claims`."""

import json
import sys
from typing import Annotated

import typer

from datawall.cli.options import AsJson
from datawall.errors import DatawallError


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
