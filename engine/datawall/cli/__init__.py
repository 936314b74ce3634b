"""Command line with one file for each command; heavy imports wait until a command needs them."""

import sys

import typer

from datawall.cli.backtest import backtest
from datawall.cli.bench import bench
from datawall.cli.compare import compare
from datawall.cli.explain import explain
from datawall.cli.fit import fit
from datawall.cli.forecast import forecast
from datawall.cli.priors import priors
from datawall.cli.report import report
from datawall.cli.sensitivity import sensitivity
from datawall.cli.studies import claims, learning_order
from datawall.errors import DatawallError

app = typer.Typer(
    help="When does AI training run out of data, when do the next model generations arrive, how sure are we?",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command()(forecast)
app.command()(compare)
app.command()(fit)
app.add_typer(priors, name="priors", no_args_is_help=True)
app.command()(report)
app.command()(explain)
app.command()(sensitivity)
app.command()(backtest)
app.command()(claims)
app.command()(bench)
app.command("learning-order")(learning_order)


def main() -> None:
    """Run the command line; a user's mistake ends in one sentence and exit code 2, or that of the error."""
    try:
        app()
    except DatawallError as error:
        print(f"datawall: {error}", file=sys.stderr)
        sys.exit(error.exit_status)
