"""Independent answers: searches, roots and finite differences."""

from collections.abc import Callable
from typing import Any

import jax
import numpy as np
from scipy import optimize


def search_minimum(function: Callable[[float], float], lower: float, upper: float) -> tuple[float, float]:
    """Return where a function of one number is least, and its value there."""
    best: Any = optimize.minimize_scalar(
        function, bounds=(lower, upper), method="bounded", options={"xatol": 1e-11}
    )
    return float(best.x), float(best.fun)


def root(function: Callable[[float], float], lower: float, upper: float) -> float:
    """Return where a function of one number changes its sign."""
    brentq: Any = optimize.brentq
    return brentq(function, lower, upper, xtol=1e-13, rtol=1e-14)


def difference_jacobian(batched: Callable[[np.ndarray], jax.Array], point: np.ndarray) -> np.ndarray:
    """Return the Jacobian, by central differences, of a function that takes a batch of vectors."""
    steps = 1e-6 * point
    rise = np.asarray(batched(point + np.diag(steps))) - np.asarray(batched(point - np.diag(steps)))
    return rise.T / (2 * steps)
