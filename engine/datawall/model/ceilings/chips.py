"""Chip ceiling of the largest training run."""

from typing import TYPE_CHECKING, override

from datawall.model.hardware import log_flop_per_h100e
from datawall.model.parts import Ceiling, Values

if TYPE_CHECKING:
    from datawall.model.clock import Clock
    from datawall.model.growth import Growth


class Chips(Ceiling):
    """Chip ceiling: the compute of the largest run's share of the world's chips."""

    name = "chips"
    title = "what the largest run's share of the world's chips can train"
    inputs = (
        "chip_stock_h100e",
        "chip_stock_growth",
        "largest_run_share",
        "training_days",
        "mfu",
        "format_speedup",
    )
    colour = "amber"
    rank = 3

    @override
    def path(self, inputs: Values, log: Values, clock: "Clock") -> "Growth":
        from datawall.model.growth import growth

        log_flop = log.chip_stock_h100e + log.largest_run_share + log_flop_per_h100e(log)
        return growth(log_flop, log.chip_stock_growth, clock.chips)
