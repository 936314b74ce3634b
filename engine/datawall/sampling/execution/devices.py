"""Counting blocks on every device of this machine."""

import os
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, as_completed, wait
from contextlib import closing
from functools import cache, partial
from itertools import batched
from typing import Any

import jax
import numpy as np
from jax.sharding import Mesh
from jax.sharding import PartitionSpec as P

from datawall.sampling.counts import Tally
from datawall.sampling.execution.blocks import Block
from datawall.sampling.execution.total import Result
from datawall.sampling.prng import split_index
from datawall.sampling.program import ACCEPTED, compiler_options, count_draws, program


@cache
def sharded_program(devices: int) -> Callable[..., tuple[Tally, dict[str, jax.Array]]]:
    """Return the program that counts a block on each of the local devices in one call.

    Parameters
    ----------
    devices
        How many of `jax.local_devices()`.

    Returns
    -------
    callable
        As `program.program`, but the words of the first draw and the size have shape (devices,), and what
        comes back is in as many parts, one a device, laid end to end along the leading axis.
    """
    mesh = Mesh(np.array(jax.local_devices()[:devices]), ("device",))

    def run(static: tuple, params: Any, words: tuple, first: Any, size: Any) -> Any:
        def own(params: Any, words: tuple, first: Any, size: Any) -> Any:
            count: Callable[..., Any] = partial(count_draws, *static)
            return count(params, *words, (first[0][0], first[1][0]), size[0])

        # Each device works for itself: there is nothing to sum, so nothing for the check to prove.
        return jax.shard_map(
            own,
            mesh=mesh,
            in_specs=(P(), P(), P("device"), P("device")),
            out_specs=P("device"),
            check_vma=False,
        )(params, words, first, size)

    return jax.jit(run, static_argnums=0, compiler_options=compiler_options(jax.default_backend()))


def count_blocks(static: tuple, traced: tuple, blocks: Iterable[Block]) -> Generator[Result]:
    """Yield the results of blocks as they finish, from all local devices.

    A CPU that is one device gets a thread for each core; several devices share one program.

    Parameters
    ----------
    static, traced
        What `program.count_draws` takes before and after its parameters begin.
    blocks
        What to count; it may end early to stop the run.
    """
    devices = jax.local_device_count()
    x64 = jax.config.jax_enable_x64
    threads = width() // devices

    def run(batch: tuple[Block, ...]) -> list[Result]:
        # JAX sets the precision for each thread
        with jax.enable_x64(x64):
            answers = _answers(static, traced, batch, devices)
            return [_fetch(block, *answer) for block, answer in zip(batch, answers, strict=True)]

    with closing(_in_threads(run, batched(blocks, devices), threads)) as results:
        for result in results:
            yield from result


def width() -> int:
    """Return how many blocks are counted at once: one a device, or one a core of a CPU that is one device."""
    devices = jax.local_device_count()
    return _cores() if jax.default_backend() == "cpu" and devices == 1 else devices


def count_nothing(static: tuple, traced: tuple) -> tuple[Tally, dict[str, Any]]:
    """Compile, before threads race to; return the tally of no draws and each output of none, on the host."""
    (answer,) = _answers(static, traced, (Block(0, 0, 0),), jax.local_device_count())
    tally, outputs = answer
    return jax.device_get(tally), {name: np.zeros((*v.shape[:-1], 0), v.dtype) for name, v in outputs.items()}


def _answers(static: tuple, traced: tuple, batch: tuple[Block, ...], devices: int) -> list[tuple]:
    """Count up to a block on each device; what comes back is still there."""
    if devices == 1:
        (block,) = batch
        return [program(jax.default_backend())(*static, *traced, *_address(block))]
    params, *words = traced
    idle = (Block(0, 0, 0),) * (devices - len(batch))
    first, size = jax.tree.map(lambda *leaves: np.stack(leaves), *map(_address, (*batch, *idle)))
    answer = sharded_program(devices)(static, params, tuple(words), first, size)
    return [jax.tree.map(partial(_part, place), answer) for place in range(len(batch))]


def _fetch(block: Block, tally: Tally, outputs: dict[str, jax.Array]) -> Result:
    made = jax.device_get(outputs) if block.keep else {}
    kept = {name: value[..., : block.keep].copy() for name, value in made.items()}
    return Result(block, jax.device_get(tally), _accepted_of(kept, block.first))


def _accepted_of(kept: dict[str, np.ndarray], first: int) -> dict[str, np.ndarray]:
    """Return the kept draws that are accepted, and in place of whether they are, which draws they are."""
    if ACCEPTED not in kept:
        return kept
    place = np.flatnonzero(kept[ACCEPTED])
    return {name: value[..., place] for name, value in kept.items()} | {ACCEPTED: first + place}


def _address(block: Block) -> tuple[Any, np.int32]:
    """Return the words of the first draw, and the number of draws."""
    return split_index(block.first), np.int32(block.size)


def _part(place: int, leaf: jax.Array) -> jax.Array:
    """Return what one device made; indexing the whole would compile a program for each shape."""
    return sorted(leaf.addressable_shards, key=lambda shard: shard.index[0].start or 0)[place].data


def _cores() -> int:
    """Return how many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _in_threads[T, R](run: Callable[[T], R], tasks: Iterator[T], workers: int) -> Generator[R]:
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
