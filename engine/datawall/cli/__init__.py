"""Command line; heavy imports wait until a command needs them."""

import sys

import typer

from datawall.cli.analyses import backtest, compare, explain, sensitivity
from datawall.cli.forecasting import forecast
from datawall.cli.inputs import fit, priors
from datawall.cli.reports import bench, claims, learning_order, report
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
