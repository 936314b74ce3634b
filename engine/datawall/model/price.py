"""The price of a fixed capability: how fast it falls, why, and when by another given factor."""

import math

import jax.numpy as jnp

from datawall.model.inputs import Inputs, Scalar
from datawall.records import record
from datawall.units import MONTHS_PER_YEAR

SOURCES = ("hardware", "algorithms", "rest")


@record
class PriceDecline:
    """The yearly fall of the price of a fixed capability, in logs.

    Attributes
    ----------
    log_factor
        ln of the factor a year.
    shares
        What `SOURCES` contribute to it, on the leading axis; they add to 1.
    """

    log_factor: Scalar
    shares: Scalar


def price_decline(inputs: Inputs) -> PriceDecline:
    """Return how fast the price falls: FLOP per USD x algorithmic progress x everything else.

    The rest is what prices show beyond the other two: distillation into smaller models, better serving and
    thinner margins.
    """
    parts = jnp.stack(
        [
            jnp.log(inputs.flop_per_usd_growth),
            math.log(2.0) * MONTHS_PER_YEAR / inputs.algorithmic_halving_months,
            jnp.log(inputs.other_efficiency_growth),
        ]
    )
    total = jnp.sum(parts, axis=0)
    return PriceDecline(total, parts / total)


def years_for_gain(decline: PriceDecline, gain: float) -> Scalar:
    """Return the years until the price is lower by `gain`; inf when it does not fall."""
    falls = decline.log_factor > 0.0
    return jnp.where(falls, math.log(gain) / jnp.where(falls, decline.log_factor, 1.0), jnp.inf)
