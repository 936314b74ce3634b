"""C(t), the largest training run started by t: a trend under money, power, chips and latency."""

from collections.abc import Callable

import jax.numpy as jnp

from datawall.model.clock import Clock
from datawall.model.inputs import Inputs, Scalar
from datawall.model.questions import CEILINGS
from datawall.units import DAYS_TO_SECONDS, HOURS_TO_SECONDS

H100_FLOP_PER_S = 989.4e12
"""Dense BF16 peak of one H100 SXM, the unit of hardware (NVIDIA H100 datasheet) [FLOP/s]."""


def log_saturating(log_value: Scalar, log_ceiling: Scalar) -> Scalar:
    """Return ln of ``ceiling (1 - exp(-value / ceiling))``, growth that bends under a ceiling.

    The form of Epoch's Direct Approach (Besiroglu, Erdil and Barnett 2023) for spending.
    """
    return log_ceiling + jnp.log(-jnp.expm1(-jnp.exp(log_value - log_ceiling)))


def log_growth(growth: Scalar, years: Scalar) -> Scalar:
    """Return ln of the factor gained in `years` at `growth` a year."""
    return jnp.log(growth) * years


def log_trend(inputs: Inputs, clock: Clock, t: Scalar) -> Scalar:
    """Return ln FLOP of the trend at `t` [years since as-of]: one growth rate, then a lower one."""
    slowdown = jnp.maximum(clock.since_as_of(inputs.slowdown_date), clock.frontier)
    fast = jnp.minimum(t, slowdown) - clock.frontier
    slow = jnp.maximum(t - slowdown, 0.0)
    return jnp.log(inputs.frontier_flop) + log_growth(inputs.compute_growth, fast + inputs.growth_kept * slow)


def log_flop_per_s_per_h100e(inputs: Inputs) -> Scalar:
    """Return ln of the FLOP/s that an H100-equivalent delivers in training: peak, format and MFU."""
    return jnp.log(H100_FLOP_PER_S) + jnp.log(inputs.format_speedup) + jnp.log(inputs.mfu)


def log_flop_per_h100e(inputs: Inputs) -> Scalar:
    """Return ln of the FLOP that an H100-equivalent delivers over one training run."""
    return log_flop_per_s_per_h100e(inputs) + jnp.log(inputs.training_days * DAYS_TO_SECONDS)


def log_spend(inputs: Inputs, clock: Clock, t: Scalar) -> Scalar:
    """Return ln FLOP that the largest budget buys at `t`: budget path x FLOP per USD path."""
    years = t - clock.spending
    log_usd = log_saturating(
        jnp.log(inputs.run_budget_usd) + log_growth(inputs.run_budget_growth, years),
        jnp.log(inputs.run_budget_ceiling_usd),
    )
    log_flop_per_usd = (
        log_flop_per_s_per_h100e(inputs)
        + jnp.log(HOURS_TO_SECONDS / inputs.usd_per_h100e_hour)
        + log_growth(inputs.flop_per_usd_growth, years)
    )
    return log_usd + log_flop_per_usd


def log_power(inputs: Inputs, clock: Clock, t: Scalar) -> Scalar:
    """Return ln FLOP that the power of the largest site, or of the sites joined, can train at `t`."""
    years = t - clock.power
    log_site_w = log_saturating(
        jnp.log(inputs.site_power_w) + log_growth(inputs.site_power_growth, years),
        jnp.log(inputs.site_power_ceiling_w),
    )
    log_h100e = (
        log_site_w
        + jnp.log(inputs.sites_per_run / inputs.watts_per_h100e)
        + log_growth(inputs.flop_per_watt_growth, years)
    )
    return log_h100e + log_flop_per_h100e(inputs)


def log_chips(inputs: Inputs, clock: Clock, t: Scalar) -> Scalar:
    """Return ln FLOP that the largest run's share of the world's chips can train at `t`."""
    log_stock = jnp.log(inputs.chip_stock_h100e) + log_growth(inputs.chip_stock_growth, t - clock.chips)
    return log_stock + jnp.log(inputs.largest_run_share) + log_flop_per_h100e(inputs)


def log_latency(inputs: Inputs, clock: Clock, t: Scalar) -> Scalar:  # noqa: ARG001 - a ceiling like the others
    """Return ln FLOP of the latency wall: more cannot be trained in a year, however many chips."""
    return jnp.log(inputs.latency_flop)


_LOG_FLOP: dict[str, Callable[[Inputs, Clock, Scalar], Scalar]] = dict(
    zip(CEILINGS, (log_trend, log_spend, log_power, log_chips, log_latency), strict=True)
)


def log_ceilings(inputs: Inputs, clock: Clock, t: Scalar, ceilings: tuple[str, ...]) -> tuple[Scalar, ...]:
    """Return ln FLOP that each ceiling allows at `t`, in the order asked.

    Parameters
    ----------
    inputs
        One draw.
    clock
        Where the anchors lie.
    t
        Years since the as-of date.
    ceilings
        Names out of `CEILINGS`.

    Returns
    -------
    tuple
        ln FLOP, one for each ceiling. C(t) is the lowest of them.

    References
    ----------
    Sevilla et al. 2024, "Can AI scaling continue through 2030?", Epoch AI: power, chips and latency each as
    a ceiling. The trend, the budget and the joint minimum are added here.
    """
    return tuple(_LOG_FLOP[name](inputs, clock, t) for name in ceilings)
