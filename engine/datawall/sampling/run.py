"""Monte Carlo propagation: sample, evaluate and count in one compiled loop with constant memory."""

import hashlib
import time
from collections.abc import Callable, Generator, Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import jax
import numpy as np

from datawall.sampling.counts import Layout
from datawall.sampling.execution.blocks import Block, BlockPlan, Result, Total, result_digest
from datawall.sampling.execution.devices import count_blocks, count_nothing, width
from datawall.sampling.execution.executor import Executor, Identity, Job, serial_executor
from datawall.sampling.program import Function, Spec, layout_of
from datawall.sampling.samplers import RANDOM, Sampler
from datawall.sampling.summaries import Average, Sketch

_KEEP = 4096

type _Store = Callable[[int, Mapping[str, np.ndarray]], None]


@dataclass(frozen=True)
class MonteCarloResult:
    """Streamed summaries and kept draws of a run.

    Attributes
    ----------
    kept
        Every output of the first draws, by name, of shape (..., kept).
    sketches
        Distribution of each counted output over all draws, by name.
    averages
        Average of each averaged output over all draws, by name.
    draws, asked
        Number of draws, and the maximum requested.
    partial
        Whether the run was stopped early.
    digest
        SHA-256 of all counts and kept draws: equal for equal results.
    seconds
        Wall time, compilation included [s].
    """

    kept: dict[str, np.ndarray]
    sketches: dict[str, Sketch]
    averages: dict[str, Average]
    draws: int
    asked: int
    partial: bool
    digest: str
    seconds: float


@dataclass(frozen=True)
class RunControl:
    """Control of the execution of a run: nothing here changes a count.

    Attributes
    ----------
    executor
        Executor of the run: this process, workers on a folder, or hosts in step.
    progress
        Called with (draws done, draws at most) after each block; an exception that it raises ends the run.
    stop
        Whether to end early, with the counts so far.
    store
        Called with (first draw, outputs) of each block; outputs are fetched only when it is given.
    """

    executor: Executor = serial_executor
    progress: Callable[[int, int], None] = lambda *_: None
    stop: Callable[[], bool] = lambda: False
    store: _Store | None = None


def propagate(
    function: Function,
    params: Any,
    draws: int,
    *,
    seed: int,
    streams: np.ndarray,
    sketches: Mapping[str, Spec],
    sampler: Sampler = RANDOM,
    chunk: int | None = None,
    block: int | None = None,
    keep: int = _KEEP,
    enough: Callable[[MonteCarloResult], bool] | None = None,
    identity: Identity | None = None,
    control: RunControl | None = None,
) -> MonteCarloResult:
    """Propagate draws through a function, counting all and keeping the first ones.

    Nothing that is returned depends on `chunk`, `block`, `control` or the number of threads, devices and
    processes; a shorter run is the beginning of a longer one. Memory does not grow with `draws`.

    Parameters
    ----------
    function
        Traceable by JAX; column i of its outputs may depend on column i of the scores only. Pass the same
        object again to reuse the compiled program: a new closure compiles anew, other `params` do not.
    params
        Pytree of numbers and arrays, the first argument of `function`.
    draws
        Number of draws, at least 1; the maximum where `enough` is given.
    seed
        Of the random numbers, in [0, 2^32).
    streams
        Addresses of the rows of the scores, uint32 of shape (streams,) (`Sampler.address`).
    sketches
        Range and resolution of each output to be counted, by name, or the range of one to be averaged.
    sampler
        The point set of the draws.
    chunk
        Draws evaluated at once: on a CPU, few enough for the arrays of `function` to stay in a core's cache.
    block
        Draws counted in one call, and between two reports of progress.
    keep
        Number of draws of which every output is kept.
    enough
        Stopping rule on a result: called at 2^16 draws and at each doubling.
    identity
        Everything that determines the counts, as plain data: a total of another identity is not continued.
        Needed where the executor writes to a folder.
    control
        The executor, progress and stopping of the run.

    Returns
    -------
    MonteCarloResult
        Kept draws and sketches.

    Raises
    ------
    ValueError
        If `draws` or `seed` is out of range, a sketch names no output, or an output lacks the draws axis.
    KeyboardInterrupt
        If the run is stopped before anything is counted.
    """
    start = time.perf_counter()
    if draws < 1:
        raise ValueError(f"draws {draws} is not at least 1")
    control = control or RunControl()
    backend = jax.default_backend()
    plan = BlockPlan.on(backend, draws, keep, chunk=chunk, block=block, checked=enough is not None)
    if control.store is not None:
        plan = plan.keeping_all()
    specs = tuple(sketches.items())
    static = (function, specs, plan.chunk, sampler)
    traced = (params, sampler.points(seed, streams))
    nothing = Total.of_nothing(*count_nothing(static, traced))
    layout = layout_of(specs, nothing.kept_outputs(), sampler)

    def count(blocks: Iterable[Block]) -> Generator[Result]:
        with closing(count_blocks(static, traced, blocks)) as results:
            for result in results:
                yield result if control.store is None else _stored(result, control.store, keep)

    identity = {
        **(identity or {}),
        "seed": seed,
        "sampler": sampler.name,
        "plan": vars(plan),
        "outputs": hashlib.sha256(repr(specs).encode()).hexdigest(),
        "backend": backend,
    }
    job = Job(identity, plan, nothing, count, width(), control.progress, control.stop)
    found = None
    with closing(control.executor(job)) as totals:
        for end, total in zip(plan.ends(), totals, strict=False):
            found = _result(total, layout, end, draws, start)
            # more draws than this: the run was continued, and had failed the stopping rule here before
            if enough is not None and found.draws == end and enough(found):
                break
    if found is None or found.draws == 0:
        raise KeyboardInterrupt
    return found


def _stored(result: Result, store: _Store, keep: int) -> Result:
    """Pass the outputs of a block to the store, and return the result with the draws to keep."""
    store(result.block.first, result.outputs)
    own = max(keep - result.block.first, 0)
    outputs = result.outputs if own else {}
    return result._replace(outputs={name: value[..., :own].copy() for name, value in outputs.items()})


def _result(total: Total, layout: Layout, end: int, asked: int, start: float) -> MonteCarloResult:
    """Return a total as a result; it is partial unless it ends at `end`.

    More draws than `end` belong to a continued run that has not reached that point again.
    """
    totals = layout.empty()
    for name, *tally in layout.split(total.tally):
        totals[name].add(*tally)
    return MonteCarloResult(
        kept=total.kept_outputs(),
        sketches={name: part for name, part in totals.items() if isinstance(part, Sketch)},
        averages={name: part for name, part in totals.items() if isinstance(part, Average)},
        draws=total.draws,
        asked=asked,
        partial=total.draws != end,
        digest=result_digest(total),
        seconds=time.perf_counter() - start,
    )
