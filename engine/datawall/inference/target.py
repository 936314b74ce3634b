"""A NumPyro model as functions of one flat vector: what optimisers and samplers work on."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import jax
import numpyro
from jax.flatten_util import ravel_pytree
from numpyro import handlers
from numpyro.infer.util import constrain_fn, potential_energy, unconstrain_fn

from datawall.inference.module import Arrays, Evidence, Module


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


def sites_of(module: Module, evidence: Evidence, observed: Arrays | None = None) -> dict[str, Any]:
    """Return the sites of one execution of the model, with values from the prior."""
    return handlers.trace(handlers.seed(module.model, jax.random.key(0))).get_trace(evidence, observed)


def latents_of(sites: dict[str, Any]) -> list[str]:
    """Return the sites that are neither observed nor computed."""
    return [name for name, site in sites.items() if site["type"] == "sample" and not site["is_observed"]]


def target(module: Module, evidence: Evidence) -> Target:
    """Return the posterior of a module as functions of a flat vector.

    Its data are an argument, so that one compiled program serves the evidence and simulated data alike.
    """
    names = latents_of(sites_of(module, evidence, evidence.observed))

    def free(sites: dict[str, Any], observed: Arrays) -> Any:
        values = {name: sites[name]["value"] for name in names}
        return ravel_pytree(unconstrain_fn(module.model, (evidence, observed), {}, values))[0]

    start = sites_of(module, evidence, evidence.observed)
    unconstrained = unconstrain_fn(
        module.model, (evidence, evidence.observed), {}, {name: start[name]["value"] for name in names}
    )
    flat, unflatten = ravel_pytree(unconstrained)

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
        return free(sites, data), data

    return Target(flat.size, potential, values, simulate)
