"""Conditioning of a forecast: input values condition the copula; events accept or reject draws.

This module only reads conditions: `simulation` applies them.
"""

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from datawall.errors import DatawallError
from datawall.forecasting.labels import Labels
from datawall.forecasting.quantities import INPUTS, Quantity, find, inputs, quantities
from datawall.scenario import Scenario, observed
from datawall.scenario.condition import is_atom, is_correlated
from datawall.units import decimal_year

_CONDITION = re.compile(r"(?P<name>[A-Za-z_][\w.]*(\[[^\]]+\])?) *(?P<sign><=|>=|<|>|=) *(?P<value>[^<>=]+)")


class Event(NamedTuple):
    """Event: a closed interval of values of one row of an output, in the model's own scale."""

    output: str
    row: int
    lower: np.float32
    upper: np.float32


@dataclass(frozen=True)
class Conditions:
    """Conditions of a forecast.

    Attributes
    ----------
    texts
        The conditions, as stated.
    before
        The scenario without them.
    scenario
        The scenario conditioned on the values of inputs.
    events
        Events that draws must also meet.
    """

    texts: tuple[str, ...]
    before: Scenario
    scenario: Scenario
    events: tuple[Event, ...]


def conditionable(labels: Labels) -> dict[str, Quantity]:
    """Return the possible targets of a condition, by name: inputs and quantities of interest."""
    outcomes = {name: found for name, found in quantities(labels).items() if found.option is None}
    return inputs(labels) | outcomes


def conditions(texts: str | Iterable[str], labels: Labels) -> Conditions:
    """Return the conditions on a scenario, read from their texts.

    Parameters
    ----------
    texts
        Such as ``mfu=0.4``, ``compute_growth>4``, ``release[5.5]<2027`` or ``wall.tokens[1]=never``.
    labels
        Labels of the outputs, and the scenario.

    Raises
    ------
    DatawallError
        If one cannot be read, names nothing, can never be met, or contradicts another one.
    """
    texts = (texts,) if isinstance(texts, str) else tuple(texts)
    scenario, known = labels.scenario, conditionable(labels)
    values: dict[str, float | str] = {}
    events: dict[tuple[str, int], Event] = {}
    for text in texts:
        name, sign, value = _parsed(text)
        if sign == "=" and name in scenario.priors and not _is_range(scenario, name, value):
            if values.setdefault(name, value) != value:
                raise DatawallError(f"given {text}: contradicts {name}={values[name]}; drop one of them")
        else:
            event = _event(text, known, labels)
            before = events.get(event[:2], event)
            events[event[:2]] = _both(text, before, event)
    after = observed(scenario, values)
    for event in events.values():
        _check_possible(event, after)
    return Conditions(texts, scenario, after, tuple(events.values()))


def _parsed(text: str) -> tuple[str, str, float | str]:
    """Return name, sign and value of a condition; the value is a number where it reads as one."""
    found = _CONDITION.fullmatch(text.strip())
    if not found:
        raise DatawallError(
            f"given {text}: need NAME=VALUE, NAME<VALUE or NAME>VALUE; "
            'write it like mfu=0.4 or "release[5.5]<2027"'
        )
    value = found["value"].strip()
    try:
        return found["name"], found["sign"], float(value)
    except ValueError:
        return found["name"], found["sign"], value


def _is_range(scenario: Scenario, name: str, value: float | str) -> bool:
    """Return whether a value of an input is an atom of its prior and the input is correlated with others."""
    return not isinstance(value, str) and is_atom(scenario, name, value) and is_correlated(scenario, name)


def _event(text: str, known: dict[str, Quantity], labels: Labels) -> Event:
    name, sign, value = _parsed(text)
    target = find(name, known, f"given {text}")
    scenario = labels.scenario
    span = scenario.horizon - scenario.as_of
    if target.options:
        if sign != "=" or value not in target.options:
            raise DatawallError(f"given {text}: need {name}= one of {', '.join(target.options)}")
        index = target.options.index(str(value))
        return Event(target.output.name, target.row, np.float32(index), np.float32(index))
    if target.output.scale == "date" and sign == "=" and value in ("past", "never"):
        sign, number = ("<", 0.0) if value == "past" else (">=", span)
    else:
        number = _number(text, target, value, scenario)
    if sign == "=" and not (target.output.name == INPUTS and is_atom(scenario, name, number)):
        raise DatawallError(f"given {text}: a number is never met exactly; give a range with < or >")
    return Event(target.output.name, target.row, *_ends(sign, np.float32(number)))


def _ends(sign: str, value: np.float32) -> tuple[np.float32, np.float32]:
    """Return the least and the greatest single-precision number that satisfy a comparison with a value."""
    infinity = np.float32(np.inf)
    match sign:
        case "=":
            return value, value
        case "<" | "<=":
            return -infinity, np.nextafter(value, -infinity) if sign == "<" else value
        case _:
            return np.nextafter(value, infinity) if sign == ">" else value, infinity


def _number(text: str, target: Quantity, value: float | str, scenario: Scenario) -> float:
    """Return a value in the model's own scale."""
    if target.output.scale == "date":
        return _date(text, value, scenario) - scenario.as_of
    if isinstance(value, str) or not np.isfinite(value):
        raise DatawallError(f"given {text}: need a finite number, got {value!r}; write one such as 0.4")
    if target.output.scale != "log10":
        return value
    if value <= 0.0:
        raise DatawallError(f"given {text}: need a number above 0, got {value:g}; correct it")
    return float(np.log10(value))


def _date(text: str, value: float | str, scenario: Scenario) -> float:
    try:
        date = decimal_year(dt.date.fromisoformat(value)) if isinstance(value, str) else value
    except ValueError:
        raise DatawallError(
            f"given {text}: need a date, got {value!r}; write one such as 2027.5 or 2027-07-01, "
            "or =past or =never"
        ) from None
    if not scenario.as_of <= date <= scenario.horizon:
        raise DatawallError(
            f"given {text}: need a date from the as-of date {scenario.as_of:.2f} to the horizon "
            f"{scenario.horizon:.2f}, got {date:g}; give one of them, or =past or =never"
        )
    return date


def _both(text: str, one: Event, other: Event) -> Event:
    event = one._replace(lower=max(one.lower, other.lower), upper=min(one.upper, other.upper))
    if event.lower > event.upper:
        raise DatawallError(f"given {text}: contradicts another condition on the same; drop one of them")
    return event


def _check_possible(event: Event, scenario: Scenario) -> None:
    """Raise `DatawallError` if an input cannot have such a value."""
    if event.output != INPUTS:
        return
    label = scenario.joint().streams[event.row]
    cdf: Any = scenario.priors[label.partition("[")[0]].distribution.cdf
    # a step wider than the event: a value that rounds to its end must not count as outside
    below, upto = (
        float(np.nextafter(end, side)) for end, side in zip(event[2:], (-np.inf, np.inf), strict=True)
    )
    if not cdf(upto) > cdf(below):
        raise DatawallError(
            f"given {label} from {event.lower:g} to {event.upper:g}: its prior, or what else is given, "
            "leaves this no chance; give a range that it reaches"
        )
