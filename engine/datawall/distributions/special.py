"""Special functions of the normal score, for numpy and JAX arrays alike."""

from types import ModuleType
from typing import Any

import numpy as np

SCORE_LIMIT = 5.5
"""Largest normal score a draw can have: 1 - Phi(5.5) is 1.9e-8, below the resolution of a 32-bit uniform."""

LARGEST = 1e36
"""Upper bound of usable numbers, 1/LARGEST the lower: beyond them single precision nears its limits."""


def _on_host(x: object) -> bool:
    """Return whether `x` is a number or numpy array, and not an array (or tracer) of JAX."""
    return isinstance(x, np.ndarray | np.generic | float | int)


def namespace(x: object) -> Any:
    """Return `numpy` or `jax.numpy`, whichever `x` belongs to."""
    if _on_host(x):
        return np
    import jax.numpy

    return jax.numpy


def _special(x: object) -> ModuleType | Any:
    # Both are slow to import, and listing scenarios needs neither.
    if _on_host(x):
        import scipy.special

        return scipy.special
    import jax.scipy.special

    return jax.scipy.special


def ndtr(z: Any) -> Any:
    """Return the probability below the normal score `z`."""
    return _special(z).ndtr(z)


def ndtri(u: Any) -> Any:
    """Return the normal score below which the probability is `u`."""
    return _special(u).ndtri(u)
