"""Epoch's constraint model of 2030: power, chips and data as ceilings, and its stock of data.

Levels are stated at the anchor of their group, which the source puts at the start of 2024; the source looks
forward only, so before the anchor each path is its tangent there.

References
----------
Sevilla et al. 2024, "Can AI scaling continue through 2030?", Epoch AI,
https://epoch.ai/blog/can-ai-scaling-continue-through-2030.
"""

import math

import jax.numpy as jnp

from datawall.model.ceilings.growth import Growth, growth
from datawall.model.clock import Clock
from datawall.model.inputs import Inputs, Scalar
from datawall.pytrees import pytree_dataclass
from datawall.units import DAYS_TO_SECONDS, MONTHS_PER_YEAR

TOKENS_PER_PARAM = 20.0
"""Compute-optimal tokens for each parameter, as the source has it: C = 6 N D = 6 N 20 N."""
FIBRE_KM_PER_S = 2e5
"""Speed of light in optical fibre."""
BITS_PER_PARAM = 16.0
"""Bits that a ring all-reduce sends over each link for each parameter, as the source has it."""


@pytree_dataclass
class Distributed:
    """ln FLOP of the share of all data centres that is left to AI.

    Attributes
    ----------
    whole
        The path if AI had all of them.
    other_share
        The share that it does not have, at the anchor.
    closing
        How fast that share falls [1/yr].
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
    """ln FLOP of the largest run whose gradients cross the network in time.

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
class Power:
    """ln FLOP of the better of one campus and many joined by a network.

    Attributes
    ----------
    campus, distributed, bandwidth
        What each of them allows.
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
    """ln FLOP of a stock to which chips are added, at one growth rate and then at another.

    Attributes
    ----------
    level, production
        The stock and what is added to it a year, at the anchor [H100e, H100e/yr].
    rate, later_rate
        Growth of production before and after the turn [1/yr].
    turn
        Years from the anchor; inf for never.
    log_flop_per_chip
        ln of the FLOP that the largest run gets out of each chip of the stock.
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


def _log_flop_per_gpu(log: Inputs) -> Scalar:
    return log.gpu_peak_flop_per_s + log.mfu + math.log(DAYS_TO_SECONDS) + log.training_days


def _log_flop_per_w(log: Inputs, clock: Clock) -> Growth:
    log_flop = _log_flop_per_gpu(log) - log.watts_per_h100e
    return growth(log_flop, log.flop_per_watt_growth, clock.power)


def campus(inputs: Inputs, log: Inputs, clock: Clock) -> Growth:  # noqa: ARG001 - a ceiling like the others
    """Return ln FLOP of a run on the largest campus; the source gives its power by 2030 and no path to it."""
    per_w = _log_flop_per_w(log, clock)
    return Growth(log.campus_power_w + per_w.level, per_w.rate)


def distributed(inputs: Inputs, log: Inputs, clock: Clock) -> Distributed:
    """Return ln FLOP of the largest run's share of the power that United States data centres leave to AI.

    All of them grow at one rate, those that serve others at a lower one, and AI has the rest.
    """
    per_w = _log_flop_per_w(log, clock)
    total = growth(log.us_data_center_w + log.largest_run_share, log.us_data_center_growth, clock.power)
    others_rate = jnp.minimum(log.us_other_data_center_growth, log.us_data_center_growth)
    return Distributed(
        Growth(total.level + per_w.level, total.rate + per_w.rate),
        1.0 - inputs.us_ai_data_center_w / inputs.us_data_center_w,
        log.us_data_center_growth - others_rate,
        clock.power,
    )


def bandwidth(inputs: Inputs, log: Inputs, clock: Clock) -> Bandwidth:
    """Return ln FLOP of the largest run that data centres can share: a ring all-reduce for every batch."""
    return Bandwidth(
        growth(log.network_bits_per_s, log.network_growth, clock.power),
        inputs.network_loop_km / FIBRE_KM_PER_S,
        log.batch_tokens + math.log(DAYS_TO_SECONDS) + log.training_days,
    )


def power(inputs: Inputs, log: Inputs, clock: Clock) -> Power:
    """Return ln FLOP that power allows: max(min(distributed, bandwidth), campus)."""
    return Power(campus(inputs, log, clock), distributed(inputs, log, clock), bandwidth(inputs, log, clock))


def chips(inputs: Inputs, log: Inputs, clock: Clock) -> Stock:
    """Return ln FLOP of the largest run's share of the chips made.

    Production grows until the wafers run out, and each chip does more every year. The source sums over years;
    here production is a rate, so that the path is defined between them.
    """
    log_wafers = log.wafers_per_month + math.log(MONTHS_PER_YEAR) + log.dies_per_wafer
    wafers_rate = jnp.log1p(inputs.wafer_volume_share * (inputs.wafer_capex_growth - 1.0))
    # the lower of two exponentials: it changes hands once, if the lower one grows faster
    wafers_bind = log_wafers < log.chip_production_h100e
    rate = jnp.where(wafers_bind, wafers_rate, log.chip_production_growth)
    later_rate = jnp.where(wafers_bind, log.chip_production_growth, wafers_rate)
    meets = rate > later_rate
    lead = jnp.abs(log_wafers - log.chip_production_h100e)
    return Stock(
        level=inputs.chip_stock_h100e,
        production=jnp.exp(jnp.minimum(log_wafers, log.chip_production_h100e)),
        rate=rate + log.chip_flop_growth,
        later_rate=later_rate + log.chip_flop_growth,
        turn=jnp.where(meets, lead / jnp.where(meets, rate - later_rate, 1.0), jnp.inf),
        log_flop_per_chip=log.largest_run_share + _log_flop_per_gpu(log),
        anchor=clock.chips,
    )


def modalities(inputs: Inputs, clock: Clock) -> Growth:
    """Return the path of ln of the unique tokens of text, images, video and sound after quality filters.

    An image and a second of video are worth as many tokens.
    """
    raw = (
        inputs.text_tokens
        + (inputs.image_count + inputs.video_seconds) * inputs.tokens_per_image
        + inputs.audio_seconds * inputs.tokens_per_audio_second
    )
    log_stock = jnp.log(raw) + jnp.log(inputs.text_quality)
    return growth(log_stock, jnp.log(inputs.supply_growth), clock.supply)


def data(inputs: Inputs, log: Inputs, clock: Clock) -> Growth:  # noqa: ARG001 - a ceiling like the others
    """Return ln FLOP of the run whose optimum passes over the stock as often as is useful: 6 D D / 20."""
    stock = modalities(inputs, clock)
    log_tokens = stock.level + jnp.log(inputs.max_passes)
    return Growth(math.log(6.0 / TOKENS_PER_PARAM) + 2.0 * log_tokens, 2.0 * stock.rate)
