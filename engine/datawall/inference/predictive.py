"""What a model says at given latents: pointwise log densities, and new data."""

from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from numpyro import handlers

from datawall.inference.density import Target, double_precision, latents_of, sites_of
from datawall.inference.evidence_model import Arrays, Evidence, Module
from datawall.inference.latents import SCORE

PRIOR_DRAWS = 1000
ONCE = {"xla_backend_optimization_level": 0}
"""A program that runs once is not worth optimising: that takes longer than the run."""


class Replay(NamedTuple):
    """Arrays by name with leading axes (chains, draws).

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
def replay(module: Module, evidence: Evidence, values: Arrays, seed: int) -> Replay:
    """Run the model at every draw of its latents, once on the evidence and once free.

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

    def at(key: Any, own: Arrays) -> Replay:
        model = handlers.substitute(handlers.seed(module.model, key), data=dict(own))
        fixed = handlers.trace(model).get_trace(evidence, evidence.observed)
        free = handlers.trace(model).get_trace(evidence, None)
        observed = [name for name, site in fixed.items() if site.get("is_observed")]
        density = {name: fixed[name]["fn"].log_prob(fixed[name]["value"]) for name in [*observed, *latents]}
        return Replay(
            {name: density[name] for name in observed},
            {name.removesuffix(SCORE): density[name] for name in latents},
            {name: free[name]["value"] for name in evidence.observed},
        )

    own = {name: jnp.asarray(values[name]) for name in latents}
    shape = own[latents[0]].shape[:2]
    keys = jax.random.split(jax.random.key(seed), shape)
    return _once(at, keys, own)


@double_precision
def prior_draws(target: Target, seed: int) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return draws of the prior and of the data it expects, by name, shape (1, `PRIOR_DRAWS`, …)."""

    def draw(key: Any) -> Any:
        x, data = target.simulate(key)
        return target.values(x), data

    keys = jax.random.split(jax.random.key(seed), (1, PRIOR_DRAWS))
    return _once(draw, keys)


def _once(run: Callable[..., Any], *arrays: Any) -> Any:
    """Return ``run`` at every chain and draw, as numpy arrays."""
    batched = jax.jit(jax.vmap(jax.vmap(run)), compiler_options=ONCE)
    return jax.tree.map(np.asarray, batched(*arrays))
