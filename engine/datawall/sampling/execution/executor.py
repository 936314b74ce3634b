"""Serial executor of a run, with checkpoints: totals on disk, written atomically.

A total is read only if it is intact and of the same run.
"""

import json
import os
import platform
import time
import zipfile
import zlib
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from datawall.errors import DatawallError
from datawall.sampling.counts import Tally
from datawall.sampling.execution.blocks import Block, BlockPlan, Result, Total, digest

_SECONDS = 20.0
"""Time between two checkpoints: a killed run loses at most this, and its blocks in flight."""

type Identity = Mapping[str, Any]
"""Identity of a run: everything that determines the counts, as plain data. Totals add only within one."""


class ForeignTotalError(DatawallError):
    """A total of another run is at the path of this one."""


def save(total: Total, path: Path, identity: Identity) -> None:
    """Write a total of a run so that a crash at any moment leaves the old file or the new one.

    The path may be shared by processes that write the same total.
    """
    arrays = _arrays(total)
    header = {"identity": dict(identity), "draws": total.draws, "digest": digest(arrays)}
    partial = path.with_name(f".{path.name}.{platform.node()}.{os.getpid()}")
    try:
        with partial.open("wb") as file:
            text = np.frombuffer(json.dumps(header).encode(), np.uint8)
            np.savez_compressed(file, allow_pickle=False, header=text, **arrays)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    except OSError as error:
        raise DatawallError(
            f"{path}: cannot be written ({error.strerror or error}); free its place"
        ) from error
    finally:
        partial.unlink(missing_ok=True)


def load(path: Path, identity: Identity) -> Total | None:
    """Read a total; None when there is none, or only a damaged one, whose draws must be repeated.

    Raises
    ------
    ForeignTotalError
        If it is intact but of another run.
    """
    try:
        with path.open("rb") as raw, np.load(raw, allow_pickle=False) as file:
            header = json.loads(file["header"].tobytes())
            arrays = {name: file[name] for name in file.files if name != "header"}
    # a flipped bit may also look like an unknown compression or a password: RuntimeErrors
    except (OSError, ValueError, KeyError, EOFError, RuntimeError, zipfile.BadZipFile, zlib.error):
        return None
    if header["digest"] != digest(arrays):
        return None
    found, wanted = header["identity"], json.loads(json.dumps(dict(identity)))
    names = {*found, *wanted}
    # a key that one side lacks differs, also where the other has null
    if others := sorted(n for n in names if (n in found, found.get(n)) != (n in wanted, wanted.get(n))):
        raise ForeignTotalError(
            f"{path}: holds another run (other {', '.join(others)}); give another --out, or delete it"
        )
    return _total(arrays, header["draws"])


@dataclass
class Checkpoint:
    """A file that holds the running total, replaced every so many seconds."""

    path: Path
    seconds: float = _SECONDS
    _saved: float = field(default_factory=time.monotonic)

    def load(self, identity: Identity) -> Total | None:
        """Return the total that an earlier run left, if any; see `load`."""
        return load(self.path, identity)

    def save(self, total: Total, identity: Identity) -> None:
        """Write the total now."""
        save(total, self.path, identity)
        self._saved = time.monotonic()

    def save_when_due(self, total: Total, identity: Identity) -> None:
        """Write the total if the last version is old enough."""
        if time.monotonic() - self._saved >= self.seconds:
            self.save(total, identity)

    def remove(self) -> None:
        """Delete the file: the run is finished."""
        self.path.unlink(missing_ok=True)


def _arrays(total: Total) -> dict[str, np.ndarray]:
    arrays = {"blocks": np.array(sorted(total.blocks), np.int64)}
    arrays |= {f"tally/{name}": np.asarray(value) for name, value in total.tally._asdict().items()}
    for first, outputs in total.kept.items():
        arrays |= {f"kept/{first}/{name}": value for name, value in outputs.items()}
    return arrays


def _total(arrays: Mapping[str, np.ndarray], draws: int) -> Total:
    kept: dict[int, dict[str, np.ndarray]] = {}
    for path, value in arrays.items():
        if path.startswith("kept/"):
            _, first, name = path.split("/")
            kept.setdefault(int(first), {})[name] = value
    tally: Any = {name: arrays[f"tally/{name}"] for name in Tally._fields}
    return Total(Tally(**tally), kept, set(arrays["blocks"].tolist()), draws)


@dataclass(frozen=True)
class Job:
    """Job: the work of a run.

    Attributes
    ----------
    identity
        Everything that determines the counts.
    plan, nothing
        Its blocks, stage by stage, and the total of no blocks.
    count
        Generator of the results of blocks, as they finish.
    width
        Number of blocks counted at once.
    progress
        Called with (draws done, draws at most).
    stop
        Whether the run is to end early.
    """

    identity: Identity
    plan: BlockPlan
    nothing: Total
    count: Callable[[Iterable[Block]], Generator[Result]]
    width: int
    progress: Callable[[int, int], None]
    stop: Callable[[], bool]

    def until_stopped(self, blocks: Iterable[Block]) -> Iterator[Block]:
        """Yield blocks until the run is to end."""
        for block in blocks:
            if self.stop():
                return
            yield block


type Executor = Callable[[Job], Generator[Total]]
"""Executor: runs a job, yields the total of all blocks so far after each stage, ends early when stopped."""


def serial_executor(job: Job, checkpoint: Checkpoint | None = None) -> Generator[Total]:
    """Run a job in this process, from the total in the checkpoint if any.

    Yields
    ------
    Total
        After each stage: the same object, grown. It is saved periodically, and when the job is stopped.
    """
    return own_share(job, checkpoint, lambda _: True)


def own_share(job: Job, checkpoint: Checkpoint | None, mine: Callable[[Block], bool]) -> Generator[Total]:
    """Do the blocks of a job that are `mine`; see `serial_executor`."""
    total = (checkpoint and checkpoint.load(job.identity)) or job.nothing.empty()
    for stage in job.plan.stages():
        missing = (block for block in stage if mine(block) and block.first not in total.blocks)
        for result in job.count(job.until_stopped(missing)):
            total.add(result)
            job.progress(total.draws, job.plan.draws)
            if checkpoint:
                checkpoint.save_when_due(total, job.identity)
        if checkpoint and job.stop():
            checkpoint.save(total, job.identity)
        yield total
        if job.stop():
            return
