"""No-U-turn sampler (NUTS): chains in coordinates whitened by the Laplace approximation.

Whitened, a posterior is nearly a standard normal, so that chains need no long warm-up.

NumPyro's kernel does the sampling. Its driver compiles anew at every call, which takes longer than the
sampling, so here a whole chain (search of the mode, warm-up and draws) is one compiled program, which serves
every chain and every data set of the same shape.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from numpyro.infer.hmc import hmc

from datawall.inference.density import LogDensity, double_precision
from datawall.inference.evidence_model import Arrays

_STEPS = 200
_CONVERGED = 1e-9
"""Newton decrement below which a mode is found [nats]."""
_FLATTEST = 0.1
"""Floor of the curvature: no direction is wider than three standard deviations of its prior."""


class _Mode(NamedTuple):
    """State of the search for a mode.

    Attributes
    ----------
    x, value
        The point and its potential [nats].
    curvature, axes
        Eigenvalues and eigenvectors of the Hessian.
    decrement
        Expected gain of another Newton step [nats].
    damping, step
        Added to the curvature; steps taken.
    """

    x: Any
    value: Any
    curvature: Any
    axes: Any
    decrement: Any
    damping: Any
    step: Any


class _Laplace(NamedTuple):
    """The normal approximation of a posterior at its mode.

    Attributes
    ----------
    mode
        Shape (n,).
    factor
        Shape (n, n): ``mode + factor @ z`` with z standard normal is the approximation.
    """

    mode: Any
    factor: Any


def mode_near(potential: Callable[[Any], Any], start: Any) -> _Mode:
    """Return a local minimum of a potential, by Newton's method with adaptive damping.

    Negative curvature enters by its absolute value, so that the search leaves saddles; a step that does not
    descend is rejected, and the damping raised.
    """
    value_and_gradient = jax.value_and_grad(potential)
    unit = jnp.eye(start.size)

    def step(found: _Mode) -> _Mode:
        # the directional derivatives of the gradient along every axis are the Hessian
        along_axis = jax.vmap(
            lambda axis: jax.jvp(value_and_gradient, (found.x,), (axis,)), out_axes=(None, 0)
        )
        (value, gradient), (_, hessian) = along_axis(unit)
        curvature, axes = jnp.linalg.eigh(hessian)
        slope = axes.T @ gradient
        move = slope / (jnp.abs(curvature) + found.damping)
        nearer = found.x - axes @ move
        done = slope @ move < _CONVERGED
        descends = potential(nearer) < value
        return _Mode(
            jnp.where(descends & ~done, nearer, found.x),
            value,
            curvature,
            axes,
            slope @ move,
            jnp.where(descends, found.damping / 5.0, jnp.maximum(found.damping, 1e-3) * 5.0),
            found.step + 1,
        )

    def unfinished(found: _Mode) -> Any:
        return (found.step < _STEPS) & ~(found.decrement < _CONVERGED)

    nowhere = jnp.asarray(jnp.inf, start.dtype)
    first = _Mode(start, nowhere, start, unit, nowhere, jnp.ones_like(nowhere), 0)
    return jax.lax.while_loop(unfinished, step, first)


def _laplace(potential: Callable[[Any], Any], starts: Any) -> _Laplace:
    """Approximate a posterior by a normal at the lowest mode found.

    Parameters
    ----------
    potential
        Minus the log density of a flat vector [nats].
    starts
        Starting points of the searches, shape (searches, n).
    """
    modes = jax.lax.map(lambda start: mode_near(potential, start), starts)
    values = jnp.where(jnp.isfinite(modes.value), modes.value, jnp.inf)
    best = jax.tree.map(lambda part: part[jnp.argmin(values)], modes)
    return _Laplace(best.x, best.axes / jnp.sqrt(jnp.maximum(jnp.abs(best.curvature), _FLATTEST)))


_STATISTICS = {
    "diverging": "diverging",
    "energy": "energy",
    "num_steps": "n_steps",
    "accept_prob": "acceptance_rate",
}
"""NumPyro's name of each statistic, and ArviZ's."""
_SEARCHES = 4
"""Mode searches of each chain, which are its own, so that R-hat exposes chains in different modes."""
_START_WITHIN = 2.0
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


type _Chain = Callable[[Any, Arrays], tuple[dict[str, Any], dict[str, Any]]]


def chain(target: LogDensity, settings: Settings) -> _Chain:
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
        anywhere = jax.random.normal(key_search, (_SEARCHES, target.size))
        shape = _laplace(lambda x: target.potential(observed, x), anywhere.at[0].set(0.0))

        def potential(z: Any) -> Any:
            return target.potential(observed, shape.mode + shape.factor @ z)

        begin, transition = hmc(potential_fn=potential, algo="NUTS")
        start = jax.random.uniform(key_start, (target.size,), minval=-_START_WITHIN, maxval=_START_WITHIN)
        state = begin(start, settings.warmup, target_accept_prob=settings.acceptance, rng_key=key_chain)

        def advance(state: Any, _: None) -> tuple[Any, Any]:
            state = transition(state)
            return state, (state.z, {new: getattr(state, old) for old, new in _STATISTICS.items()})

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
