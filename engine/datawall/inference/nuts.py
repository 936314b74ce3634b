"""Chains of the no-U-turn sampler, in coordinates whitened by the Laplace approximation, as one program.

NumPyro's kernel does the sampling. Its driver compiles anew at every call, which takes longer than the
sampling, so search, warm-up and draws of all chains are one jitted function here.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from numpyro.infer.hmc import hmc

from datawall.inference.laplace import laplace
from datawall.inference.module import Arrays
from datawall.inference.target import Target

STATISTICS = {
    "diverging": "diverging",
    "energy": "energy",
    "num_steps": "n_steps",
    "accept_prob": "acceptance_rate",
    "potential_energy": "lp",
}
"""NumPyro's name of each statistic, and ArviZ's."""


@dataclass(frozen=True)
class Settings:
    """How long to sample.

    Attributes
    ----------
    chains, warmup, draws
        Number of chains, and of transitions before and after the step size is settled.
    acceptance
        Acceptance probability that the step size aims at.
    """

    chains: int = 4
    warmup: int = 500
    draws: int = 1500
    acceptance: float = 0.9


def chains(target: Target, settings: Settings) -> Callable[[Any, Arrays], tuple[Any, dict[str, Any]]]:
    """Return a function that samples a posterior; pure, so it can be jitted or mapped over data sets.

    Parameters
    ----------
    target
        The posterior.
    settings
        How long to sample.

    Returns
    -------
    function
        ``(key, observed) -> (x, statistics)``: flat draws of shape (chains, draws, n), and the statistics of
        their transitions, each of shape (chains, draws).

    References
    ----------
    Hoffman and Gelman 2014, arXiv 1111.4246.
    """
    total = settings.warmup + settings.draws

    def sample(key: Any, observed: Arrays) -> tuple[Any, dict[str, Any]]:
        key_starts, key_jitter, key_chains = jax.random.split(key, 3)
        # the first search begins at the median of the prior, the others anywhere in it
        scores = 1.0 * jax.random.normal(key_starts, (settings.chains, target.size))
        start = laplace(lambda x: target.potential(observed, x), scores.at[0].set(0.0), key_jitter)

        def potential(z: Any) -> Any:
            return target.potential(observed, start.mode + start.factor @ z)

        def chain(first: tuple[Any, Any]) -> tuple[Any, dict[str, Any]]:
            z, key_chain = first
            begin, transition = hmc(potential_fn=potential, algo="NUTS")
            state = begin(
                z,
                settings.warmup,
                target_accept_prob=settings.acceptance,
                dense_mass=False,
                rng_key=key_chain,
            )

            def advance(state: Any, _: None) -> tuple[Any, Any]:
                state = transition(state)
                return state, (state.z, {new: getattr(state, old) for old, new in STATISTICS.items()})

            _, (path, statistics) = jax.lax.scan(advance, state, None, length=total)
            return path[settings.warmup :], {k: v[settings.warmup :] for k, v in statistics.items()}

        keys = jax.random.split(key_chains, settings.chains)
        # chains that wait for each other's longest trajectory waste a processor, but not an accelerator
        together = None if jax.default_backend() == "cpu" else settings.chains
        z, statistics = jax.lax.map(chain, (start.starts, keys), batch_size=together)
        statistics["lp"] = -statistics["lp"]
        return start.mode + z @ start.factor.T, statistics

    return sample


def sample(target: Target, observed: Arrays, settings: Settings, seed: int) -> tuple[Any, dict[str, Any]]:
    """Return the draws of the chains, in double precision; the same for the same seed.

    Parameters
    ----------
    target
        The posterior.
    observed
        Its data.
    settings
        How long to sample.
    seed
        Of the chains.

    Returns
    -------
    values : dict of ndarray
        Latents and deterministics by name, shape (chains, draws, …).
    statistics : dict of ndarray
        Each of shape (chains, draws).
    """

    @jax.jit
    def run(key: Any, observed: Arrays) -> tuple[Any, Any]:
        x, statistics = chains(target, settings)(key, observed)
        return jax.vmap(jax.vmap(target.values))(x), statistics

    with jax.enable_x64(True):
        data = {name: jnp.asarray(value) for name, value in observed.items()}
        return jax.tree.map(np.asarray, run(jax.random.key(seed), data))
