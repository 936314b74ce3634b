"""Laplace approximation: posterior mode, where chains start, and the curvature that whitens coordinates.

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
        done = slope @ move < CONVERGED
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
        return (found.step < STEPS) & ~(found.decrement < CONVERGED)

    nowhere = jnp.asarray(jnp.inf, start.dtype)
    first = _Mode(start, nowhere, start, unit, nowhere, jnp.ones_like(nowhere), 0)
    return jax.lax.while_loop(unfinished, step, first)


def laplace(potential: Callable[[Any], Any], starts: Any) -> _Laplace:
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
    return _Laplace(best.x, best.axes / jnp.sqrt(jnp.maximum(jnp.abs(best.curvature), FLATTEST)))
