"""Conditional Monte Carlo of the token walls: the parameter exponent is integrated out of each draw.

Also known as Rao-Blackwellisation of the distribution function of a date, or as preintegration.
"""

from collections.abc import Mapping
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from datawall.distributions.integrate_out import Integration, reached_by
from datawall.model.inputs import Inputs
from datawall.model.loss.law import LOG_FLOP_REF, pivot_law
from datawall.model.passage import running_maximum
from datawall.model.world import Future
from datawall.sampling.summaries import Range
from datawall.scaling_laws.laws import LOG10

REACHED = "wall_reached"
"""The output that holds the probability of each wall of tokens by each date of the grid."""
ESTIMATES = Range(-1.0, 2.0)
FINE_YEARS, FINE_STEP = 4, 0.25
"""Span and spacing of the finer knots at which walls are computed between grid dates [year]."""


def knots_between(grid: np.ndarray, as_of: float) -> np.ndarray:
    """Return the dates of the grid, and finer ones in the first years [decimal year].

    Examples
    --------
    >>> knots_between(np.array([2026.5, 2027.0, 2050.0]), 2026.5)[:4]
    array([2026.5 , 2026.75, 2027.  , 2027.25])
    """
    fine = np.arange(np.ceil(as_of / FINE_STEP) * FINE_STEP, as_of + FINE_YEARS, FINE_STEP)
    return np.unique(np.concatenate([grid, fine[fine < grid[-1]]]))


def knot_places(knots: np.ndarray, grid: np.ndarray, as_of: float) -> dict[str, np.ndarray]:
    """Return the knots in years since the as-of date, and their positions between the dates of the grid."""
    row = np.clip(np.searchsorted(grid, knots, "right") - 1, 0, len(grid) - 2)
    share = (knots - grid[row]) / (grid[row + 1] - grid[row])
    return {
        "date": np.asarray(knots - as_of, np.float32),
        "row": np.asarray(row, np.int32),
        "share": np.asarray(share, np.float32),
    }


def reached_by_date(
    static: Integration,
    params: Mapping[str, Any],
    z: jax.Array,
    inputs: Inputs,
    future: Future,
    passes: tuple[float, ...],
) -> jax.Array:
    """Return conditional Monte Carlo estimates of whether each wall of tokens is reached by each knot.

    In ``ln D*(C) = ln D_ref + (1 - a) ln(C/C_ref)`` neither C nor the supply depends on the parameter
    exponent a, so a has a threshold at each date. Between the dates of the grid, paths are taken as
    straight.
    C_ref is 1e21 FLOP, and no run is smaller.

    Parameters
    ----------
    static, params
        From `integration`, with the numbers of `knot_places`.
    z
        Independent standard normal scores, of shape (streams, n).
    inputs, future
        Of the draws.
    passes
        Passes over the supply at each wall.

    Returns
    -------
    jax.Array
        Of shape (walls, knots, n), in the range of `ESTIMATES`.
    """
    law = pivot_law(inputs)
    sides = ("supply_tokens", "demand_tokens")
    supply, demand = (_at_knots(future.paths[side], params) * LOG10 for side in sides)
    log_overtraining = jnp.log(inputs.overtraining_factor)
    log_flop = law.log_flop_for_optimal_tokens(demand - log_overtraining) - LOG_FLOP_REF
    gap = supply - log_overtraining - law.log_tokens_ref
    log_passes = np.log(np.array(passes, np.float32))[:, None]
    threshold = 1.0 - (gap[:, None] + log_passes) / log_flop[:, None]
    highest = running_maximum(threshold)
    reached = future.walls[: len(passes)] <= params["date"][:, None, None]
    estimate = reached_by(static, params, z, inputs.params_exponent, highest, reached)
    return jnp.swapaxes(estimate, 0, 1)


def _at_knots(path: jax.Array, params: Mapping[str, Any]) -> jax.Array:
    """Return a path of shape (grid, n) at the knots, straight between the dates of the grid."""
    start, end = path[params["row"]], path[params["row"] + 1]
    return start + params["share"][:, None] * (end - start)
