"""Shared-folder executor: any number of processes, on any machines, may join a run or leave it.

The blocks of a run form groups. A worker claims a group by a lease, counts it and writes its
total. A group whose worker has died is done again by another; so may be one whose worker was only slow, which
costs time and changes nothing, for equal blocks have equal totals. Each worker adds up all groups.
"""

import os
import platform
import tempfile
import time
from collections.abc import Generator
from contextlib import suppress
from dataclasses import dataclass
from itertools import batched, islice
from pathlib import Path

from datawall.sampling.execution.blocks import Block, Total
from datawall.sampling.execution.executor import Job, load, save

_LEASE_SECONDS = 120.0
"""Lifetime of a lease without renewal, longer than any block takes."""


@dataclass(frozen=True)
class Lease:
    """Lease: a file that names the process that does a piece of work.

    Two processes may hold it at once when one was taken for dead, so the work must be idempotent. A holder
    that does not renew it for some seconds is taken for dead.
    """

    path: Path
    seconds: float = _LEASE_SECONDS

    def claim(self) -> bool:
        """Claim the work; return whether this process now holds the lease."""
        try:
            with self.path.open("x") as file:
                file.write(_owner())
        except FileExistsError:
            if not self._is_abandoned():
                return False
            self.path.write_text(_owner())
        return True

    def renew(self) -> None:
        """Renew the lease: its holder is alive."""
        with suppress(FileNotFoundError):
            os.utime(self.path)

    def release(self) -> None:
        """Release the lease."""
        self.path.unlink(missing_ok=True)

    def _is_abandoned(self) -> bool:
        """Return whether the lease has expired, or its holder was a process of this machine and is gone."""
        try:
            node, _, process = self.path.read_text().rpartition(" ")
            age = _now(self.path.parent) - self.path.stat().st_mtime
        except FileNotFoundError:
            return False
        return age > self.seconds or (node == platform.node() and process.isdecimal() and _is_gone(process))


def _owner() -> str:
    return f"{platform.node()} {os.getpid()}"


def _now(folder: Path) -> float:
    """Return the time by the clock of the folder's file system, which may differ from this machine's."""
    with tempfile.TemporaryFile(dir=folder) as file:
        return os.fstat(file.fileno()).st_mtime


def _is_gone(process: str) -> bool:
    try:
        os.kill(int(process), 0)
    except ProcessLookupError:
        return True
    except OSError:
        return False
    return False


_MOST_GROUPS = 256
"""Groups in a stage: the number of workers that can be busy at once, and of files that each adds up."""
_POLL_SECONDS = 0.5


@dataclass(frozen=True)
class _Group:
    """Group of blocks that one worker counts, the file of their total, and the lease on the work."""

    blocks: tuple[Block, ...]
    path: Path
    lease: Lease

    def claim(self) -> bool:
        """Claim the group; return whether this process is to count it: unclaimed, and not yet done."""
        if not self.lease.claim():
            return False
        if self.path.exists():
            self.lease.release()
            return False
        return True


def shared_folder_executor(job: Job, folder: Path, lease_seconds: float = _LEASE_SECONDS) -> Generator[Total]:
    """Run a job together with every other process that is given the same job and folder.

    Parameters
    ----------
    job
        The work.
    folder
        On a file system that all workers see.
    lease_seconds
        Time without renewal after which a worker is taken for dead.

    Yields
    ------
    Total
        After each stage: the same object, grown.

    Raises
    ------
    ForeignTotalError
        If the folder holds totals of another run.
    """
    total = job.nothing.empty()
    for stage in job.plan.stages():
        missing = _groups(stage, folder, lease_seconds)
        while missing and not job.stop():
            claimed = list(islice((group for group in missing if group.claim()), job.width))
            try:
                _count(job, claimed)
            finally:
                for group in claimed:
                    group.lease.release()
            missing = [group for group in missing if not _is_added(group, total, job)]
            job.progress(total.draws, job.plan.draws)
            if missing and not claimed:
                time.sleep(_POLL_SECONDS)
        # the kept draws are at the beginning: a result needs them
        yield total if 0 in total.blocks else job.nothing.empty()
        if job.stop():
            return


def _groups(stage: list[Block], folder: Path, lease_seconds: float) -> list[_Group]:
    groups = []
    for blocks in batched(stage, -(-len(stage) // _MOST_GROUPS)):
        path = folder / f"{blocks[0].first:019d}.npz"
        groups.append(_Group(blocks, path, Lease(path.with_suffix(".lease"), lease_seconds)))
    return groups


def _count(job: Job, groups: list[_Group]) -> None:
    """Count groups, and write the total of each as soon as it is complete."""
    owners = {block.first: group for group in groups for block in group.blocks}
    totals = {group.path: job.nothing.empty() for group in groups}
    for result in job.count(job.until_stopped(block for group in groups for block in group.blocks)):
        own = owners[result.block.first]
        total = totals[own.path]
        total.add(result)
        if len(total.blocks) == len(own.blocks):
            save(totals.pop(own.path), own.path, job.identity)
        for group in groups:
            group.lease.renew()


def _is_added(group: _Group, total: Total, job: Job) -> bool:
    """Add a group whose total exists; a damaged total is deleted, to be counted again."""
    if not group.path.exists():
        return False
    part = load(group.path, job.identity)
    if part is None:
        group.path.unlink(missing_ok=True)
        return False
    total.merge(part)
    return True
