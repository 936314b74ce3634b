"""Power ceiling: the largest site, or the sites that train one run together."""

from typing import TYPE_CHECKING, override

from datawall.model.hardware import log_flop_per_h100e
from datawall.model.parts import Ceiling, Values

if TYPE_CHECKING:
    from datawall.model.clock import Clock
    from datawall.model.growth import Saturating


class Power(Ceiling):
    """Power ceiling: the compute of the largest site, or of the sites joined.

    References
    ----------
    Sevilla et al. 2024, "Can AI scaling continue through 2030?", Epoch AI: power, chips and latency each as
    a ceiling.
    """

    name = "power"
    title = "what the power of the largest site, or of the sites joined, can train"
    inputs = (
        "site_power_w",
        "site_power_growth",
        "site_power_ceiling_w",
        "sites_per_run",
        "training_days",
        "mfu",
        "format_speedup",
        "watts_per_h100e",
        "flop_per_watt_growth",
    )
    colour = "purple"
    rank = 2

    @override
    def path(self, inputs: Values, log: Values, clock: "Clock") -> "Saturating":
        from datawall.model.growth import Saturating, growth

        log_flop_per_site_w = log_flop_per_h100e(log) + log.sites_per_run - log.watts_per_h100e
        return Saturating(
            growth(log.site_power_w, log.site_power_growth, clock.power),
            log.site_power_ceiling_w,
            growth(log_flop_per_site_w, log.flop_per_watt_growth, clock.power),
        )
