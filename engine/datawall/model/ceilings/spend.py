"""Spending ceiling of the largest training run."""

import math
from typing import TYPE_CHECKING, override

from datawall.model.hardware import log_flop_per_s_per_h100e
from datawall.model.parts import Ceiling, Values
from datawall.units import HOURS_TO_SECONDS

if TYPE_CHECKING:
    from datawall.model.clock import Clock
    from datawall.model.growth import Saturating


class Spend(Ceiling):
    """Spending ceiling: budget path x FLOP per USD path."""

    name = "spend"
    title = "what the largest budget buys"
    inputs = (
        "run_budget_usd",
        "run_budget_growth",
        "run_budget_ceiling_usd",
        "mfu",
        "format_speedup",
        "usd_per_h100e_hour",
        "flop_per_usd_growth",
    )
    colour = "green"
    rank = 1

    @override
    def path(self, inputs: Values, log: Values, clock: "Clock") -> "Saturating":
        from datawall.model.growth import Saturating, growth

        log_flop_per_usd = log_flop_per_s_per_h100e(log) + math.log(HOURS_TO_SECONDS) - log.usd_per_h100e_hour
        return Saturating(
            growth(log.run_budget_usd, log.run_budget_growth, clock.spending),
            log.run_budget_ceiling_usd,
            growth(log_flop_per_usd, log.flop_per_usd_growth, clock.spending),
        )
