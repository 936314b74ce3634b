"""Transforms of the quantity of interest: explained numbers, scored numbers and the answer."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import jax
import numpy as np

from datawall.analysis.sensitivity.request import Asked
from datawall.errors import DatawallError
from datawall.forecasting.labels import Labels
from datawall.forecasting.quantities import Quantity, find, quantities
from datawall.forecasting.simulation import World
from datawall.model.criteria import CRITERIA
from datawall.scenario import Scenario


@dataclass(frozen=True)
class OneNumber:
    """Map from normal scores to one output of the world model; the compiler drops all else."""

    world: World
    quantity: Quantity

    def __call__(self, params: dict[str, Any], scores: jax.Array) -> jax.Array:
        """Return the output of the draws whose scores are the columns, in the model's own scale."""
        value = self.world(params, scores)[self.quantity.output.name][self.quantity.place]
        option = self.quantity.option
        return value if option is None else (value == option).astype(scores.dtype)


def narrowed(scenario: Scenario, name: str) -> Scenario:
    """Return the scenario without the walls that a quantity does not need, for speed."""
    questions = scenario.questions
    if name.startswith("wall.") and name.removeprefix("wall.") not in questions.wall_names:
        return scenario  # an unknown name: the full scenario is kept for the error message
    slow = {criterion.name for criterion in CRITERIA if not criterion.linear and not criterion.single}
    walls = tuple(
        (kind, tuple(x for x in levels if kind not in slow or f"wall.{kind}[{x:g}]" == name))
        for kind, levels in questions.walls
    )
    return replace(scenario, questions=replace(questions, walls=walls))


def find_output(name: str, labels: Labels) -> Quantity:
    """Return the output of this name; for a choice, that of one of its options.

    Raises
    ------
    DatawallError
        If there is none.
    """
    numbers = {
        known: quantity
        for known, quantity in quantities(labels).items()
        if quantity.option is not None or not quantity.options
    }
    return find(name, numbers, f"--output {name}")


type _Read = Callable[[np.ndarray], np.ndarray]

_FEWEST = 100
"""Fewest draws that must differ from the commonest value; with fewer, a variance errs by over a tenth."""


@dataclass(frozen=True)
class Reading:
    """Reading of values in the model's own scale: transforms and units.

    Attributes
    ----------
    unit
        Unit of the answer.
    measure
        Description of the numbers whose variance is explained.
    explained
        Map from values to these numbers.
    scored_unit
        Unit of the numbers whose score and interval are to shrink.
    scored
        Map from values to these numbers.
    answer
        Map from values of shape (n, ...) to answers of shape (...).
    """

    unit: str
    measure: str
    explained: _Read
    scored_unit: str
    scored: _Read
    answer: _Read


def reading(asked: Asked, target: Quantity, labels: Labels, sample: np.ndarray) -> Reading:
    """Return the reading of values for a quantity of interest and its output.

    The sample holds plain draws of the output, in the model's own scale.

    Raises
    ------
    DatawallError
        If the answer hardly varies, or the quantity of interest does not fit the output.
    """
    if np.isnan(sample).any():
        raise DatawallError(
            f"--output {asked.text}: {np.mean(np.isnan(sample)):.1%} of its draws are no numbers"
        )
    if target.option is not None:
        if asked.kind != "value":
            raise DatawallError(
                f"--output {asked.text}: {asked.name} is a probability already; give its name alone"
            )
        found = _indicator(lambda values: values, "whether it binds")
    elif asked.kind == "probability":
        level = _own_scale(asked, target, labels)
        found = _indicator(lambda values: (values <= level).astype(float), "whether it is below the level")
    else:
        found = _of_value(asked, target, labels, sample)
    _check_varies(asked, found.explained(sample))
    return found


def _check_varies(asked: Asked, explained: np.ndarray) -> None:
    _, counts = np.unique(explained, return_counts=True)
    apart = explained.size - counts.max()
    if apart == 0:
        raise DatawallError(
            f"--output {asked.text}: is the same in every draw; ask for something that varies"
        )
    if apart < _FEWEST:
        raise DatawallError(
            f"--output {asked.text}: need {_FEWEST} draws that differ from the commonest value, got {apart} "
            f"of {explained.size:,}; ask for more --draws, or for something that varies more"
        )


def _indicator(read: _Read, measure: str) -> Reading:
    return Reading("probability", measure, read, "probability", read, lambda v: read(v).mean(0))


def _of_value(asked: Asked, target: Quantity, labels: Labels, sample: np.ndarray) -> Reading:
    output, (as_of, horizon) = target.output, (labels.scenario.as_of, labels.scenario.horizon)

    def finite(values: np.ndarray) -> np.ndarray:
        """Return finite values: past becomes the as-of date, never the horizon."""
        return np.clip(values, 0.0, horizon - as_of) if output.scale == "date" else values

    def shown(values: np.ndarray) -> np.ndarray:
        return output.in_window(values, as_of, horizon)

    def answer(values: np.ndarray) -> np.ndarray:
        return shown(np.quantile(values, asked.level, axis=0, method="inverted_cdf"))

    if asked.kind == "quantile":
        level = np.quantile(sample, asked.level, method="inverted_cdf")
        if not np.isfinite(shown(level)):
            where = "never" if level > 0.0 else "past"
            remedy = f"ask for P({asked.name}<=DATE), or the name alone"
            raise DatawallError(f"--output {asked.text}: this quantile is {where}; {remedy}")
        measure, explained = "whether it is below this quantile", lambda v: (v <= level).astype(float)
    elif output.scale == "date":
        measure = "rank of the date among all draws; past and never are ties at either end"
        explained = _ranks_among(finite(sample), finite)
    else:
        measure, explained = "log10 of the value" if output.scale == "log10" else "the value", finite
    return Reading(output.unit, measure, explained, target.own_unit, finite, answer)


def _ranks_among(sample: np.ndarray, finite: _Read) -> _Read:
    """Return the map from values to their mid-ranks in the sample, from 0 to 1."""
    ordered = np.sort(sample, axis=None)

    def ranks(values: np.ndarray) -> np.ndarray:
        found = finite(values)
        first, last = (np.searchsorted(ordered, found, side) for side in ("left", "right"))
        return (first + last) / (2.0 * len(ordered))

    return ranks


def _own_scale(asked: Asked, target: Quantity, labels: Labels) -> float:
    scenario, output = labels.scenario, target.output
    if output.scale == "date":
        if not scenario.as_of <= asked.level < scenario.horizon:
            raise DatawallError(
                f"--output {asked.text}: need a date from {scenario.as_of:.2f} to {scenario.horizon:.0f}, "
                f"got {asked.level:g}; give one between them"
            )
        return asked.level - scenario.as_of
    if output.scale == "log10":
        if asked.level <= 0.0:
            raise DatawallError(
                f"--output {asked.text}: need a positive level, got {asked.level:g}; give one"
            )
        return float(np.log10(asked.level))
    return asked.level
