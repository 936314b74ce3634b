"""Compute frontier C(t), the largest run started by t: a trend under spending, power, chips and latency."""

from functools import reduce
from typing import Any

import jax.numpy as jnp

from datawall.model.clock import Clock
from datawall.model.inputs import DECLARATIONS, Inputs, Scalar
from datawall.model.parts import Path
from datawall.model.registry import CEILINGS
from datawall.pytrees import materialize

LOGGED = tuple(
    name for name, d in DECLARATIONS.items() if d.lower > 0.0 and d.group in ("compute", "hardware")
)
"""Positive inputs of the largest run and of hardware."""


def log_inputs(inputs: Inputs) -> Inputs:
    """Return ln of each input in `LOGGED` that is in play; the others are None."""
    names = [name for name in LOGGED if getattr(inputs, name) is not None]
    rows = jnp.stack(jnp.broadcast_arrays(*(getattr(inputs, name) for name in names)))
    logs: dict[str, Any] = dict(zip(names, materialize(jnp.log(rows)), strict=True))
    return Inputs(**logs)


def ceilings(inputs: Inputs, clock: Clock, names: tuple[str, ...]) -> tuple[Path, ...]:
    """Return the path of ln FLOP that each ceiling allows, in the order of `names`.

    Parameters
    ----------
    inputs
        One draw.
    clock
        The anchor dates.
    names
        Names in `registry.CEILINGS`.
    """
    log = log_inputs(inputs)
    return tuple(CEILINGS[name].path(inputs, log, clock) for name in names)


def log_lowest(paths: tuple[Path, ...], t: Scalar) -> Scalar:
    """Return ln FLOP of the lowest ceiling at `t` [years since the as-of date]."""
    return reduce(jnp.minimum, (path.at(t) for path in paths))


def binding(levels: Scalar) -> Scalar:
    """Return the index of the binding (lowest) ceiling, as a float; the first of equal ones.

    `levels` has a row for each ceiling.
    """
    lowest = reduce(jnp.minimum, levels)
    place = jnp.full_like(lowest, len(levels) - 1.0)
    for index in range(len(levels) - 2, -1, -1):
        place = jnp.where(levels[index] == lowest, float(index), place)
    return place
