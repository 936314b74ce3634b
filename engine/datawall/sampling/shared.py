"""Workers that share a folder: any number of processes, on any machines, may join a run or leave it.

The blocks of a run are dealt with in groups. A worker claims a group by a lease file, counts it and writes its
total. A group whose worker has died is done again by another; so may be one whose worker was only slow, which
costs time and changes nothing, for equal blocks have equal totals. Whoever finds all groups present adds them.
"""

import os
import platform
import tempfile
import time
from collections.abc import Generator
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from itertools import batched, islice
from pathlib import Path

from datawall.sampling.blocks import Block
from datawall.sampling.checkpoint import load, save
from datawall.sampling.job import Job
from datawall.sampling.total import Total

MOST_GROUPS = 256
"""In a stage: how many workers can be busy at once, and how many files are added at its end."""
LEASE_SECONDS = 120.0
"""A lease that was not renewed for so long is void. Longer than any block takes."""
POLL_SECONDS = 0.5


@dataclass(frozen=True)
class Group:
    """Blocks that one worker counts, and where their total lies."""

    blocks: tuple[Block, ...]
    folder: Path

    @cached_property
    def path(self) -> Path:
        """File of the total."""
        return self.folder / f"{self.blocks[0].first:019d}.npz"

    @cached_property
    def lease(self) -> Path:
        """File that says who counts it."""
        return self.path.with_suffix(".lease")

    def claim(self, lease_seconds: float) -> bool:
        """Return whether the group is now ours to count."""
        try:
            with self.lease.open("x") as file:
                file.write(_owner())
        except FileExistsError:
            if not self._is_abandoned(lease_seconds):
                return False
            self.lease.write_text(_owner())
        if self.path.exists():  # its worker has finished it since we looked
            self.release()
        return not self.path.exists()

    def renew(self) -> None:
        """Say that its worker lives."""
        with suppress(FileNotFoundError):
            os.utime(self.lease)

    def release(self) -> None:
        """Give the claim up."""
        self.lease.unlink(missing_ok=True)

    def _is_abandoned(self, lease_seconds: float) -> bool:
        """Whether the lease has run out, or its owner was a process of this machine and is gone."""
        try:
            node, _, process = self.lease.read_text().partition(" ")
            age = _now(self.folder) - self.lease.stat().st_mtime
        except FileNotFoundError:
            return False
        return age > lease_seconds or (node == platform.node() and process.isdecimal() and _is_gone(process))


def shared_folder(job: Job, folder: Path, lease_seconds: float = LEASE_SECONDS) -> Generator[Total]:
    """Do a job together with every other process that is given the same job and folder.

    Parameters
    ----------
    job
        What to do.
    folder
        On a file system that all workers see; made when missing.
    lease_seconds
        A worker that was not heard of for so long is taken for dead.

    Yields
    ------
    Total
        After each stage: the same object, grown.

    Raises
    ------
    ForeignTotalError
        If the folder holds totals of another run.
    """
    folder.mkdir(parents=True, exist_ok=True)
    total = job.nothing.empty()
    for stage in job.plan.stages():
        missing = _groups(stage, folder)
        while missing and not job.stop():
            claimed = list(islice((g for g in missing if g.claim(lease_seconds)), job.width))
            try:
                _count(job, claimed)
            finally:
                for group in claimed:
                    group.release()
            missing = [group for group in missing if not _is_added(group, total, job)]
            job.progress(total.draws, job.plan.draws)
            if missing and not claimed:
                time.sleep(POLL_SECONDS)
        # what is kept lies at the beginning: a result without it would be none
        yield total if 0 in total.blocks else job.nothing.empty()


def _groups(stage: list[Block], folder: Path) -> list[Group]:
    size = -(-len(stage) // MOST_GROUPS)
    return [Group(blocks, folder) for blocks in batched(stage, size)]


def _count(job: Job, groups: list[Group]) -> None:
    """Count groups and write the total of each as soon as it is whole."""
    owners = {block.first: group for group in groups for block in group.blocks}
    totals = {group.path: job.nothing.empty() for group in groups}
    for result in job.count(job.until_stopped(block for group in groups for block in group.blocks)):
        group = owners[result.block.first]
        total = totals[group.path]
        total.add(result)
        if len(total.blocks) == len(group.blocks):
            save(totals.pop(group.path), group.path, job.identity)
        for group in groups:
            group.renew()


def _is_added(group: Group, total: Total, job: Job) -> bool:
    """Add a group that is present; one that is damaged is deleted, to be counted again."""
    if not group.path.exists():
        return False
    part = load(group.path, job.identity)
    if part is None:
        group.path.unlink(missing_ok=True)
        return False
    total.merge(part)
    return True


def _owner() -> str:
    return f"{platform.node()} {os.getpid()}"


def _now(folder: Path) -> float:
    """Return the time by the clock that dates the files of a folder: not always that of this machine."""
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
