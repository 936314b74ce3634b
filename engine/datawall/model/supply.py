"""Data supply U(t): the available unique training tokens."""

import jax.numpy as jnp

from datawall.model.clock import Clock
from datawall.model.growth import Growth
from datawall.model.inputs import Inputs
from datawall.model.registry import SUPPLIES


def training_tokens(inputs: Inputs, clock: Clock, account: str) -> Growth:
    """Return the path of ln m U: unique tokens by one account, times the multiplier of distillation.

    `account` is one of `registry.SUPPLIES`.
    """
    unique = SUPPLIES[account].path(inputs, clock)
    return Growth(unique.level + jnp.log(inputs.distillation_multiplier), unique.rate)
