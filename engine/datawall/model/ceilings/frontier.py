"""C(t), the largest training run started by t: a trend under money, power, chips and latency."""

import math
from collections.abc import Callable
from functools import reduce
from typing import Any, Protocol

import jax.numpy as jnp

from datawall.model.ceilings import epoch2030, gptn2024, villalobos2024
from datawall.model.ceilings.growth import Growth, Saturating, Slowing, growth
from datawall.model.clock import Clock
from datawall.model.inputs import DECLARATIONS, Inputs, Scalar
from datawall.pytrees import materialize
from datawall.units import DAYS_TO_SECONDS, HOURS_TO_SECONDS

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


H100_FLOP_PER_S = 989.4e12
"""Dense BF16 peak of one H100 SXM, the unit of hardware (NVIDIA H100 datasheet) [FLOP/s]."""


class Path(Protocol):
    """ln FLOP at any date."""

    def at(self, t: Scalar) -> Scalar:
        """Return the path at `t` [years since the as-of date]."""
        ...


def log_flop_per_s_per_h100e(log: Inputs) -> Scalar:
    """Return ln of the FLOP/s that an H100-equivalent delivers in training: peak, format and MFU."""
    return math.log(H100_FLOP_PER_S) + log.format_speedup + log.mfu


def log_flop_per_h100e(log: Inputs) -> Scalar:
    """Return ln of the FLOP that an H100-equivalent delivers over one training run."""
    return log_flop_per_s_per_h100e(log) + math.log(DAYS_TO_SECONDS) + log.training_days


def trend(inputs: Inputs, log: Inputs, clock: Clock) -> Slowing:
    """Return ln FLOP of the trend: one growth rate, then a lower one."""
    before = growth(log.frontier_flop, log.compute_growth, clock.frontier)
    turn = jnp.maximum(clock.since_as_of(inputs.slowdown_date), clock.frontier)
    rate = inputs.growth_kept * before.rate
    return Slowing(before, growth(before.at(turn), rate, turn), turn)


def spend(inputs: Inputs, log: Inputs, clock: Clock) -> Saturating:  # noqa: ARG001 - a ceiling like the others
    """Return ln FLOP that the largest budget buys: budget path x FLOP per USD path."""
    log_flop_per_usd = log_flop_per_s_per_h100e(log) + math.log(HOURS_TO_SECONDS) - log.usd_per_h100e_hour
    return Saturating(
        growth(log.run_budget_usd, log.run_budget_growth, clock.spending),
        log.run_budget_ceiling_usd,
        growth(log_flop_per_usd, log.flop_per_usd_growth, clock.spending),
    )


def power(inputs: Inputs, log: Inputs, clock: Clock) -> Saturating:  # noqa: ARG001 - a ceiling like the others
    """Return ln FLOP that the power of the largest site, or of the sites joined, can train."""
    log_flop_per_site_w = log_flop_per_h100e(log) + log.sites_per_run - log.watts_per_h100e
    return Saturating(
        growth(log.site_power_w, log.site_power_growth, clock.power),
        log.site_power_ceiling_w,
        growth(log_flop_per_site_w, log.flop_per_watt_growth, clock.power),
    )


def chips(inputs: Inputs, log: Inputs, clock: Clock) -> Growth:  # noqa: ARG001 - a ceiling like the others
    """Return ln FLOP that the largest run's share of the world's chips can train."""
    log_flop = log.chip_stock_h100e + log.largest_run_share + log_flop_per_h100e(log)
    return growth(log_flop, log.chip_stock_growth, clock.chips)


def latency(inputs: Inputs, log: Inputs, clock: Clock) -> Growth:  # noqa: ARG001 - a ceiling like the others
    """Return ln FLOP of the latency wall: more cannot be trained in a year, however many chips."""
    return Growth(log.latency_flop, 0.0)


_PATHS: dict[str, Callable[[Inputs, Inputs, Clock], Path]] = {
    "trend": trend,
    "spend": spend,
    "power": power,
    "chips": chips,
    "latency": latency,
    "epoch_power": epoch2030.power,
    "epoch_campus": epoch2030.campus,
    "epoch_distributed": epoch2030.distributed,
    "epoch_bandwidth": epoch2030.bandwidth,
    "epoch_chips": epoch2030.chips,
    "epoch_data": epoch2030.data,
    "table": gptn2024.table,
    "datasets": villalobos2024.datasets,
}
"""The path of each of `questions.CEILINGS`."""


def ceilings(inputs: Inputs, clock: Clock, names: tuple[str, ...]) -> tuple[Path, ...]:
    """Return the path of ln FLOP that each ceiling allows, in the order asked.

    Parameters
    ----------
    inputs
        One draw.
    clock
        Where the anchors lie.
    names
        Out of `questions.CEILINGS`.

    References
    ----------
    Sevilla et al. 2024, "Can AI scaling continue through 2030?", Epoch AI: power, chips and latency each as
    a ceiling. The trend, the budget and the joint minimum are added here. Ceilings of other published
    forecasts name theirs.
    """
    log = log_inputs(inputs)
    return tuple(_PATHS[name](inputs, log, clock) for name in names)


def log_lowest(paths: tuple[Path, ...], t: Scalar) -> Scalar:
    """Return ln FLOP of the lowest ceiling at `t` [years since the as-of date]."""
    return reduce(jnp.minimum, (path.at(t) for path in paths))


def binding(levels: Scalar) -> Scalar:
    """Return the place of the lowest ceiling, as a float; the first of equal ones.

    `levels` has a row for each ceiling.
    """
    lowest = reduce(jnp.minimum, levels)
    place = jnp.full_like(lowest, len(levels) - 1.0)
    for index in range(len(levels) - 2, -1, -1):
        place = jnp.where(levels[index] == lowest, float(index), place)
    return place
