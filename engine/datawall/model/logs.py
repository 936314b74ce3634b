"""The logs of what ceilings are made of, taken at once."""

from typing import Any

import jax.numpy as jnp

from datawall.model.inputs import DECLARATIONS, Inputs
from datawall.records import staged

LOGGED = tuple(
    name for name, d in DECLARATIONS.items() if d.lower > 0.0 and d.group in ("compute", "hardware")
)
"""Positive inputs of the largest run and of hardware."""


def log_inputs(inputs: Inputs) -> Inputs:
    """Return ln of each input in `LOGGED` that is in play; the others are None."""
    names = [name for name in LOGGED if getattr(inputs, name) is not None]
    rows = jnp.stack(jnp.broadcast_arrays(*(getattr(inputs, name) for name in names)))
    logs: dict[str, Any] = dict(zip(names, staged(jnp.log(rows)), strict=True))
    return Inputs(**logs)
