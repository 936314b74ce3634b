"""The compiled program: sample, evaluate and count in one loop on the device."""

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import jax
import jax.numpy as jnp
from jax import lax

from datawall.sampling.points import Index, advance, scores
from datawall.sampling.sketch import Histogram
from datawall.sampling.tally import Counted, Layout, Tally, count, empty_tally

type Function = Callable[[Any, jax.Array], Mapping[str, Any]]
"""Maps (params, scores of shape (streams, n)) to outputs by name, each with the n draws on its last axis."""

type Specs = tuple[tuple[str, Histogram], ...]


@cache
def program(backend: str) -> Callable[..., tuple[Tally, dict[str, jax.Array]]]:
    """Return `count_draws` compiled for a backend; the wide vectors of a CPU change the speed and no bit."""
    return jax.jit(count_draws, static_argnums=(0, 1, 2), compiler_options=compiler_options(backend))


def compiler_options(backend: str) -> dict[str, bool | int | str] | None:
    """Return what the compiler is told."""
    return {"xla_cpu_prefer_vector_width": 512} if backend == "cpu" else None


def count_draws(
    function: Function,
    specs: Specs,
    chunk: int,
    params: Any,
    seed: jax.Array,
    streams: jax.Array,
    first: Index,
    size: jax.Array,
) -> tuple[Tally, dict[str, jax.Array]]:
    """Count `size` draws from `first` on, chunk by chunk; also return the outputs of the last chunk.

    Kept and counted draws thus come from the same compiled code, so they agree to the last bit.
    """
    evaluate = jax.jit(function)  # traced once, for the shapes below and for the loop
    shapes = jax.eval_shape(evaluate, params, jax.ShapeDtypeStruct((streams.size, chunk), jnp.float32))
    _check(shapes, specs, chunk)
    layout = layout_of(specs, shapes)
    dtype = jnp.result_type(jnp.float32, *(shapes[name].dtype for name, _ in specs))
    outputs = {name: jnp.zeros(shape.shape, shape.dtype) for name, shape in shapes.items()}

    def body(step: jax.Array, carry: Any) -> Any:
        tally, _ = carry
        offset = step * chunk
        z = scores(seed, advance(first, offset.astype(jnp.uint32)), chunk, streams)
        # The barriers keep the compiler from recomputing draws and outputs in each of their consumers.
        outputs = lax.optimization_barrier(dict(evaluate(params, lax.optimization_barrier(z))))
        valid = offset + jnp.arange(chunk, dtype=jnp.int32) < size
        return count(layout, tally, outputs, valid) if specs else tally, outputs

    return lax.fori_loop(0, -(-size // chunk), body, (empty_tally(layout, dtype), outputs))


def layout_of(specs: Specs, outputs: Mapping[str, Any]) -> Layout:
    """Return how outputs of these shapes are counted."""
    return Layout(tuple(Counted(name, spec, outputs[name].shape[:-1]) for name, spec in specs))


def _check(shapes: Mapping[str, jax.ShapeDtypeStruct], specs: Specs, chunk: int) -> None:
    """Raise ValueError if a sketch names no output or an output lacks the draws axis."""
    for name, _ in specs:
        if name not in shapes:
            raise ValueError(f"a sketch of {name!r}, but the function returns {sorted(shapes)}")
    for name, shape in shapes.items():
        if shape.shape[-1:] != (chunk,):
            raise ValueError(
                f"output {name!r} of shape {shape.shape} lacks the draws on its last axis, {chunk}"
            )
