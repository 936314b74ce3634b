"""The reference workload through the engine's own loop: points by index, stages, counts."""

from collections.abc import Callable
from functools import cache
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from benchmarks.reference.model import YEARS, future
from benchmarks.reference.priors import PRIORS, at_scores
from datawall.sampling.prng import stream_ids
from datawall.sampling.run import propagate
from datawall.sampling.summaries import Histogram

KEPT = 4096
SKETCHES = {
    **dict.fromkeys(("wall", "release", "penalty_date"), Histogram(-4.0, 28.0, 1024)),
    "log_flop": Histogram(50.0, 82.0, 1024),
    "log_tokens": Histogram(22.0, 54.0, 1024),
    "loss": Histogram(1.0, 3.0, 1024),
    "penalty": Histogram(0.0, 8.0, 1024),
}


def staged(times: jax.Array, z: jax.Array) -> dict[str, jax.Array]:
    """Outputs at normal scores of shape (30, n)."""
    inputs = lax.optimization_barrier(at_scores(jnp, z))
    return future(jnp, inputs, times, stage=lax.optimization_barrier)


@cache
def times() -> np.ndarray:
    return np.arange(YEARS, dtype=np.float32)[:, None]


def build(draws: int) -> Callable[[int], dict[str, Any]]:
    """Draws a run of the reference workload at a seed; returns the draws that are kept."""
    streams = stream_ids(PRIORS)

    def run(seed: int) -> dict[str, Any]:
        pushed = propagate(staged, times(), draws, seed=seed, streams=streams, sketches=SKETCHES, keep=KEPT)
        return pushed.kept

    return run
