"""The logs of a draw, taken at once: most of the model works in logs."""

from typing import Any

import jax.numpy as jnp

from datawall.model.inputs import DECLARATIONS, Inputs
from datawall.records import staged

LOGGED = tuple(name for name, d in DECLARATIONS.items() if d.lower > 0.0 and not d.per)
"""The inputs that are positive and one to a draw."""


def log_inputs(inputs: Inputs) -> Inputs:
    """Return ln of each input in `LOGGED`; the others are None."""
    rows = jnp.stack(jnp.broadcast_arrays(*(getattr(inputs, name) for name in LOGGED)))
    logs: dict[str, Any] = dict(zip(LOGGED, staged(jnp.log(rows)), strict=True))
    return Inputs(**dict.fromkeys(DECLARATIONS) | logs)
