"""Ceilings of this machine, measured through XLA on all cores (or the device) at once."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from benchmarks.machine import cores
from benchmarks.setting import Setting

UNROLLED = 16
"""Applications of an operation to a number while it is in a register."""
SPECIAL: dict[str, Callable[[jax.Array], jax.Array]] = {
    "exponential": lambda x: jnp.exp(-x),
    "exponential-minus-one": lambda x: jnp.expm1(-x),
    "log": lambda x: jnp.log(x + 2.0),
    "log-plus-one": lambda x: jnp.log1p(x),
    "erf": lambda x: lax.erf(x),
    "sqrt": lambda x: jnp.sqrt(x),
}
"""Special functions by their HLO name, each in a form that can be applied to its own result for ever."""


def fused_multiply_add(setting: Setting) -> np.ndarray:
    """Return floating-point operations a second, a fused multiply-add being two."""

    def chained(x: jax.Array) -> jax.Array:
        for _ in range(UNROLLED):
            x = x * 0.999 + 0.001
        return x

    return 2.0 * _rates(chained, setting)


def special(name: str, setting: Setting) -> np.ndarray:
    """Return results a second of a special function."""
    function = SPECIAL[name]

    def side_by_side(x: jax.Array) -> jax.Array:  # one after another, they would wait for each other
        return sum((function(x + k / UNROLLED) for k in range(UNROLLED)), jnp.zeros_like(x)) / UNROLLED

    return _rates(side_by_side, setting)


def bandwidth(setting: Setting, mib: float) -> np.ndarray:
    """Return bytes read and written a second over arrays of a size: in a core's cache, or in memory."""
    size = int(mib * 2**18)
    passes = max(1, int((64 if setting.quick else 1024) / mib))
    return 8.0 * size * _timed(lambda x: x + 1.0, size, passes, setting)


def _rates(unrolled: Callable[[jax.Array], jax.Array], setting: Setting) -> np.ndarray:
    on_cpu = jax.default_backend() == "cpu"
    size = 16_384 if on_cpu else 2**24
    passes = 50 if setting.quick else 2_000 if on_cpu else 200
    return UNROLLED * size * _timed(unrolled, size, passes, setting)


def _timed(step: Callable[[jax.Array], jax.Array], size: int, passes: int, setting: Setting) -> np.ndarray:
    """Passes a second over an array of a size, summed over one thread for each core; once a repeat."""
    on_cpu = jax.default_backend() == "cpu"
    workers = cores() if on_cpu else 1

    def loop(x: jax.Array) -> jax.Array:
        return lax.fori_loop(0, passes, lambda _, y: lax.optimization_barrier(step(y)), x)

    run = jax.jit(loop, compiler_options={"xla_cpu_prefer_vector_width": 512} if on_cpu else None)
    arrays = [jnp.linspace(0.1, 1.0, size, dtype=jnp.float32) + worker for worker in range(workers)]
    jax.block_until_ready(run(arrays[0]))
    rates = []
    with ThreadPoolExecutor(workers) as pool:
        for _ in range(setting.repeats):
            start = time.perf_counter()
            list(pool.map(lambda x: run(x).block_until_ready(), arrays))
            rates.append(workers * passes / (time.perf_counter() - start))
    return np.array(rates)
