"""The reference workload as a PyMC model; `sample_prior_predictive` compiles at every call."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pymc as pm  # pyright: ignore[reportMissingImports]
import pytensor.tensor as pt  # pyright: ignore[reportMissingImports]

from benchmarks.reference.model import YEARS, future
from benchmarks.reference.priors import PRIORS, Prior


def drawn(name: str, prior: Prior, shape: tuple[int, ...]) -> Any:
    """A variable for a belief."""
    match prior.family, prior.numbers:
        case "normal", (mean, sd):
            return pm.Normal(name, mean, sd, shape=shape)
        case "lognormal", (median, sd):
            return pm.LogNormal(name, np.log(median), sd, shape=shape)
        case "beta", (a, b):
            return pm.Beta(name, a, b, shape=shape)
        case "discrete", (values, weights):
            return pt.constant(np.array(values))[pm.Categorical(name, np.array(weights), shape=shape)]
        case "truncated", (mean, sd, lower, upper):
            return pm.TruncatedNormal(name, mean, sd, lower=lower, upper=upper, shape=shape)
    raise ValueError(prior.family)


def model(shape: tuple[int, ...], times: np.ndarray) -> tuple[pm.Model, list[str]]:
    """The model, and the names of its outputs."""
    with pm.Model() as built:
        inputs = {name: drawn(name, prior, shape) for name, prior in PRIORS.items()}
        found = future(pt, inputs, times)
        for name, value in found.items():
            pm.Deterministic(f"output {name}", value)
    return built, list(found)


def _sampler(built: pm.Model, names: list[str], draws: int) -> Callable[[int], dict[str, np.ndarray]]:
    def run(seed: int) -> dict[str, np.ndarray]:
        sites = [f"output {name}" for name in names]
        with built:
            tree: Any = pm.sample_prior_predictive(draws, var_names=sites, random_seed=seed)
        prior = tree["prior"]
        return {
            name: np.moveaxis(prior[site].values[0], 0, -1) for name, site in zip(names, sites, strict=True)
        }

    return run


def as_is(draws: int) -> Callable[[int], dict[str, np.ndarray]]:
    """One draw written, many asked for."""
    return _sampler(*model((), np.arange(float(YEARS))), draws)


def whole(draws: int) -> Callable[[int], dict[str, np.ndarray]]:
    """The draw axis written by hand, one draw asked for."""
    built, names = model((draws,), np.arange(float(YEARS))[:, None])
    run = _sampler(built, names, 1)
    return lambda seed: {name: values[..., 0] for name, values in run(seed).items()}
