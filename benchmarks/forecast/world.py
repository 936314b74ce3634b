"""The full baseline forecast as every contender sees it: one scenario, one grid, one set of outputs."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from benchmarks.forecast import plain
from datawall.distributions.joint import Joint, inputs_from_scores
from datawall.forecasting.labels import time_grid
from datawall.model.clock import Clock, clock_at
from datawall.model.inputs import Inputs
from datawall.model.world import simulate
from datawall.scenario import Scenario, load_scenario

DATES = ("wall_date", "training_start", "release", "compute_date", "price_gain")
"""Outputs that are dates."""


@dataclass(frozen=True)
class World:
    """A scenario, ready to be drawn from."""

    scenario: Scenario

    @cached_property
    def joint(self) -> Joint:
        return self.scenario.joint()

    @cached_property
    def clock(self) -> Clock:
        return clock_at(self.scenario.as_of, self.scenario.anchors)

    @cached_property
    def grid(self) -> np.ndarray:
        return time_grid(self.scenario.as_of, self.scenario.horizon) - self.scenario.as_of

    def inputs(self, params: Any, scores: Any) -> Inputs:
        """Inputs at independent normal scores of shape (streams, n), with JAX."""
        return Inputs(**inputs_from_scores(self.joint.structure, params, scores))

    def plain_outputs(self, xp: Any, inputs: Inputs) -> dict[str, Any]:
        """Outputs of the plain world at inputs of shape (..., n), with NumPy or its like."""
        grid = xp.asarray(self.grid, xp.result_type(float))
        return plain.simulate(xp, inputs, self.clock, grid, self.scenario.questions)

    def outputs(self, inputs: Inputs) -> dict[str, Any]:
        """Outputs of the engine's model, with JAX: dates in years since the as-of date."""
        import jax.numpy as jnp

        grid = jnp.asarray(self.grid, jnp.result_type(float))
        future = simulate(inputs, self.clock, grid, self.scenario.questions)
        price = future.price
        return {
            "wall_date": future.walls,
            "training_start": jnp.stack([future.starts["raw"], future.starts["effective"]]),
            "release": jnp.stack([future.releases["raw"], future.releases["effective"]]),
            "compute_date": future.compute_levels,
            "price_gain": future.price_gains,
            "price_decline": price.pace.oom_per_year,
            "price_share": jnp.stack([price.hardware_share, price.algorithms_share, price.rest_share]),
            **future.paths,
        }


def baseline() -> World:
    """The scenario that a user gets who names none."""
    return World(load_scenario("baseline"))


def everything(inputs: Inputs, outputs: Mapping[str, Any]) -> dict[str, Any]:
    """Inputs and outputs of draws by name; an input may share its name with a path."""
    drawn = {f"input {name}": value for name, value in vars(inputs).items() if value is not None}
    return drawn | dict(outputs)


def comparable(outputs: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Outputs that contenders are compared by: shares and dates, "past" before the as-of date."""
    dates = {name: np.where(outputs[name] < 0.0, -np.inf, outputs[name]) for name in DATES}
    return {**dates, "price_share": outputs["price_share"]}
