"""No-U-turn sampler (NUTS): chains in coordinates whitened by the Laplace approximation.

NumPyro's kernel does the sampling. Its driver compiles anew at every call, which takes longer than the
sampling, so here a whole chain (search of the mode, warm-up and draws) is one compiled program, which serves
every chain and every data set of the same shape.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from numpyro.infer.hmc import hmc

from datawall.inference.density import LogDensity, double_precision
from datawall.inference.evidence_model import Arrays
from datawall.inference.laplace import laplace

STATISTICS = {
    "diverging": "diverging",
    "energy": "energy",
    "num_steps": "n_steps",
    "accept_prob": "acceptance_rate",
}
"""NumPyro's name of each statistic, and ArviZ's."""
SEARCHES = 4
"""Mode searches of each chain, which are its own, so that R-hat exposes chains in different modes."""
START_WITHIN = 2.0
"""Half-width of the uniform start of chains about the mode [standard deviations in whitened coordinates]."""


@dataclass(frozen=True)
class Settings:
    """Sampler settings: number and length of chains.

    Attributes
    ----------
    chains, warmup, draws
        Number of chains, and of transitions before and after the step size is fixed.
    acceptance
        Acceptance probability that the step size aims at.
    """

    chains: int = 4
    warmup: int = 400
    draws: int = 1500
    acceptance: float = 0.95


type Chain = Callable[[Any, Arrays], tuple[dict[str, Any], dict[str, Any]]]


def chain(target: LogDensity, settings: Settings) -> Chain:
    """Return a pure function that draws one chain.

    Parameters
    ----------
    target
        The posterior.
    settings
        Length of the chains.

    Returns
    -------
    function
        ``(key, observed) -> (values, statistics)``: latents and deterministics by name, and the statistics of
        the transitions, with the draws on the leading axis.

    References
    ----------
    Hoffman and Gelman 2014, arXiv 1111.4246.
    """

    def draw(key: Any, observed: Arrays) -> tuple[dict[str, Any], dict[str, Any]]:
        key_search, key_start, key_chain = jax.random.split(key, 3)
        anywhere = jax.random.normal(key_search, (SEARCHES, target.size))
        shape = laplace(lambda x: target.potential(observed, x), anywhere.at[0].set(0.0))

        def potential(z: Any) -> Any:
            return target.potential(observed, shape.mode + shape.factor @ z)

        begin, transition = hmc(potential_fn=potential, algo="NUTS")
        start = jax.random.uniform(key_start, (target.size,), minval=-START_WITHIN, maxval=START_WITHIN)
        state = begin(start, settings.warmup, target_accept_prob=settings.acceptance, rng_key=key_chain)

        def advance(state: Any, _: None) -> tuple[Any, Any]:
            state = transition(state)
            return state, (state.z, {new: getattr(state, old) for old, new in STATISTICS.items()})

        _, path = jax.lax.scan(advance, state, None, length=settings.warmup + settings.draws)
        z, statistics = jax.tree.map(lambda part: part[settings.warmup :], path)
        return jax.vmap(target.values)(shape.mode + z @ shape.factor.T), statistics

    return draw


@double_precision
def sample(
    target: LogDensity, observed: Arrays, settings: Settings, seed: int
) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
    """Return the draws of the chains; the same for the same seed.

    Parameters
    ----------
    target
        The posterior.
    observed
        Its data.
    settings
        Length of the chains.
    seed
        Of the chains.

    Returns
    -------
    values
        Latents and deterministics by name, shape (chains, draws, …).
    statistics
        By name, shape (chains, draws).
    """
    data = {name: jnp.asarray(value) for name, value in observed.items()}
    keys = jax.random.split(jax.random.key(seed), settings.chains)
    return each_key(chain(target, settings), keys, data)


def each_key(run: Callable[..., Any], keys: Any, *shared: Any) -> Any:
    """Return ``run(key, *shared)`` for each key, stacked on a leading axis, as numpy arrays.

    On a CPU the keys run in sequence, since trajectories in a batch wait for the longest; on an accelerator
    they run as one batch.
    """
    if jax.default_backend() == "cpu":
        compiled = jax.jit(run)
        found = [jax.tree.map(np.asarray, compiled(key, *shared)) for key in keys]
        return jax.tree.map(lambda *parts: np.stack(parts), *found)
    together = jax.vmap(run, in_axes=(0, *[None] * len(shared)))
    return jax.tree.map(np.asarray, jax.jit(together)(keys, *shared))
