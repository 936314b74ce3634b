"""Symbolic equations of one draw: functions of the model traced with inputs and dates as symbols."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from datawall.analysis.explanation import tracing
from datawall.analysis.explanation.algebra import TIME, Expression, add, constant, named, scale
from datawall.model.clock import Clock, clock_at
from datawall.model.frontier import LOGGED
from datawall.model.inputs import DECLARATIONS, Inputs
from datawall.model.registry import CEILINGS
from datawall.model.supply import training_tokens


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
