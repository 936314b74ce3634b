"""One future in double precision, and its state at a date."""

import math
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import jax
import jax.numpy as jnp
import numpy as np

from datawall.analysis.explanation.equations import Equations
from datawall.forecasting.labels import time_grid
from datawall.model.clock import Clock, clock_at
from datawall.model.frontier import ceilings, log_lowest
from datawall.model.inputs import Inputs
from datawall.model.loss.architecture import log_compute_gain
from datawall.model.loss.data_constrained import Scarcity, data_law, scarcity
from datawall.model.supply import training_tokens
from datawall.model.world import Future, simulate
from datawall.scenario import Scenario

if TYPE_CHECKING:
    from datawall.model.questions import Questions


@partial(jax.jit, static_argnums=3)
def _simulate(inputs: dict[str, Any], clock: Clock, grid: jax.Array, questions: "Questions") -> Future:
    return simulate(Inputs(**inputs), clock, grid, questions)


@dataclass(frozen=True)
class ExplainedState:
    """State of one future at one date: FLOP, tokens and effects of scarcity.

    Attributes
    ----------
    date
        The date [decimal year].
    ceilings
        Compute allowed by each ceiling, by name [FLOP].
    flop
        The largest run [FLOP].
    dense_flop
        Its dense-equivalent compute [FLOP].
    supply
        m U [tokens].
    ideal
        D* of the dense compute [tokens].
    seen
        Passes, efficiency and worths.
    """

    date: float
    ceilings: dict[str, float]
    flop: float
    dense_flop: float
    supply: float
    ideal: float
    seen: Scarcity


class OneFuture:
    """One draw of a scenario, simulated; use it under ``jax.enable_x64``.

    Attributes
    ----------
    scenario, inputs, questions, clock
        Arguments as given.
    equations
        Its equations.
    data
        The draw's data law.
    future
        Its dates, in years since the as-of date.
    """

    def __init__(self, scenario: Scenario, inputs: Inputs) -> None:
        self.scenario = scenario
        self.inputs = inputs
        self.questions = scenario.questions
        self.clock = clock_at(scenario.as_of, scenario.anchors)
        self.equations = Equations(inputs, scenario.as_of, scenario.anchors)
        self.data = data_law(inputs, self.questions)
        self._grid = jnp.asarray(time_grid(scenario.as_of, scenario.horizon) - scenario.as_of)
        self.future: Future = _simulate(vars(inputs), self.clock, self._grid, self.questions)

    def walls(self) -> dict[str, float]:
        """Return the date of each wall [decimal year]."""
        dates = self.scenario.as_of + np.asarray(self.future.walls)
        return dict(zip(self.questions.wall_names, map(float, dates), strict=True))

    def at(self, date: float) -> ExplainedState:
        """Return the state at a date."""
        t = date - self.scenario.as_of
        paths = ceilings(self.inputs, self.clock, self.questions.ceilings)
        allowed = (math.exp(float(path.at(t))) for path in paths)
        flop = self._largest_run(t)
        dense = flop * math.exp(float(log_compute_gain(self.inputs)))
        supply = math.exp(float(training_tokens(self.inputs, self.clock, self.questions.supply).at(t)))
        return ExplainedState(
            date=date,
            ceilings=dict(zip(self.questions.ceilings, allowed, strict=True)),
            flop=flop,
            dense_flop=dense,
            supply=supply,
            ideal=math.exp(float(self.data.law.log_optimal_tokens(math.log(dense)))),
            seen=scarcity(self.data, math.log(dense), math.log(supply), self.questions),
        )

    def _largest_run(self, t: float) -> float:
        """Return the largest run C at a date, given its history [FLOP]."""
        dates = jnp.append(self._grid[self._grid < t], t)
        paths = ceilings(self.inputs, self.clock, self.questions.ceilings)
        return math.exp(float(jnp.max(log_lowest(paths, dates))))
