"""A NumPyro model as functions of one flat vector: what optimisers and samplers work on."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

import jax
from jax.flatten_util import ravel_pytree
from numpyro import handlers
from numpyro.infer.util import constrain_fn, potential_energy, unconstrain_fn

from datawall.inference.evidence_model import Arrays, Evidence, Module


def double_precision[**P, T](function: Callable[P, T]) -> Callable[P, T]:
    """Run a function with 64-bit numbers: the exponents of a loss law need more digits than 32 bits have."""

    @wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> T:
        with jax.enable_x64(True):
            return function(*args, **kwargs)

    return run


@dataclass(frozen=True)
class Target:
    """A posterior on the real line in every direction.

    Attributes
    ----------
    size
        Number of scalar latents.
    potential
        ``potential(observed, x)``: minus the log density of the flat vector x and the data [nats].
    values
        ``values(x)``: every latent and deterministic by name.
    simulate
        ``simulate(key)``: a flat vector from the prior, and the data that it generates.
    """

    size: int
    potential: Callable[[Arrays, Any], Any]
    values: Callable[[Any], dict[str, Any]]
    simulate: Callable[[Any], tuple[Any, dict[str, Any]]]


@double_precision
def sites_of(module: Module, evidence: Evidence, observed: Arrays | None = None) -> dict[str, Any]:
    """Return the sites of one execution of the model, with values from the prior."""
    return handlers.trace(handlers.seed(module.model, jax.random.key(0))).get_trace(evidence, observed)


def latents_of(sites: dict[str, Any]) -> list[str]:
    """Return the sites that are neither observed nor computed."""
    return [name for name, site in sites.items() if site["type"] == "sample" and not site["is_observed"]]


@double_precision
def target(module: Module, evidence: Evidence) -> Target:
    """Return the posterior of a module as functions of a flat vector.

    Its data are an argument, so that one compiled program serves the evidence and simulated data alike.
    """
    start = sites_of(module, evidence, evidence.observed)
    names = latents_of(start)

    def free(sites: dict[str, Any], observed: Arrays) -> dict[str, Any]:
        values = {name: sites[name]["value"] for name in names}
        return unconstrain_fn(module.model, (evidence, observed), {}, values)

    flat, unflatten = ravel_pytree(free(start, evidence.observed))

    def potential(observed: Arrays, x: Any) -> Any:
        return potential_energy(module.model, (evidence, observed), {}, unflatten(x))

    def values(x: Any) -> dict[str, Any]:
        found = constrain_fn(
            module.model, (evidence, evidence.observed), {}, unflatten(x), return_deterministic=True
        )
        return {name: value for name, value in found.items() if name not in evidence.observed}

    def simulate(key: Any) -> tuple[Any, dict[str, Any]]:
        sites = handlers.trace(handlers.seed(module.model, key)).get_trace(evidence, None)
        data = {name: sites[name]["value"] for name in evidence.observed}
        return ravel_pytree(free(sites, data))[0], data

    return Target(flat.size, potential, values, simulate)
