"""Pathwise gradients: how fast the function changes with each score at the median."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from datawall.analysis.sensitivity.methods.problem import Problem


def gradient_at_median(problem: Problem) -> tuple[float, np.ndarray]:
    """Return the function where every score is 0, and its derivatives by the scores, the others held.

    Forward mode: the derivative is that of the path itself, through every root that it finds.

    Returns
    -------
    value : float
        Of the function.
    gradient : ndarray, shape (rows,)
        Change a standard deviation of the score.
    """
    rows = len(problem.labels)

    def moved(params: Any, scores: jax.Array, by: jax.Array) -> tuple[jax.Array, jax.Array]:
        return jax.jvp(lambda z: problem.function(params, z), (scores,), (by,))

    # one column a row, so that one pass gives all derivatives
    value, gradient = jax.jit(moved)(problem.params, jnp.zeros((rows, rows)), jnp.eye(rows))
    return float(value[0]), np.asarray(gradient, np.float64)
