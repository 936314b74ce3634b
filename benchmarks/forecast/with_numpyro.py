"""The baseline forecast as a NumPyro model, drawn by `Predictive(parallel=True)` inside one jit."""

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpyro
from numpyro import distributions as dist

from benchmarks.forecast.world import World, baseline
from datawall.distributions.families import FAMILIES, Distribution
from datawall.model.inputs import Inputs


def equivalent(prior: Distribution) -> Any:
    """NumPyro's own distribution, or None: families it lacks, or samples by rejection, are at a score."""
    params = prior.params
    match prior.family:
        case "normal":
            return dist.Normal(params["loc"], params["scale"])
        case "lognormal":
            return dist.LogNormal(params["loc"], params["scale"])
        case "choice":
            edges = jnp.concatenate(
                [jnp.zeros(1), jax.scipy.stats.norm.cdf(params["thresholds"]), jnp.ones(1)]
            )
            return dist.Categorical(jnp.diff(edges))
        case _:
            return None


def at_score(prior: Distribution, score: Any) -> Any:
    params = jax.tree.map(jnp.asarray, prior.params)
    return FAMILIES[prior.family].quantile(params, score)


def model(world: World) -> None:
    """One draw: every input a site, every output a deterministic."""
    joint, values = world.joint, {}
    tied = [joint.streams[row] for row in joint.structure.correlated]
    normal = numpyro.sample("scores", dist.Normal(jnp.zeros(len(tied)), 1.0).to_event(1))
    scores = dict(zip(tied, jnp.asarray(joint.params["cholesky"], jnp.float32) @ normal, strict=True))
    for name, _, size in joint.structure.inputs:
        prior, site = world.scenario.priors[name].distribution, f"input {name}"
        if prior.family == "fixed":
            values[name] = jnp.asarray(prior.params["value"], jnp.float32)
        elif name in scores:
            values[name] = numpyro.deterministic(site, at_score(prior, scores[name]))
        elif (own := equivalent(prior)) is not None:
            own = own.expand([size]).to_event(1) if size else own
            values[name] = jnp.asarray(numpyro.sample(site, own), jnp.float32)
        else:
            shape = (size,) if size else ()
            score = numpyro.sample(f"{site} score", dist.Normal(jnp.zeros(shape), 1.0).to_event(len(shape)))
            values[name] = numpyro.deterministic(site, at_score(prior, score))
    # the model wants draws on the last axis; here there is one
    inputs = Inputs(**{name: value[..., None] for name, value in values.items()})
    for name, value in world.plain_outputs(jnp, inputs).items():
        numpyro.deterministic(name, value[..., 0])


def build(draws: int) -> Callable[[int], Any]:
    """Draws futures at a seed; returns every site of every draw, draws on the last axis."""
    world = baseline()
    predictive = numpyro.infer.Predictive(lambda: model(world), num_samples=draws, parallel=True)
    futures = jax.jit(predictive)

    def run(seed: int) -> Any:
        sites = jax.device_get(futures(jax.random.key(seed)))
        # a view: the draws are on the first axis here
        return {name: site.transpose(*range(1, site.ndim), 0) for name, site in sites.items()}

    return run
