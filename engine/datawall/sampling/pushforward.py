"""Push draws through a function: sample, evaluate and count in one compiled loop, and keep little."""

import os
import time
from collections.abc import Callable, Generator, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, as_completed, wait
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

import jax
import numpy as np

from datawall.sampling.average import Average
from datawall.sampling.points import split_index
from datawall.sampling.program import Function, Spec, layout_of, program
from datawall.sampling.samplers import RANDOM, Sampler
from datawall.sampling.sketch import Sketch
from datawall.sampling.tally import Tally


@dataclass(frozen=True)
class Pushed:
    """What is left of a run of draws.

    Attributes
    ----------
    kept
        Every output of the first draws, by name, of shape (..., kept).
    sketches
        Distribution of each counted output over all draws, by name.
    averages
        Average of each averaged output over all draws, by name.
    draws
        Number of draws.
    seconds
        Wall time, compilation included [s].
    """

    kept: dict[str, np.ndarray]
    sketches: dict[str, Sketch]
    averages: dict[str, Average]
    draws: int
    seconds: float


def push(
    function: Function,
    params: Any,
    draws: int,
    *,
    seed: int,
    streams: np.ndarray,
    sketches: Mapping[str, Spec],
    sampler: Sampler = RANDOM,
    chunk: int = 4096,
    block: int = 65_536,
    keep: int = 4096,
    progress: Callable[[int, int], None] | None = None,
) -> Pushed:
    """Push draws through a function, keeping the first ones and counting all.

    Nothing that is returned depends on `chunk`, `block`, `keep` or the number of threads, but how many draws
    are kept; a shorter run is the beginning of a longer one. Memory does not grow with `draws`.

    Parameters
    ----------
    function
        Traceable by JAX; column i of its outputs may depend on column i of the scores only. Pass the same
        object again to reuse the compiled program: a new closure compiles anew, other `params` do not.
    params
        Pytree of numbers and arrays, the first argument of `function`.
    draws
        Number of draws, at least 1.
    seed
        Of the random numbers, in [0, 2^32).
    streams
        What tells the rows of the scores apart, uint32 of shape (streams,) (`Sampler.address`).
    sketches
        Range and resolution of each output to be counted, by name, or the range of one to be averaged.
    sampler
        How the draws are spread.
    chunk
        Draws evaluated at once: small enough for the arrays of `function` to stay in a core's cache.
    block
        Draws between two reports of progress: many chunks, so that a call costs little beside its draws.
    keep
        Number of draws of which every output is kept.
    progress
        Called with (draws done, draws) after each block; an exception that it raises ends the run.

    Returns
    -------
    Pushed
        Kept draws and sketches.

    Raises
    ------
    ValueError
        If `draws` or `seed` is out of range, a sketch names no output, or an output lacks the draws axis.
    """
    start = time.perf_counter()
    if draws < 1:
        raise ValueError(f"draws {draws} is not at least 1")
    specs = tuple(sketches.items())
    points = sampler.points(seed, streams)
    run = partial(_run, jax.config.jax_enable_x64, (function, specs, chunk, sampler), (params, points))
    # An empty block compiles before the threads race to, and shows the shapes of the outputs.
    empty = run(_Block(0, 0, keep=True))
    layout = layout_of(specs, empty.outputs, sampler)
    totals = layout.empty()
    kept = [empty]
    done = 0
    with closing(_in_threads(run, _blocks(draws, keep, chunk, block))) as results:
        for result in results:
            for name, *tally in layout.split(result.tally):
                totals[name].add(*tally)
            if result.block.keep:
                kept.append(result)
            done += result.block.size
            if progress is not None:
                progress(done, draws)
    sketched = {name: total for name, total in totals.items() if isinstance(total, Sketch)}
    averages = {name: total for name, total in totals.items() if isinstance(total, Average)}
    return Pushed(_join(kept, keep), sketched, averages, draws, time.perf_counter() - start)


class _Block(NamedTuple):
    """A run of consecutive draws."""

    first: int
    size: int
    keep: bool


class _Result(NamedTuple):
    """What came back of a block, on the host; `outputs` only of a block that is kept."""

    block: _Block
    tally: Tally
    outputs: dict[str, np.ndarray]


def _blocks(draws: int, keep: int, chunk: int, block: int) -> Iterator[_Block]:
    """Cut the draws into blocks; those that are kept are single chunks."""
    split = min(draws, chunk * -(-keep // chunk))
    for first in range(0, split, chunk):
        yield _Block(first, min(chunk, split - first), keep=True)
    for first in range(split, draws, block):
        yield _Block(first, min(block, draws - first), keep=False)


def _cores() -> int:
    """Return how many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _in_threads(run: Callable[[_Block], _Result], blocks: Iterator[_Block]) -> Generator[_Result]:
    """Yield the results of blocks as they finish, with one thread for each core of a CPU."""
    workers = _cores() if jax.default_backend() == "cpu" else 1
    pool = ThreadPoolExecutor(workers)
    pending: set[Future[_Result]] = set()
    try:
        for block in blocks:
            pending.add(pool.submit(run, block))
            # One block waits behind each that runs: threads never idle, and results never pile up.
            if len(pending) >= 2 * workers:
                finished, pending = wait(pending, return_when=FIRST_COMPLETED)
                yield from (future.result() for future in finished)
        yield from (future.result() for future in as_completed(pending))
    finally:
        pool.shutdown(cancel_futures=True)


def _join(kept: list[_Result], keep: int) -> dict[str, np.ndarray]:
    """Return the first `keep` draws of each output, in the order of their index."""
    kept = sorted(kept, key=lambda result: result.block)
    columns = {name: [r.outputs[name][..., : r.block.size] for r in kept] for name in kept[0].outputs}
    return {name: np.concatenate(parts, axis=-1)[..., :keep] for name, parts in columns.items()}


def _run(x64: bool, static: tuple[Any, ...], traced: tuple[Any, ...], block: _Block) -> _Result:
    """Run one block and fetch its result, in the caller's precision, which JAX sets for each thread."""
    first, size = split_index(block.first), np.int32(block.size)
    with jax.enable_x64(x64):
        tallies, outputs = program(jax.default_backend())(*static, *traced, first, size)
        return _Result(block, *jax.device_get((tallies, outputs if block.keep else {})))
