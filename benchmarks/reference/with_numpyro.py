"""The reference workload as a NumPyro model, drawn by `Predictive(parallel=True)` with and without a jit."""

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import numpyro
from numpyro import distributions as dist

from benchmarks.reference.model import YEARS, future
from benchmarks.reference.priors import PRIORS, Prior


def distribution(prior: Prior) -> Any:
    """The belief in NumPyro's words."""
    match prior.family, prior.numbers:
        case "normal", (mean, sd):
            return dist.Normal(mean, sd)
        case "lognormal", (median, sd):
            return dist.LogNormal(np.log(median), sd)
        case "beta", (a, b):
            return dist.Beta(a, b)
        case "discrete", (_, weights):
            return dist.Categorical(jnp.array(weights))
        case "truncated", (mean, sd, lower, upper):
            return dist.TruncatedNormal(mean, sd, low=lower, high=upper)
    raise ValueError(prior.family)


def drawn(name: str, prior: Prior) -> Any:
    """A site for a belief."""
    value = numpyro.sample(name, distribution(prior))
    return jnp.array(prior.numbers[0])[value] if prior.family == "discrete" else value


def model() -> None:
    """One draw."""
    times = jnp.arange(float(YEARS))
    inputs = {name: drawn(name, prior) for name, prior in PRIORS.items()}
    for name, value in future(jnp, inputs, times).items():
        numpyro.deterministic(f"output {name}", value)


def _outputs(sites: dict[str, jax.Array]) -> dict[str, np.ndarray]:
    named = (
        (name.removeprefix("output "), site) for name, site in sites.items() if name.startswith("output")
    )
    return {name: np.moveaxis(np.asarray(site), 0, -1) for name, site in named}


def as_is(draws: int) -> Callable[[int], dict[str, np.ndarray]]:
    """`Predictive(parallel=True)` called as it is."""
    predictive = numpyro.infer.Predictive(model, num_samples=draws, parallel=True)
    return lambda seed: _outputs(predictive(jax.random.key(seed)))


def jitted(draws: int) -> Callable[[int], dict[str, np.ndarray]]:
    """The same inside one jit."""
    predictive = jax.jit(numpyro.infer.Predictive(model, num_samples=draws, parallel=True))
    return lambda seed: _outputs(predictive(jax.random.key(seed)))
