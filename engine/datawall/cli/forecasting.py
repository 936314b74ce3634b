"""`datawall forecast`, and its executors: this process, workers on a folder, or hosts in step."""

import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from datawall.arguments import SAMPLER
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

_INTERRUPTED = 130


@dataclass(frozen=True)
class _ExecutorOptions:
    """Options that choose the executor of a run.

    Attributes
    ----------
    workers
        Processes on this machine.
    join
        Whether to share the work with every process started with the same command.
    distributed
        Whether the processes of a cluster work in step.
    coordinator, processes, process
        Address of process 0, number of processes, and index of this one; detected by default.
    """

    workers: int
    join: bool
    distributed: bool
    coordinator: str | None
    processes: int | None
    process: int | None

    def __post_init__(self) -> None:
        if self.workers < 1:
            raise DatawallError(f"--workers {self.workers}: need at least 1; give the number of processes")
        if sum((self.workers > 1, self.join, self.distributed)) > 1:
            raise DatawallError(
                "--workers, --join and --distributed are three ways to spread a run; give one"
            )
        explicit = (self.coordinator, self.processes, self.process)
        if explicit != (None, None, None):
            if None in explicit or not self.distributed:
                raise DatawallError(
                    "--coordinator, --processes and --process belong to --distributed; give all four or none"
                )
            host, _, port = (self.coordinator or "").rpartition(":")
            if not host or not port.isdecimal():
                raise DatawallError(
                    f"--coordinator {self.coordinator}: need HOST:PORT; give one such as 10.0.0.1:9900"
                )
            if self.process not in range(self.processes or 0):
                raise DatawallError(
                    f"--process {self.process}: need 0 to {self.processes} - 1; give one of these"
                )

    @property
    def is_serial(self) -> bool:
        """Whether this process does the whole run."""
        return self.workers == 1 and not self.join and not self.distributed


@dataclass(frozen=True)
class OpenExecutor:
    """Executor ready to run.

    Attributes
    ----------
    executor
        Executor of the run (`datawall.sampling.execution.executor.Executor`).
    claims_results
        Whether this process writes the results.
    done
        Callback for when they are written; it deletes the checkpoints.
    """

    executor: Any
    claims_results: Callable[[], bool]
    done: Callable[[], None]


@contextmanager
def open_executor(options: _ExecutorOptions, folder: Path, command: Sequence[str]) -> Iterator[OpenExecutor]:
    """Open the executor of a run; `command` starts a further worker."""
    if options.distributed:
        yield _hosts(options, folder)
    elif options.is_serial:
        yield _serial(folder)
    else:
        with _workers(options.workers - 1, folder, command) as workers:
            yield workers


def _serial(folder: Path) -> OpenExecutor:
    from datawall.sampling.execution.executor import Checkpoint, serial_executor

    checkpoint = Checkpoint(folder / "checkpoint.npz")
    return OpenExecutor(partial(serial_executor, checkpoint=checkpoint), lambda: True, checkpoint.remove)


def _hosts(options: _ExecutorOptions, folder: Path) -> OpenExecutor:
    from datawall.sampling.execution.executor import Checkpoint
    from datawall.sampling.execution.hosts import join_hosts, multi_host_executor

    host, hosts = join_hosts(options.coordinator, options.processes, options.process)
    checkpoint = Checkpoint(folder / f"checkpoint-{host}-of-{hosts}.npz")
    return OpenExecutor(
        partial(multi_host_executor, checkpoint=checkpoint), lambda: host == 0, checkpoint.remove
    )


@contextmanager
def _workers(more: int, folder: Path, command: Sequence[str]) -> Iterator[OpenExecutor]:
    """Share the folder ``parts`` with joining processes and with `more` workers started here."""
    from datawall.sampling.execution.shared_folder import Lease, shared_folder_executor

    parts = folder / "parts"
    parts.mkdir(exist_ok=True)
    results = Lease(parts / "results.lease")
    # workers started here find the results claimed
    ours = bool(more) and results.claim()
    with ExitStack() as started:
        for _ in range(more):
            started.enter_context(_worker(command))

        def done() -> None:
            if more:
                started.close()
                shutil.rmtree(parts, ignore_errors=True)

        yield OpenExecutor(
            partial(shared_folder_executor, folder=parts), lambda: ours or results.claim(), done
        )


@contextmanager
def _worker(command: Sequence[str]) -> Iterator[None]:
    """Run a worker subprocess that ends with this process at the latest."""
    process = subprocess.Popen(
        [sys.executable, "-m", "datawall.cli", *command], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    # reap a killed worker, so that others need not wait for its lease to expire
    threading.Thread(target=process.wait, daemon=True).start()
    try:
        yield
    finally:
        process.terminate()
        process.wait()


@contextmanager
def interruptible() -> Iterator[Callable[[], bool]]:
    """Let the first Ctrl-C request a stop, and the second force it; yields a check for the request."""
    asked = threading.Event()

    def ask(*_: object) -> None:
        if asked.is_set():
            raise KeyboardInterrupt
        asked.set()

    before = signal.signal(signal.SIGINT, ask)
    try:
        yield asked.is_set
    finally:
        signal.signal(signal.SIGINT, before)


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

    spread = _ExecutorOptions(workers, join, distributed, coordinator, processes, process)
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
    if late := plan.scenario.sources_after_as_of():
        count = f"{len(late)} of {len(plan.scenario.priors)}"
        say(f"note: {count} priors rest on sources later than the as-of date")
    command = [*plan.request.words, "--out", str(folder), "--join"]
    with open_executor(spread, folder, command) as ours:
        with interruptible() as stop, progress_bar("drawing futures") as progress:
            from datawall.forecasting.forecast import run  # loads JAX
            from datawall.sampling.run import RunControl

            control = RunControl(ours.executor, progress, stop)
            store = folder / "draws.zarr" if keep_draws == "all" else None
            tree = run(plan, control=control, store=store)
        _deliver(tree, folder, ours, as_json)


def _deliver(tree: "xr.DataTree", folder: Path, ours: OpenExecutor, as_json: bool) -> None:
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
        raise typer.Exit(_INTERRUPTED)


def _precision_note(facts: dict[str, Any]) -> str:
    found = facts["ordered_precision"]
    return (
        f"precision {found['ordered']} {'met' if found['met'] else 'not met'} with {facts['draws']:,} draws: "
        f"largest errors {found['largest_error_years']:.2g} yr and {found['largest_error_probability']:.2g}"
    )
