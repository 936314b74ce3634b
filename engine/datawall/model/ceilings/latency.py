"""Latency ceiling of the largest training run."""

from typing import TYPE_CHECKING, override

from datawall.model.parts import Ceiling, Values

if TYPE_CHECKING:
    from datawall.model.clock import Clock
    from datawall.model.growth import Growth


class Latency(Ceiling):
    """Latency ceiling: the most compute that a run can use in a year, however many chips."""

    name = "latency"
    title = "what can be trained in a year however many chips there are"
    inputs = ("latency_flop",)
    colour = "grey"
    rank = 4

    @override
    def path(self, inputs: Values, log: Values, clock: "Clock") -> "Growth":
        from datawall.model.growth import Growth

        return Growth(log.latency_flop, 0.0)
