"""Conditional Monte Carlo of the wall dates: one input is integrated out of each draw instead of drawn.

A wall of tokens is reached as soon as the parameter exponent is small enough, given the rest of the draw.
So the probability of a wall by a date, given all other inputs, is that of an exponent below a threshold. A
draw contributes this probability, less whether its own exponent is below, plus whether its wall has been
reached: the latter two cancel where the threshold is exact, and remove its error where it is not.

References
----------
Asmussen, Glynn (2007), Stochastic Simulation, chapter V.4: conditional Monte Carlo.
Liu, Owen (2023), Preintegration via active subspace, doi:10.1137/22M1479129: with quasi-random points.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from datawall.distributions.families import Distribution
from datawall.distributions.joint import Joint
from datawall.distributions.special import SCORE_LIMIT, ndtri

_CELLS = 8192
"""Steps of the grid to which thresholds are rounded down; a finer grid hardly lowers the error."""


@dataclass(frozen=True)
class Integration:
    """Integration of the parameter exponent: its dependence on the scores of other inputs.

    Attributes
    ----------
    others
        The rows of scores before it in the Cholesky factor of the copula.
    """

    others: tuple[int, ...]


class _Integrated(NamedTuple):
    """Static part under `jit`, and a pytree of numbers: scores on an even grid, the row of the factor."""

    static: Integration
    params: dict[str, Any]


def integration(name: str, distribution: Distribution, joint: Joint) -> _Integrated | None:
    """Return the integration of an input, or None if its distribution has atoms.

    Parameters
    ----------
    name
        The input, last in the order of the copula.
    distribution
        Of the input.
    joint
        Of all inputs.
    """
    if distribution.family == "fixed" or len(distribution.params.get("atoms", ())):
        return None
    row, tied = joint.streams.index(name), joint.structure.correlated
    lower, upper = distribution.score_quantile(np.array([-SCORE_LIMIT, SCORE_LIMIT]))
    scores = ndtri(distribution.cdf(np.linspace(lower, upper, _CELLS + 1)))
    scores[[0, -1]] = -np.inf, np.inf  # no draw lies outside
    params = {
        "lower": lower,
        "cells_per_unit": _CELLS / (upper - lower),
        "scores": scores,
        "mean": joint.params["mean"][-1] if row in tied else 0.0,
        "weights": joint.params["cholesky"][-1] if row in tied else np.ones(1),
    }
    params = {name: np.asarray(value, np.float32) for name, value in params.items()}
    return _Integrated(Integration(tied[:-1] if row in tied else ()), params)


def reached_by(
    static: Integration, params: Mapping[str, Any], z: Any, exponent: Any, threshold: Any, reached: Any
) -> Any:
    """Return an unbiased, less variable estimate of whether each wall has been reached.

    Parameters
    ----------
    static, params
        From `integration`.
    z
        Independent standard normal scores, of shape (streams, n).
    exponent
        The parameter exponent of each draw, of shape (n,).
    threshold
        The exponents at and below which the wall has been reached, nearly, of shape (walls, dates, n).
    reached
        Whether it has been, of the same shape.

    Returns
    -------
    jax.Array
        Of shape (walls, dates, n), from -1 to 2.
    """
    import jax
    import jax.numpy as jnp

    def place(exponent: Any) -> Any:
        return jnp.clip((exponent - params["lower"]) * params["cells_per_unit"], 0.0, float(_CELLS))

    cell = jnp.floor(place(threshold)).astype(jnp.int32)
    scores, weights = jnp.asarray(params["scores"]), params["weights"]
    others = (weights[k] * z[row] for k, row in enumerate(static.others))
    mean = sum(others, jnp.full_like(z[0], params["mean"]))
    score = (scores.at[cell].get(mode="promise_in_bounds") - mean) / weights[-1]
    expected = 0.5 + 0.5 * jax.lax.erf(score * np.float32(np.sqrt(0.5)))
    return expected + (reached.astype(z.dtype) - (place(exponent) <= cell))
