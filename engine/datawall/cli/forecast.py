"""`datawall forecast`."""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from datawall import files
from datawall.arguments import SAMPLER
from datawall.cli import execution
from datawall.cli.options import AsJson, AsOf, Out, SamplerName, ScenarioName, Seed, Settings, progress_bar

if TYPE_CHECKING:
    import xarray as xr

    from datawall.scenario import Scenario

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
    given: Annotated[
        list[str] | None,
        typer.Option(metavar="CONDITION", help='What is observed: mfu=0.4, or "release[5.5]<2027".'),
    ] = None,
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
    refit: Annotated[
        bool, typer.Option("--refit", help="Fit the modules of [evidence] anew in place of what ships.")
    ] = False,
    calibrated: Annotated[
        bool, typer.Option("--calibrated", help="Widen the priors by the factor that the backtest asks for.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Forecast when each data wall is reached and when model generations arrive.

    The same command continues a run that was interrupted or killed.
    """
    from datawall.arguments import DRAWS, check_draws, check_sampler, check_seed, check_supply
    from datawall.errors import DatawallError
    from datawall.forecasting.precision import parse_precision
    from datawall.inference.scenario_with_evidence import load_scenario
    from datawall.reporting import run_folder
    from datawall.scenario import parse_override

    if draws is not None:
        check_draws(draws)
    check_seed(seed)
    check_sampler(sampler)
    check_supply(draws or DRAWS, sampler)
    ordered = parse_precision(precision) if precision else None
    spread = execution.ExecutorOptions(workers, join, distributed, coordinator, processes, process)
    if keep_draws == "all" and not spread.is_serial:
        raise DatawallError("--keep-draws all: one process writes them; drop what spreads the run")
    loaded = load_scenario(scenario, dict(map(parse_override, set_ or ())), as_of, refit=refit)
    size = str(ordered).replace(",", "-") if ordered else draws or DRAWS
    digest = _calibrated_digest(loaded) if calibrated else loaded.digest
    folder = out or run_folder.default_folder(loaded.name, digest, size, seed, sampler, given or ())
    if given:
        from datawall.forecasting.conditioning import conditions  # these load JAX
        from datawall.forecasting.labels import labels_of

        conditions(given, labels_of(loaded))  # before a folder is made for what cannot be
    files.prepare(folder)
    late = loaded.sources_after_as_of()
    if late:
        _say(f"note: {len(late)} of {len(loaded.priors)} priors rest on sources later than the as-of date")

    options = {
        "draws": draws,
        "precision": precision,
        "seed": seed,
        "sampler": sampler,
        "set": set_,
        "given": given,
        "as-of": as_of,
        "out": folder,
    }
    command = ["forecast", scenario, *_words(options), *["--refit"] * refit, *["--calibrated"] * calibrated]
    command.append("--join")
    with execution.open_executor(spread, folder, command) as ours:
        with execution.interruptible() as stop, progress_bar("drawing futures") as progress:
            from datawall.forecasting import forecast  # loads JAX
            from datawall.sampling.run import RunControl

            tree = forecast.forecast(
                loaded,
                draws=draws,
                seed=seed,
                sampler=sampler,
                precision=ordered,
                given=given or (),
                calibrated=calibrated,
                control=RunControl(ours.executor, progress, stop),
                store=folder / "draws.zarr" if keep_draws == "all" else None,
            )
        _deliver(tree, folder, ours, as_json)


def _calibrated_digest(stated: "Scenario") -> str:
    """Return the digest of a scenario as widened, and say by how much that is."""
    from datawall.scenario import widening
    from datawall.scenario.widening import widened

    found = widening.read()
    _say(found.sentence())
    return widened(stated, found.applied).digest


def _deliver(tree: "xr.DataTree", folder: Path, ours: execution.OpenExecutor, as_json: bool) -> None:
    """Write and print a forecast."""
    from datawall.forecasting.export import summary
    from datawall.reporting import run_folder

    # written first: a reader of the tables may close the pipe
    if ours.claims_results():
        flat = run_folder.write(tree, folder)
        _say(f"written to {folder}")
    else:
        flat = summary(tree)
    facts = flat["manifest"]
    if facts["not_a_number"]:
        _say(f"warning: not a number: {facts['not_a_number']}; left out")
    if not facts["partial"]:
        ours.done()
    if "ordered_precision" in facts:
        _say(_precision_note(facts))
    if as_json:
        print(json.dumps(flat, indent=1))
    else:
        from datawall.reporting.render import terminal
        from datawall.reporting.saved.forecast import SavedRun
        from datawall.reporting.sections.forecast import document

        terminal.show(document([SavedRun(folder, flat, 0)], in_full=False))
    if facts["partial"]:
        counts = f"{facts['draws']:,} of {facts['draws_asked']:,} draws"
        _say(f"interrupted after {counts}; the same command continues")
        raise typer.Exit(INTERRUPTED)


def _precision_note(facts: dict[str, Any]) -> str:
    found = facts["ordered_precision"]
    return (
        f"precision {found['ordered']} {'met' if found['met'] else 'not met'} with {facts['draws']:,} draws: "
        f"largest errors {found['largest_error_years']:.2g} yr and {found['largest_error_probability']:.2g}"
    )


def _words(options: dict[str, Any]) -> list[str]:
    """Return options as the words of a command."""
    words = []
    for name, value in options.items():
        for one in value if isinstance(value, list) else [] if value is None else [value]:
            words += [f"--{name}", str(one)]
    return words


def _say(text: str) -> None:
    print(text, file=sys.stderr)
