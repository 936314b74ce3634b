"""Executors of `datawall forecast`: this process, workers on a folder, or hosts in step."""

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
from typing import Any

from datawall.errors import DatawallError


@dataclass(frozen=True)
class ExecutorOptions:
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
def open_executor(options: ExecutorOptions, folder: Path, command: Sequence[str]) -> Iterator[OpenExecutor]:
    """Open the executor of a run; `command` starts a further worker."""
    if options.distributed:
        yield _hosts(options, folder)
    elif options.is_serial:
        yield _serial(folder)
    else:
        with _workers(options.workers - 1, folder, command) as workers:
            yield workers


def _serial(folder: Path) -> OpenExecutor:
    from datawall.sampling.execution.checkpoint import Checkpoint
    from datawall.sampling.execution.executor import serial_executor

    checkpoint = Checkpoint(folder / "checkpoint.npz")
    return OpenExecutor(partial(serial_executor, checkpoint=checkpoint), lambda: True, checkpoint.remove)


def _hosts(options: ExecutorOptions, folder: Path) -> OpenExecutor:
    from datawall.sampling.execution.checkpoint import Checkpoint
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
