"""Paths of Epoch's constraint model of 2030: data centres, the network between them, and a stock of chips.

The source looks forward only, so before the anchor each path is its tangent there.
"""

import math

import jax.numpy as jnp

from datawall.model.declaration import Scalar
from datawall.model.growth import Growth
from datawall.pytrees import pytree_dataclass

TOKENS_PER_PARAM = 20.0
"""Compute-optimal tokens for each parameter, as the source has it: C = 6 N D = 6 N 20 N."""
BITS_PER_PARAM = 16.0
"""Bits that a ring all-reduce sends over each link for each parameter, as the source has it."""


@pytree_dataclass
class Distributed:
    """Path of ln FLOP of the share of all data centres that is left to AI.

    Attributes
    ----------
    whole
        The path if AI had all of them.
    other_share
        The share that it does not have, at the anchor.
    closing
        Rate at which that share falls [1/yr].
    anchor
        Years since the as-of date.
    """

    whole: Growth
    other_share: Scalar
    closing: Scalar
    anchor: Scalar

    def at(self, t: Scalar) -> Scalar:
        """Return the path at `t` [years since the as-of date]."""
        ahead, behind = _sides(t - self.anchor)
        share = jnp.log1p(-self.other_share * jnp.exp(-self.closing * ahead))
        slope = self.closing * self.other_share / (1.0 - self.other_share)
        return self.whole.at(t) + share + slope * behind


@pytree_dataclass
class Bandwidth:
    """Path of ln FLOP of the largest run whose gradients cross the network in time.

    Attributes
    ----------
    bits_per_s
        Path of ln of the bandwidth between data centres.
    delay
        Seconds that light takes round the network.
    log_token_seconds
        ln of batch size times duration [token s].
    """

    bits_per_s: Growth
    delay: Scalar
    log_token_seconds: Scalar

    def at(self, t: Scalar) -> Scalar:
        """Return the path at `t`: T B / t_AR = 20 N with t_AR = 16 N / F + 2 delay, solved for N."""
        log_square = math.log(TOKENS_PER_PARAM * BITS_PER_PARAM) - self.bits_per_s.at(t)
        linear = 2.0 * TOKENS_PER_PARAM * self.delay
        root = jnp.sqrt(linear**2 + 4.0 * jnp.exp(log_square + self.log_token_seconds))
        log_params = math.log(2.0) + self.log_token_seconds - jnp.log(linear + root)
        return math.log(6.0 * TOKENS_PER_PARAM) + 2.0 * log_params


@pytree_dataclass
class PowerPath:
    """Path of ln FLOP of the larger run: on one campus, or on many joined by a network.

    Attributes
    ----------
    campus, distributed, bandwidth
        ln FLOP that each of them allows.
    """

    campus: Growth
    distributed: Distributed
    bandwidth: Bandwidth

    def at(self, t: Scalar) -> Scalar:
        """Return the path at `t` [years since the as-of date]."""
        joined = jnp.minimum(self.distributed.at(t), self.bandwidth.at(t))
        return jnp.maximum(joined, self.campus.at(t))


@pytree_dataclass
class Stock:
    """Path of ln FLOP of a stock of chips whose production grows at one rate, then at another.

    Attributes
    ----------
    level, production
        The stock and yearly production, at the anchor [H100e, H100e/yr].
    rate, later_rate
        Growth of production before and after the turn [1/yr].
    turn
        Years from the anchor; inf for never.
    log_flop_per_chip
        ln of the FLOP that each chip of the stock gives the largest run.
    anchor
        Years since the as-of date.
    """

    level: Scalar
    production: Scalar
    rate: Scalar
    later_rate: Scalar
    turn: Scalar
    log_flop_per_chip: Scalar
    anchor: Scalar

    def at(self, t: Scalar) -> Scalar:
        """Return the path at `t` [years since the as-of date]."""
        ahead, behind = _sides(t - self.anchor)
        early, late = jnp.minimum(ahead, self.turn), jnp.maximum(ahead - self.turn, 0.0)
        added = _accrued(self.rate, early) + jnp.exp(self.rate * early) * _accrued(self.later_rate, late)
        slope = self.production / self.level
        return jnp.log(self.level + self.production * added) + slope * behind + self.log_flop_per_chip


def _sides(years: Scalar) -> tuple[Scalar, Scalar]:
    """Return the years after and before the anchor; one of them is zero."""
    return jnp.maximum(years, 0.0), jnp.minimum(years, 0.0)


def _accrued(rate: Scalar, years: Scalar) -> Scalar:
    """Return the integral of exp(rate x) over x from 0 to `years`."""
    grown = rate * years
    flat = grown == 0.0
    return years * jnp.where(flat, 1.0, jnp.expm1(grown) / jnp.where(flat, 1.0, grown))
