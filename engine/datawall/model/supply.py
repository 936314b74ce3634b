"""U(t), the unique training tokens that can be had."""

import jax.numpy as jnp

from datawall.model.clock import Clock
from datawall.model.growth import Growth
from datawall.model.inputs import Inputs
from datawall.model.registry import SUPPLIES


def training_tokens(inputs: Inputs, clock: Clock, account: str) -> Growth:
    """Return the path of ln m U: unique tokens by one account times what distillation makes of each.

    `account` is one of `registry.SUPPLIES`.
    """
    unique = SUPPLIES[account].path(inputs, clock)
    return Growth(unique.level + jnp.log(inputs.distillation_multiplier), unique.rate)
