"""`datawall forecast`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from datawall.arguments import SAMPLER
from datawall.cli import execution
from datawall.cli.options import (
    AsJson,
    AsOf,
    Calibrated,
    Given,
    Out,
    Refit,
    SamplerName,
    ScenarioName,
    Seed,
    Settings,
    load,
    progress_bar,
    run_folder,
    say,
    show,
)
from datawall.errors import DatawallError

if TYPE_CHECKING:
    import xarray as xr

INTERRUPTED = 130


def forecast(
    scenario: ScenarioName = "baseline",
    draws: Annotated[
        int | None, typer.Option(help="Futures drawn: a million, or at most 2^30 with --precision.")
    ] = None,
    precision: Annotated[
        list[str] | None,
        typer.Option(metavar="ERROR", help="Draw until standard errors are below: 0.01yr, 0.001 or both."),
    ] = None,
    seed: Seed = 0,
    sampler: SamplerName = SAMPLER,
    set_: Settings = None,
    given: Given = None,
    as_of: AsOf = None,
    out: Out = None,
    keep_draws: Annotated[
        Literal["some", "all"], typer.Option(help="all: every draw to draws.zarr in the run folder.")
    ] = "some",
    workers: Annotated[int, typer.Option(metavar="N", help="Processes on this machine.")] = 1,
    join: Annotated[
        bool, typer.Option("--join", help="Share the run with all who are given this command and --out.")
    ] = False,
    distributed: Annotated[
        bool, typer.Option("--distributed", help="One of the processes of a cluster, in step.")
    ] = False,
    coordinator: Annotated[
        str | None, typer.Option(metavar="HOST:PORT", help="Of process 0, where no cluster is detected.")
    ] = None,
    processes: Annotated[int | None, typer.Option(metavar="N", help="How many there are.")] = None,
    process: Annotated[int | None, typer.Option(metavar="I", help="Which this is, from 0.")] = None,
    refit: Refit = False,
    calibrated: Calibrated = False,
    as_json: AsJson = False,
) -> None:
    """Forecast when each data wall is reached and when model generations arrive.

    The same command continues a run that was interrupted or killed.
    """
    from datawall.forecasting.plan import make_plan

    spread = execution.ExecutorOptions(workers, join, distributed, coordinator, processes, process)
    if keep_draws == "all" and not spread.is_serial:
        raise DatawallError("--keep-draws all: one process writes them; drop what spreads the run")
    plan = make_plan(
        load(scenario, set_, as_of, refit=refit),
        draws=draws,
        seed=seed,
        sampler=sampler,
        precision=precision,
        given=given or (),
        calibrated=calibrated,
    )
    folder = run_folder(plan.request, out, plan.calibration)
    late = plan.scenario.sources_after_as_of()
    if late:
        count = f"{len(late)} of {len(plan.scenario.priors)}"
        say(f"note: {count} priors rest on sources later than the as-of date")
    command = [*plan.request.words, "--out", str(folder), "--join"]
    with execution.open_executor(spread, folder, command) as ours:
        with execution.interruptible() as stop, progress_bar("drawing futures") as progress:
            from datawall.forecasting import forecast  # loads JAX
            from datawall.sampling.run import RunControl

            control = RunControl(ours.executor, progress, stop)
            store = folder / "draws.zarr" if keep_draws == "all" else None
            tree = forecast.run(plan, control=control, store=store)
        _deliver(tree, folder, ours, as_json)


def _deliver(tree: "xr.DataTree", folder: Path, ours: execution.OpenExecutor, as_json: bool) -> None:
    """Write a forecast, if this process writes the results, and print it."""
    from datawall.reporting.products import FORECAST

    if ours.claims_results():
        flat = FORECAST.save(tree, folder)
        say(f"written to {folder}")
    else:
        flat = FORECAST.export(tree)
    facts = flat["manifest"]
    if facts["not_a_number"]:
        say(f"warning: not a number: {facts['not_a_number']}; left out")
    if not facts["partial"]:
        ours.done()
    if "ordered_precision" in facts:
        say(_precision_note(facts))
    show(FORECAST, tree, flat, as_json)
    if facts["partial"]:
        counts = f"{facts['draws']:,} of {facts['draws_asked']:,} draws"
        say(f"interrupted after {counts}; the same command continues")
        raise typer.Exit(INTERRUPTED)


def _precision_note(facts: dict[str, Any]) -> str:
    found = facts["ordered_precision"]
    return (
        f"precision {found['ordered']} {'met' if found['met'] else 'not met'} with {facts['draws']:,} draws: "
        f"largest errors {found['largest_error_years']:.2g} yr and {found['largest_error_probability']:.2g}"
    )
