"""Log density of a NumPyro model as a function of one flat vector, and its posterior predictive."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax.flatten_util import ravel_pytree
from numpyro import handlers
from numpyro.infer.util import constrain_fn, potential_energy, unconstrain_fn

from datawall.inference.evidence_model import Arrays, Evidence, Module
from datawall.inference.latents import SCORE


def double_precision[**P, T](function: Callable[P, T]) -> Callable[P, T]:
    """Run a function in double precision, which the exponents of a loss law need."""

    @wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> T:
        with jax.enable_x64(True):
            return function(*args, **kwargs)

    return run


@dataclass(frozen=True)
class LogDensity:
    """Posterior density over an unconstrained flat vector.

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
def log_density(module: Module, evidence: Evidence) -> LogDensity:
    """Return the log density of a module as functions of a flat vector.

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

    return LogDensity(flat.size, potential, values, simulate)


_PRIOR_DRAWS = 1000
_ONCE = {"xla_backend_optimization_level": 0}
"""Compiler options for programs that run once: optimising takes longer than the run."""


class _Replay(NamedTuple):
    """Pointwise densities and posterior predictive: arrays by name with leading axes (chains, draws).

    Attributes
    ----------
    log_likelihood
        Of each datum, by the site of the data [nats].
    log_prior
        Of each latent, by its plain name, in its normal score: scaling its power widens or narrows the prior.
    predictive
        New data at the same latents.
    """

    log_likelihood: dict[str, np.ndarray]
    log_prior: dict[str, np.ndarray]
    predictive: dict[str, np.ndarray]


@double_precision
def replay(module: Module, evidence: Evidence, values: Arrays, seed: int) -> _Replay:
    """Replay the model at every draw of its latents, once on the evidence and once without data.

    Parameters
    ----------
    module, evidence
        The model and its data.
    values
        Latents by name, shape (chains, draws, …).
    seed
        Of the new data.
    """
    latents = latents_of(sites_of(module, evidence, evidence.observed))

    def at(key: Any, own: Arrays) -> _Replay:
        model = handlers.substitute(handlers.seed(module.model, key), data=dict(own))
        fixed = handlers.trace(model).get_trace(evidence, evidence.observed)
        free = handlers.trace(model).get_trace(evidence, None)
        observed = [name for name, site in fixed.items() if site.get("is_observed")]
        density = {name: fixed[name]["fn"].log_prob(fixed[name]["value"]) for name in [*observed, *latents]}
        return _Replay(
            {name: density[name] for name in observed},
            {name.removesuffix(SCORE): density[name] for name in latents},
            {name: free[name]["value"] for name in evidence.observed},
        )

    own = {name: jnp.asarray(values[name]) for name in latents}
    shape = own[latents[0]].shape[:2]
    keys = jax.random.split(jax.random.key(seed), shape)
    return _once(at, keys, own)


@double_precision
def prior_draws(density: LogDensity, seed: int) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return draws of the prior and of the prior predictive, by name, shape (1, `_PRIOR_DRAWS`, …)."""

    def draw(key: Any) -> Any:
        x, data = density.simulate(key)
        return density.values(x), data

    keys = jax.random.split(jax.random.key(seed), (1, _PRIOR_DRAWS))
    return _once(draw, keys)


def _once(run: Callable[..., Any], *arrays: Any) -> Any:
    """Return ``run`` at every chain and draw, as numpy arrays."""
    batched = jax.jit(jax.vmap(jax.vmap(run)), compiler_options=_ONCE)
    return jax.tree.map(np.asarray, batched(*arrays))
