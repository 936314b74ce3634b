"""Pytree dataclasses: immutable data that JAX can trace."""

import itertools
from dataclasses import dataclass
from typing import dataclass_transform

import jax
import jax.numpy as jnp
from jax import lax


@dataclass_transform(frozen_default=True, kw_only_default=False)
def pytree_dataclass[T](cls: type[T]) -> type[T]:
    """Make `cls` a frozen dataclass whose fields are the leaves of a JAX pytree.

    It does not validate itself: JAX rebuilds it from tracers and placeholders, so a check in
    ``__post_init__`` would break `jit` and `vmap`. Values are validated when the user's file is read.

    Examples
    --------
    >>> @pytree_dataclass
    ... class Point:
    ...     x: float
    ...     y: float
    >>> jax.tree.map(lambda v: 2 * v, Point(1.0, 2.0))
    Point(x=2.0, y=4.0)
    """
    return jax.tree_util.register_dataclass(dataclass(frozen=True)(cls))


_MOST_ROWS = 8
"""Largest number of rows that XLA computes in one fused kernel."""


def materialize[T](tree: T) -> T:
    """Return the arrays unchanged, but compiled into few kernels and computed once.

    Otherwise the compiler makes one kernel for each leaf and recomputes cheap leaves wherever they are used.
    Values do not change.

    Parameters
    ----------
    tree
        A pytree of arrays and numbers that broadcast to one shape.

    Examples
    --------
    >>> {name: float(row) for name, row in materialize({"level": 1.0, "rate": 2.0}).items()}
    {'level': 1.0, 'rate': 2.0}
    """
    leaves, structure = jax.tree.flatten(tree)
    leaves = jnp.broadcast_arrays(*leaves)
    kernels = [jnp.stack(rows) for rows in itertools.batched(leaves, _MOST_ROWS)]
    return jax.tree.unflatten(structure, [row for rows in lax.optimization_barrier(kernels) for row in rows])
