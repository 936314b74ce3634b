"""`datawall backtest`."""

import json
import sys
from typing import Annotated

import typer

from datawall import files
from datawall.backtesting.questions import DRAWS, END, EVERY, HORIZONS, START
from datawall.cli.options import AsJson, Out, Seed, progress_bar


def backtest(
    scenarios: Annotated[
        list[str] | None,
        typer.Argument(metavar="[SCENARIO ...]", help="Shipped scenarios, or TOML files; default baseline."),
    ] = None,
    start: Annotated[
        str, typer.Option("--from", metavar="MONTH", help="First month in which to ask.")
    ] = START,
    end: Annotated[str, typer.Option("--to", metavar="MONTH", help="Last one possible.")] = END,
    every: Annotated[str, typer.Option(metavar="SPAN", help="Between two of them, as 6mo or 1y.")] = EVERY,
    horizon: Annotated[str, typer.Option(metavar="SPANS", help="How far ahead to ask.")] = ",".join(HORIZONS),
    draws: Annotated[int, typer.Option(help="Draws of each forecast.")] = DRAWS,
    seed: Seed = 0,
    out: Out = None,
    as_json: AsJson = False,
    write_calibration: Annotated[
        bool, typer.Option("--write-calibration", help="Keep the widening for forecast --calibrated.")
    ] = False,
) -> None:
    """Forecast from past dates with what was known then, and score it against what happened.

    The first time takes long: models of evidence are fitted at each date. Each fit is kept as it is done, so
    that a run that was stopped goes on.
    """
    from datawall.backtesting.plan import make_plan
    from datawall.reporting import run_folder

    asked, horizons = tuple(scenarios or ()), tuple(horizon.split(","))
    plan = make_plan(asked, start, end, every, horizons, draws, seed)
    folder = out or run_folder.default_backtest_folder(plan.scenarios, plan.digest, draws, seed)
    files.prepare(folder)
    with progress_bar("asking", "interrupted; the same command goes on") as progress:
        from datawall.backtesting import backtest  # loads JAX

        tree = backtest.backtest(
            *asked,
            start=start,
            end=end,
            every=every,
            horizons=horizons,
            draws=draws,
            seed=seed,
            progress=progress,
        )
    found = run_folder.write_backtest(tree, folder)
    print(f"written to {folder}", file=sys.stderr)
    if as_json:
        print(json.dumps(found, indent=1))
    else:
        from datawall.reporting.render import terminal
        from datawall.reporting.saved.backtest import SavedBacktest
        from datawall.reporting.sections.backtest.opening import document

        terminal.show(document(SavedBacktest(tree, 0), in_full=False))
    if write_calibration:  # last: tables that are done need not wait for a factor that nobody can tell
        from datawall.backtesting.calibrate import calibration_of
        from datawall.backtesting.origins import newest_evidence
        from datawall.scenario import widening

        found = calibration_of(tree, plan.scenarios[plan.first], newest_evidence())
        print(f"written to {widening.write(found)}", file=sys.stderr)
