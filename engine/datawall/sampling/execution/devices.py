"""Local devices: counting of blocks on all of them, in threads."""

import os
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, as_completed, wait
from contextlib import closing
from queue import SimpleQueue
from typing import Any

import jax
import numpy as np

from datawall.sampling.counts import Tally
from datawall.sampling.execution.blocks import Block, Result
from datawall.sampling.prng import split_index
from datawall.sampling.program import ACCEPTED, program


def count_blocks(static: tuple, traced: tuple, blocks: Iterable[Block]) -> Generator[Result]:
    """Yield the results of blocks as they finish, from all local devices.

    Each device has a thread, and a CPU that is one device has one for each core. All run the program that a
    single device runs: a program that is sharded over devices rounds differently. Static and traced are the
    arguments of `program.count_draws`; the iterator of blocks may end early to stop the run.
    """
    x64 = jax.config.jax_enable_x64
    devices = jax.local_devices()
    # Each thread takes an idle device, so a device that is slower or busy elsewhere gets fewer blocks.
    idle: SimpleQueue[tuple[Any, ...]] = SimpleQueue()
    held = [_held(traced, device) for device in devices]
    for place in range(width()):
        idle.put(held[place % len(held)])

    def run(block: Block) -> Result:
        there = idle.get()
        try:
            # JAX sets the precision for each thread
            with jax.enable_x64(x64):
                return _fetch(block, *_answer(static, there, block))
        finally:
            idle.put(there)

    with closing(_in_threads(run, blocks, width())) as results:
        yield from results


def width() -> int:
    """Return the number of blocks counted at once: one per device, or per core of a one-device CPU."""
    devices = jax.local_device_count()
    return _cores() if jax.default_backend() == "cpu" and devices == 1 else devices


def count_nothing(static: tuple, traced: tuple) -> tuple[Tally, dict[str, Any]]:
    """Compile before the threads start; return the tally and each output of no draws, on the host."""
    tally, outputs = _answer(static, _held(traced, jax.local_devices()[0]), Block(0, 0, 0))
    return jax.device_get(tally), {name: np.zeros((*v.shape[:-1], 0), v.dtype) for name, v in outputs.items()}


def _held(traced: tuple, device: Any) -> tuple:
    """Return parameters placed on a device, so that programs of them run there."""
    return jax.device_put(traced, device)


def _answer(static: tuple, there: tuple, block: Block) -> tuple[Tally, dict[str, jax.Array]]:
    """Count a block on the device that holds the parameters; the result stays on that device."""
    first, size = split_index(block.first), np.int32(block.size)
    return program(jax.default_backend())(*static, *there, first, size)


def _fetch(block: Block, tally: Tally, outputs: dict[str, jax.Array]) -> Result:
    made = jax.device_get(outputs) if block.keep else {}
    kept = {name: value[..., : block.keep].copy() for name, value in made.items()}
    return Result(block, jax.device_get(tally), _accepted_of(kept, block.first))


def _accepted_of(kept: dict[str, np.ndarray], first: int) -> dict[str, np.ndarray]:
    """Return the accepted kept draws, with their indices in place of the acceptance flags."""
    if ACCEPTED not in kept:
        return kept
    place = np.flatnonzero(kept[ACCEPTED])
    return {name: value[..., place] for name, value in kept.items()} | {ACCEPTED: first + place}


def _cores() -> int:
    """Return the number of cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _in_threads[T, R](run: Callable[[T], R], tasks: Iterable[T], workers: int) -> Generator[R]:
    """Yield the results of tasks as they finish."""
    pool = ThreadPoolExecutor(workers)
    pending: set[Future[R]] = set()
    try:
        for task in tasks:
            pending.add(pool.submit(run, task))
            # One task waits behind each that runs: threads never idle, and results never pile up.
            if len(pending) >= 2 * workers:
                finished, pending = wait(pending, return_when=FIRST_COMPLETED)
                yield from (future.result() for future in finished)
        yield from (future.result() for future in as_completed(pending))
    finally:
        pool.shutdown(cancel_futures=True)
