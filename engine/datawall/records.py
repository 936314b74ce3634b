"""The `record` decorator: immutable data that JAX can trace."""

from dataclasses import dataclass
from typing import dataclass_transform

import jax


@dataclass_transform(frozen_default=True, kw_only_default=False)
def record[T](cls: type[T]) -> type[T]:
    """Make `cls` a frozen dataclass whose fields are the leaves of a JAX pytree.

    A record never validates itself: JAX rebuilds records from tracers and placeholders, so a check in
    ``__post_init__`` would break `jit` and `vmap`. Values are checked where the user's file is read.

    Examples
    --------
    >>> @record
    ... class Point:
    ...     x: float
    ...     y: float
    >>> jax.tree.map(lambda v: 2 * v, Point(1.0, 2.0))
    Point(x=2.0, y=4.0)
    """
    return jax.tree_util.register_dataclass(dataclass(frozen=True)(cls))
