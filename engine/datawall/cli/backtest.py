"""`datawall backtest`."""

from typing import Annotated

import typer

from datawall.backtesting.questions import DRAWS, END, EVERY, HORIZONS, START
from datawall.cli.options import AsJson, Out, Seed, deliver, progress_bar, run_folder, say


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
    from datawall.reporting.products import BACKTEST

    plan = make_plan(tuple(scenarios or ()), start, end, every, tuple(horizon.split(",")), draws, seed)
    folder = run_folder(plan.request, out)
    with progress_bar("asking", "interrupted; the same command goes on") as progress:
        from datawall.backtesting import backtest  # loads JAX

        tree = backtest.run(plan, progress=progress)
    deliver(BACKTEST, tree, folder, as_json)
    if write_calibration:  # after the tables are saved, as it can fail
        from datawall.backtesting.calibrate import calibration_of
        from datawall.backtesting.origins import newest_evidence
        from datawall.scenario import widening

        found = calibration_of(tree, plan.scenarios[plan.first], newest_evidence())
        say(f"written to {widening.write(found)}")
