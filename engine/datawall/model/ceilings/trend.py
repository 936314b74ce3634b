"""Compute trend of the largest training run: past growth, then slower growth."""

from typing import TYPE_CHECKING, override

from datawall.model.parts import Ceiling, Values

if TYPE_CHECKING:
    from datawall.model.clock import Clock
    from datawall.model.growth import Slowing


class Trend(Ceiling):
    """Compute trend: one growth rate, then a lower one."""

    name = "trend"
    title = "the trend of compute, which may slow down"
    inputs = ("frontier_flop", "compute_growth", "slowdown_date", "growth_kept")
    colour = "orange"
    rank = 0

    @override
    def path(self, inputs: Values, log: Values, clock: "Clock") -> "Slowing":
        import jax.numpy as jnp

        from datawall.model.growth import Slowing, growth

        before = growth(log.frontier_flop, log.compute_growth, clock.frontier)
        turn = jnp.maximum(clock.since_as_of(inputs.slowdown_date), clock.frontier)
        rate = inputs.growth_kept * before.rate
        return Slowing(before, growth(before.at(turn), rate, turn), turn)
