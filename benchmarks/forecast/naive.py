"""The baseline forecast as one writes it first: split keys, whole arrays, one jit."""

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp

from benchmarks.forecast.world import baseline, everything


def build(draws: int) -> Callable[[int], Any]:
    """Draws futures at a seed; returns every output of every draw."""
    world = baseline()
    params = jax.tree.map(jnp.asarray, world.joint.params)

    @jax.jit
    def futures(params: Any, key: jax.Array) -> dict[str, jax.Array]:
        keys = jax.random.split(key, len(world.joint.streams))
        scores = jax.vmap(lambda own: jax.random.normal(own, (draws,)))(keys)
        inputs = world.inputs(params, scores)
        return everything(inputs, world.plain_outputs(jnp, inputs))

    return lambda seed: jax.device_get(futures(params, jax.random.key(seed)))
