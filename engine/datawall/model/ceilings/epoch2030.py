"""Epoch's constraint model of 2030: power, chips and data as ceilings, and its stock of data.

Levels are stated at the anchor of their group, which the source puts at the start of 2024.

References
----------
Sevilla et al. 2024, "Can AI scaling continue through 2030?", Epoch AI,
https://epoch.ai/blog/can-ai-scaling-continue-through-2030.
"""

import math
from typing import TYPE_CHECKING, override

from datawall.model.declaration import Scalar
from datawall.model.parts import Ceiling, SupplyAccount, Values
from datawall.units import DAYS_TO_SECONDS, MONTHS_PER_YEAR

if TYPE_CHECKING:
    from datawall.model.ceilings import _epoch2030 as paths
    from datawall.model.clock import Clock
    from datawall.model.growth import Growth

FIBRE_KM_PER_S = 2e5
"""Speed of light in optical fibre."""

_GPU = ("gpu_peak_flop_per_s", "mfu", "training_days")
_PER_W = (*_GPU, "watts_per_h100e", "flop_per_watt_growth")


def _log_flop_per_gpu(log: Values) -> Scalar:
    return log.gpu_peak_flop_per_s + log.mfu + math.log(DAYS_TO_SECONDS) + log.training_days


def _log_flop_per_w(log: Values, clock: "Clock") -> "Growth":
    from datawall.model.growth import growth

    log_flop = _log_flop_per_gpu(log) - log.watts_per_h100e
    return growth(log_flop, log.flop_per_watt_growth, clock.power)


class EpochCampus(Ceiling):
    """Power ceiling of the largest campus; the source gives its power by 2030 and no path to it."""

    name = "epoch_campus"
    title = "what the power of the largest campus can train"
    inputs = ("campus_power_w", *_PER_W)
    colour = "orange"
    rank = 11

    @override
    def path(self, inputs: Values, log: Values, clock: "Clock") -> "Growth":
        from datawall.model.growth import Growth

        per_w = _log_flop_per_w(log, clock)
        return Growth(log.campus_power_w + per_w.level, per_w.rate)


class EpochDistributed(Ceiling):
    """Power ceiling of distributed training: a share of the power of United States data centres.

    All of them grow at one rate, those that serve others at a lower one, and AI has the rest.
    """

    name = "epoch_distributed"
    title = "what data centres spread over the United States can train"
    inputs = (
        "us_data_center_w",
        "us_ai_data_center_w",
        "us_data_center_growth",
        "us_other_data_center_growth",
        "largest_run_share",
        *_PER_W,
    )
    colour = "blue"
    rank = 12

    @override
    def path(self, inputs: Values, log: Values, clock: "Clock") -> "paths.Distributed":
        import jax.numpy as jnp

        from datawall.model.ceilings._epoch2030 import Distributed
        from datawall.model.growth import Growth, growth

        per_w = _log_flop_per_w(log, clock)
        total = growth(log.us_data_center_w + log.largest_run_share, log.us_data_center_growth, clock.power)
        others_rate = jnp.minimum(log.us_other_data_center_growth, log.us_data_center_growth)
        return Distributed(
            Growth(total.level + per_w.level, total.rate + per_w.rate),
            1.0 - inputs.us_ai_data_center_w / inputs.us_data_center_w,
            log.us_data_center_growth - others_rate,
            clock.power,
        )


class EpochBandwidth(Ceiling):
    """Bandwidth ceiling of distributed training: one ring all-reduce between data centres per batch."""

    name = "epoch_bandwidth"
    title = "what the network between data centres can train"
    inputs = ("network_loop_km", "network_bits_per_s", "network_growth", "batch_tokens", "training_days")
    colour = "green"
    rank = 13

    @override
    def path(self, inputs: Values, log: Values, clock: "Clock") -> "paths.Bandwidth":
        from datawall.model.ceilings._epoch2030 import Bandwidth
        from datawall.model.growth import growth

        return Bandwidth(
            growth(log.network_bits_per_s, log.network_growth, clock.power),
            inputs.network_loop_km / FIBRE_KM_PER_S,
            log.batch_tokens + math.log(DAYS_TO_SECONDS) + log.training_days,
        )


