"""The reference workload with squigglepy's samplers and NumPy."""

from collections.abc import Callable
from typing import Any

import numpy as np
import squigglepy as sq  # pyright: ignore[reportMissingImports]

from benchmarks.reference.priors import PRIORS, Prior
from benchmarks.reference.with_numpy import TIMES, outputs


def drawn(prior: Prior, draws: int) -> Any:
    """Draws of a belief; squigglepy's clip moves what lies outside to the bound, so that is drawn again."""
    match prior.family, prior.numbers:
        case "normal", (mean, sd):
            return sq.sample(sq.norm(mean=mean, sd=sd), draws)
        case "lognormal", (median, sd):
            return sq.sample(sq.lognorm(norm_mean=np.log(median), norm_sd=sd), draws)
        case "beta", (a, b):
            return sq.sample(sq.beta(a, b), draws)
        case "discrete", (values, weights):
            return np.asarray(sq.sample(sq.discrete(dict(zip(values, weights, strict=True))), draws), float)
        case "truncated", (mean, sd, lower, upper):
            values = sq.sample(sq.norm(mean=mean, sd=sd), draws)
            while (outside := (values < lower) | (values > upper)).any():
                # one more than needed: a single sample comes back as a bare number
                values[outside] = sq.sample(sq.norm(mean=mean, sd=sd), outside.sum() + 1)[1:]
            return values
    raise ValueError(prior.family)


def sampled(draws: int) -> Callable[[int], dict[str, np.ndarray]]:
    """Draws at a seed."""

    def run(seed: int) -> dict[str, np.ndarray]:
        sq.set_seed(seed)
        return outputs({name: drawn(prior, draws) for name, prior in PRIORS.items()}, TIMES)

    return run
