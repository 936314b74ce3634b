"""One future in double precision: its state at a date, and the equations behind it.

The equations come from functions of the model, traced with inputs and dates as symbols.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import jax
import jax.numpy as jnp
import numpy as np

from datawall.analysis.explanation import tracing
from datawall.analysis.explanation.algebra import TIME, Expression, add, constant, named, scale
from datawall.forecasting.labels import time_grid
from datawall.model.clock import Clock, clock_at
from datawall.model.frontier import LOGGED, ceilings, log_lowest
from datawall.model.inputs import DECLARATIONS, Inputs
from datawall.model.loss.architecture import log_compute_gain
from datawall.model.loss.data_constrained import Scarcity, data_law, scarcity
from datawall.model.registry import CEILINGS
from datawall.model.supply import training_tokens
from datawall.model.world import Future, simulate
from datawall.scenario import Scenario

if TYPE_CHECKING:
    from datawall.model.questions import Questions


class Equations:
    """The equations of one draw; use it under ``jax.enable_x64``.

    Parameters
    ----------
    inputs
        The draw, in plain numbers.
    as_of
        The as-of date [decimal year].
    anchors
        The date of each anchor [decimal year].
    """

    def __init__(self, inputs: Inputs, as_of: float, anchors: Mapping[str, float]) -> None:
        self._as_of = as_of
        known = {name: value for name, value in vars(inputs).items() if value is not None}
        inputs_ = {name: _symbol(name, value) for name, value in known.items()}
        fraction = constant(clock_at(as_of, anchors).as_of_fraction)
        self._symbols = {
            "inputs": inputs_,
            "log": {name: tracing.Log(symbol) for name, symbol in inputs_.items() if name in LOGGED},
            "clock": {
                "as_of_year": add(named("as_of", as_of, date=True), scale(fraction, -1.0)),
                "as_of_fraction": fraction,
                **{name: self._since_as_of(f"{name}_anchor", date) for name, date in anchors.items()},
            },
        }

    def of(
        self,
        function: Callable[..., Any],
        date: float | None = None,
        place: tuple[int, ...] = (),
        **quantities: float,
    ) -> Expression:
        """Return the expression that a function of the model computes, out of its log.

        Parameters
        ----------
        function
            Function of the inputs, their logs, the clock, a date as years since the as-of date, and ln of
            each of the quantities.
        date
            The date [decimal year]; the as-of date if left out.
        place
            Index of the value, if the function returns an array.
        quantities
            Positive numbers that the equation names instead of the inputs that they follow from.
        """
        symbols: dict[str, Any] = {
            f"{kind} {name}": s for kind, group in self._symbols.items() for name, s in group.items()
        }
        symbols[TIME] = self._since_as_of(TIME, self._as_of if date is None else date)
        symbols |= {name: tracing.Log(named(name, value)) for name, value in quantities.items()}

        def traced(arrays: dict[str, Any]) -> Any:
            inputs, log, clock = (
                {name: arrays[f"{kind} {name}"] for name in group} for kind, group in self._symbols.items()
            )
            logs = {name: arrays[name] for name in quantities}
            return function(Inputs(**inputs), Inputs(**log), Clock(**clock), arrays[TIME], **logs)

        return tracing.expression(tracing.equation(traced, symbols)[place])

    def ceiling(self, name: str, date: float) -> Expression:
        """Return the compute allowed by a ceiling at a date [FLOP]."""
        return self.of(lambda inputs, log, clock, t: CEILINGS[name].path(inputs, log, clock).at(t), date)

    def supply(self, account: str, date: float) -> Expression:
        """Return the training tokens at a date by an account of supply, including distillation."""
        return self.of(lambda inputs, _, clock, t: training_tokens(inputs, clock, account).at(t), date)

    def _since_as_of(self, name: str, date: float) -> Expression:
        return add(named(name, date, date=True), scale(named("as_of", self._as_of, date=True), -1.0))


def _symbol(name: str, value: Any) -> Any:
    """Return the symbol of an input, or an array of symbols; a choice is the number of its option."""
    declared = DECLARATIONS[name]
    if np.ndim(value):
        symbols = np.empty(np.shape(value), object)
        symbols[:] = [_symbol(name, float(one)) for one in value]
        return symbols
    if declared.options:
        return constant(value)
    return named(name, value, date=declared.unit in {"year", "years"})


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
