"""The reference workload in JAX as one writes it first: split keys, whole arrays, one jit."""

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from benchmarks.reference.model import YEARS, future
from benchmarks.reference.priors import PRIORS, Prior


def drawn(prior: Prior, key: jax.Array, draws: int) -> jax.Array:
    """Draws of a belief as JAX users make them."""
    match prior.family, prior.numbers:
        case "normal", (mean, sd):
            return mean + sd * jax.random.normal(key, (draws,))
        case "lognormal", (median, sd):
            return median * jnp.exp(sd * jax.random.normal(key, (draws,)))
        case "beta", (a, b):
            return jax.random.beta(key, a, b, (draws,))
        case "discrete", (values, weights):
            return jax.random.choice(key, jnp.array(values), (draws,), p=jnp.array(weights))
        case "truncated", (mean, sd, lower, upper):
            standard = jax.random.truncated_normal(key, (lower - mean) / sd, (upper - mean) / sd, (draws,))
            return mean + sd * standard
    raise ValueError(prior.family)


def naive(draws: int) -> Callable[[int], Any]:
    """Draws at a seed."""
    times = np.arange(YEARS, dtype=np.float32)[:, None]

    @jax.jit
    def outputs(key: jax.Array) -> dict[str, jax.Array]:
        keys = jax.random.split(key, len(PRIORS))
        owned = zip(PRIORS.items(), keys, strict=True)
        return future(jnp, {name: drawn(prior, own, draws) for (name, prior), own in owned}, times)

    return lambda seed: jax.device_get(outputs(jax.random.key(seed)))
