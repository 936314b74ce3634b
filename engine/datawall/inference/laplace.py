"""The mode of a posterior and its curvature there: where chains start, and the shape in which they move.

In coordinates whitened by the curvature at the mode a posterior is nearly a standard normal, whatever the
units and correlations of its parameters, so that a sampler needs no long warm-up to learn them.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp

STEPS = 200
CONVERGED = 1e-9
"""Newton decrement below which a mode is found [nats]."""
FLATTEST = 0.1
"""Smallest curvature taken seriously: no direction is wider than three standard deviations of its prior."""
BEST_BY = 10.0
"""A mode that lies this much above the best one holds too little mass to start a chain in [nats]."""


class _Search(NamedTuple):
    x: Any
    value: Any
    damping: Any
    decrement: Any
    step: Any


class Laplace(NamedTuple):
    """The normal approximation at the best mode, and a starting point for each chain.

    Attributes
    ----------
    mode
        Shape (n,).
    factor
        Shape (n, n): ``mode + factor @ z`` with z standard normal is the approximation.
    starts
        Shape (chains, n), in the coordinates z.
    """

    mode: Any
    factor: Any
    starts: Any


def mode_near(potential: Callable[[Any], Any], start: Any) -> tuple[Any, Any]:
    """Return a local minimum of a potential and its value, by Newton's method with adaptive damping.

    Negative curvature counts by its size, so that the search leaves saddles; a step that does not descend is
    undone and damped.
    """

    def step(search: _Search) -> _Search:
        gradient = jax.grad(potential)(search.x)
        curvature, axes = jnp.linalg.eigh(jax.hessian(potential)(search.x))
        along = axes.T @ gradient
        move = along / (jnp.abs(curvature) + search.damping)
        x = search.x - axes @ move
        value = potential(x)
        descends = value <= search.value
        return _Search(
            jnp.where(descends, x, search.x),
            jnp.where(descends, value, search.value),
            jnp.where(descends, search.damping / 5.0, jnp.maximum(search.damping, 1e-3) * 5.0),
            jnp.where(descends, along @ move, jnp.inf),
            search.step + 1,
        )

    def unfinished(search: _Search) -> Any:
        return (search.step < STEPS) & (search.decrement > CONVERGED)

    value = potential(start)
    first = _Search(start, value, jnp.ones_like(value), jnp.full_like(value, jnp.inf), 0)
    found = jax.lax.while_loop(unfinished, step, first)
    return found.x, jnp.where(jnp.isfinite(found.value), found.value, jnp.inf)


def laplace(potential: Callable[[Any], Any], starts: Any, key: Any) -> Laplace:
    """Search a mode from each start and approximate the best.

    Parameters
    ----------
    potential
        Minus the log density of a flat vector [nats].
    starts
        Shape (chains, n); overdispersed, so that chains that begin in different modes can disagree.
    key
        Of the jitter: chains begin uniformly within two units of their mode, in whitened coordinates.
    """
    modes, values = jax.lax.map(lambda start: mode_near(potential, start), starts)
    mode = modes[jnp.argmin(values)]
    curvature, axes = jnp.linalg.eigh(jax.hessian(potential)(mode))
    scale = 1.0 / jnp.sqrt(jnp.maximum(jnp.abs(curvature), FLATTEST))
    own = jnp.where((values <= values.min() + BEST_BY)[:, None], modes, mode)
    jitter = jax.random.uniform(key, starts.shape, starts.dtype, -2.0, 2.0)
    return Laplace(mode, axes * scale, (own - mode) @ (axes / scale) + jitter)