class EpochPower(Ceiling):
    """Power ceiling: max(min(distributed, bandwidth), campus)."""

    name = "epoch_power"
    title = "what power can train on one campus, or on many joined by a network"
    inputs = tuple(
        dict.fromkeys(EpochCampus.inputs + EpochDistributed.inputs + EpochBandwidth.inputs)
    )  # each once
    colour = "purple"
    rank = 10

    @override
    def path(self, inputs: Values, log: Values, clock: "Clock") -> "paths.PowerPath":
        from datawall.model.ceilings._epoch2030 import PowerPath

        return PowerPath(
            EpochCampus().path(inputs, log, clock),
            EpochDistributed().path(inputs, log, clock),
            EpochBandwidth().path(inputs, log, clock),
        )


class EpochChips(Ceiling):
    """Chip ceiling: the largest run's share of the chips made.

    Production grows until the wafers run out, and each chip does more every year. The source sums over years;
    here production is a rate, so that the path is defined between them.
    """

    name = "epoch_chips"
    title = "what the largest run's share of the chips made can train, as long as wafers last"
    inputs = (
        "chip_stock_h100e",
        "chip_production_h100e",
        "chip_production_growth",
        "chip_flop_growth",
        "wafers_per_month",
        "wafer_capex_growth",
        "wafer_volume_share",
        "dies_per_wafer",
        "largest_run_share",
        *_GPU,
    )
    colour = "amber"
    rank = 14

    @override
    def path(self, inputs: Values, log: Values, clock: "Clock") -> "paths.Stock":
        import jax.numpy as jnp
        from jax.ad_checkpoint import checkpoint_name

        from datawall.model.ceilings._epoch2030 import Stock

        log_wafers = log.wafers_per_month + math.log(MONTHS_PER_YEAR) + log.dies_per_wafer
        wafers_rate = jnp.log1p(inputs.wafer_volume_share * (inputs.wafer_capex_growth - 1.0))
        # the lower of two exponentials: they cross once, if the lower one grows faster
        wafers_bind = log_wafers < log.chip_production_h100e
        rate = jnp.where(wafers_bind, wafers_rate, log.chip_production_growth)
        later_rate = jnp.where(wafers_bind, log.chip_production_growth, wafers_rate)
        meets = rate > later_rate
        lead = jnp.abs(log_wafers - log.chip_production_h100e)
        turn = jnp.where(meets, lead / jnp.where(meets, rate - later_rate, 1.0), jnp.inf)
        return Stock(
            level=inputs.chip_stock_h100e,
            production=jnp.exp(jnp.minimum(log_wafers, log.chip_production_h100e)),
            rate=rate + log.chip_flop_growth,
            later_rate=later_rate + log.chip_flop_growth,
            turn=checkpoint_name(turn, "years_to_turn"),
            log_flop_per_chip=log.largest_run_share + _log_flop_per_gpu(log),
            anchor=clock.chips,
        )


class Modalities(SupplyAccount):
    """Multimodal data stock: unique tokens of text, images, video and sound after quality filters.

    An image and a second of video are worth as many tokens.
    """

    name = "modalities"
    title = "text, images, video and sound"
    inputs = (
        "text_tokens",
        "text_quality",
        "supply_growth",
        "image_count",
        "video_seconds",
        "audio_seconds",
        "tokens_per_image",
        "tokens_per_audio_second",
    )
    rank = 10

    @override
    def path(self, inputs: Values, clock: "Clock") -> "Growth":
        import jax.numpy as jnp

        from datawall.model.growth import growth

        raw = (
            inputs.text_tokens
            + (inputs.image_count + inputs.video_seconds) * inputs.tokens_per_image
            + inputs.audio_seconds * inputs.tokens_per_audio_second
        )
        log_stock = jnp.log(raw) + jnp.log(inputs.text_quality)
        return growth(log_stock, jnp.log(inputs.supply_growth), clock.supply)


class EpochData(Ceiling):
    """Data ceiling: the optimal run that makes the useful number of passes over the stock, 6 D D / 20."""

    name = "epoch_data"
    title = "what the stock of data, repeated as often as is useful, can train"
    inputs = ("max_passes", *Modalities.inputs)
    colour = "green"
    rank = 15

    @override
    def path(self, inputs: Values, log: Values, clock: "Clock") -> "Growth":
        import jax.numpy as jnp

        from datawall.model.ceilings._epoch2030 import TOKENS_PER_PARAM
        from datawall.model.growth import Growth

        stock = Modalities().path(inputs, clock)
        log_tokens = stock.level + jnp.log(inputs.max_passes)
        return Growth(math.log(6.0 / TOKENS_PER_PARAM) + 2.0 * log_tokens, 2.0 * stock.rate)
