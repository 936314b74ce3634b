"""Executors of a run, and the serial executor: one process, with periodic checkpoints."""

from collections.abc import Callable, Generator, Iterable, Iterator
from dataclasses import dataclass

from datawall.sampling.execution.blocks import Block, BlockPlan, Result, Total
from datawall.sampling.execution.checkpoint import Checkpoint, Identity


@dataclass(frozen=True)
class Job:
    """Job: the work of a run.

    Attributes
    ----------
    identity
        Everything that determines the counts.
    plan
        Its blocks, stage by stage.
    nothing
        The total of no blocks.
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
    """Run a job in this process.

    Parameters
    ----------
    job
        The work.
    checkpoint
        The total to continue from, saved periodically and when stopped.

    Yields
    ------
    Total
        After each stage: the same object, grown.
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
