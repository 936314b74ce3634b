"""The reference workload in NumPy: one array of float64, or float32 in chunks that stay in the cache."""

from collections.abc import Callable
from typing import Any

import numpy as np
from scipy.special import ndtr, ndtri

from benchmarks.reference.model import YEARS, future
from benchmarks.reference.priors import PRIORS, Prior, at_scores

CHUNK = 2048
TIMES = np.arange(float(YEARS))[:, None]


def drawn(prior: Prior, rng: np.random.Generator, draws: int) -> Any:
    """Draws of a belief as NumPy users make them."""
    match prior.family, prior.numbers:
        case "normal", (mean, sd):
            return rng.normal(mean, sd, draws)
        case "lognormal", (median, sd):
            return rng.lognormal(np.log(median), sd, draws)
        case "beta", (a, b):
            return rng.beta(a, b, draws)
        case "discrete", (values, weights):
            return rng.choice(values, draws, p=weights)
        case "truncated", (mean, sd, lower, upper):
            inside = rng.uniform(ndtr((lower - mean) / sd), ndtr((upper - mean) / sd), draws)
            return mean + sd * ndtri(inside)
    raise ValueError(prior.family)


def outputs(inputs: dict[str, Any], times: np.ndarray) -> dict[str, np.ndarray]:
    with np.errstate(divide="ignore", invalid="ignore"):  # a gap that stands still has no crossing
        return future(np, inputs, times)


def whole(draws: int) -> Callable[[int], dict[str, np.ndarray]]:
    """All draws at once, in float64."""

    def run(seed: int) -> dict[str, np.ndarray]:
        rng = np.random.default_rng(seed)
        return outputs({name: drawn(prior, rng, draws) for name, prior in PRIORS.items()}, TIMES)

    return run


def chunked(draws: int) -> Callable[[int], dict[str, np.ndarray]]:
    """Chunk by chunk, in float32, from scores: the best that NumPy does here."""
    times = TIMES.astype(np.float32)

    def run(seed: int) -> dict[str, np.ndarray]:
        rng = np.random.default_rng(seed)
        scores = (rng.standard_normal((len(PRIORS), CHUNK), np.float32) for _ in range(draws // CHUNK))
        chunks = [outputs(at_scores(np, z), times) for z in scores]
        return {name: np.concatenate([chunk[name] for chunk in chunks], axis=-1) for name in chunks[0]}

    return run
