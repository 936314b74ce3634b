"""Compiled program: sample, evaluate and count in one loop on the device."""

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import jax
import jax.numpy as jnp
from jax import lax

from datawall.sampling.counts import AveragedOutput, CountedOutput, Layout, Tally, count, empty_tally
from datawall.sampling.prng import Index, advance
from datawall.sampling.samplers import Sampler
from datawall.sampling.summaries import Histogram, Range

type Function = Callable[[Any, jax.Array], Mapping[str, Any]]
"""Function of (params pytree, scores of shape (streams, n)) to outputs by name, draws on the last axis."""

type Spec = Histogram | Range
"""Bins of a counted output, or the range of the values of an averaged one."""

type _Specs = tuple[tuple[str, Spec], ...]


ACCEPTED = "accepted"
"""Name of the output that selects the draws to count and keep; without it all are."""
ACCEPTED_BINS = Histogram(0.0, 2.0, 1)
"""Bins of the output itself, to count the draws accepted."""

_VECTOR = 64
"""Draws are evaluated in whole vectors: a scalar remainder of a loop may round differently."""


@cache
def program(backend: str) -> Callable[..., tuple[Tally, dict[str, jax.Array]]]:
    """Return `count_draws` compiled for a backend; the wide vectors of a CPU change the speed but no bit."""
    return jax.jit(count_draws, static_argnums=(0, 1, 2, 3), compiler_options=compiler_options(backend))


def compiler_options(backend: str) -> dict[str, bool | int | str] | None:
    """Return the options of the compiler."""
    return {"xla_cpu_prefer_vector_width": 512} if backend == "cpu" else None


def count_draws(
    function: Function,
    specs: _Specs,
    chunk: int,
    sampler: Sampler,
    params: Any,
    points: Any,
    first: Index,
    size: jax.Array,
) -> tuple[Tally, dict[str, jax.Array]]:
    """Count `size` draws from `first` on, chunk by chunk; also return the outputs of the last chunk.

    Kept and counted draws thus come from the same compiled code, so they agree to the last bit.
    """
    evaluate = jax.jit(function)  # traced once, for the shapes below and for the loop
    lanes = _VECTOR * -(-chunk // _VECTOR)
    shapes = jax.eval_shape(lambda: evaluate(params, sampler.scores(points, first, lanes)))
    _check(shapes, specs, lanes)
    layout = layout_of(specs, shapes, sampler)
    dtype = jnp.result_type(jnp.float32, *(shapes[name].dtype for name, _ in specs))
    outputs = {name: jnp.zeros(shape.shape, shape.dtype) for name, shape in shapes.items()}

    def body(step: jax.Array, carry: Any) -> Any:
        tally, _ = carry
        offset = step * chunk
        start = advance(first, offset.astype(jnp.uint32))
        z = sampler.scores(points, start, lanes)
        # The barriers keep the compiler from recomputing draws and outputs in each of their consumers.
        outputs = lax.optimization_barrier(dict(evaluate(params, lax.optimization_barrier(z))))
        lane = jnp.arange(lanes, dtype=jnp.int32)
        valid = (lane < chunk) & (offset + lane < size)
        valid &= outputs.get(ACCEPTED, True)
        return count(layout, tally, outputs, start[1], valid) if specs else tally, outputs

    return lax.fori_loop(0, -(-size // chunk), body, (empty_tally(layout, dtype), outputs))


def layout_of(specs: _Specs, outputs: Mapping[str, Any], sampler: Sampler) -> Layout:
    """Return the layout of the tally of outputs of these shapes."""
    shapes = {name: outputs[name].shape[:-1] for name, _ in specs}
    return Layout(
        tuple(CountedOutput(name, spec, shapes[name]) for name, spec in specs if isinstance(spec, Histogram)),
        tuple(AveragedOutput(name, spec, shapes[name]) for name, spec in specs if isinstance(spec, Range)),
        sampler.replicates,
    )


def _check(shapes: Mapping[str, jax.ShapeDtypeStruct], specs: _Specs, chunk: int) -> None:
    """Raise ValueError if a sketch names no output or an output lacks the draws axis."""
    for name, _ in specs:
        if name not in shapes:
            raise ValueError(f"a sketch of {name!r}, but the function returns {sorted(shapes)}")
    for name, shape in shapes.items():
        if shape.shape[-1:] != (chunk,):
            raise ValueError(
                f"output {name!r} of shape {shape.shape} lacks the draws on its last axis, {chunk}"
            )
