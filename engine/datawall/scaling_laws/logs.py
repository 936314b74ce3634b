"""Logs of real numbers, floats or arrays alike."""

from typing import Any

import jax
import jax.numpy as jnp

Real = Any
"""A float, or a real array of any shape; arguments of one call are scalars or of one shape."""

LOG6 = 1.791759469228055
LOG2 = 0.6931471805599453
LOG10 = 2.302585092994046


def log(value: Real) -> jax.Array:
    """Return the natural log, also of integers that overflow 32 bits."""
    return jnp.log(1.0 * value)
