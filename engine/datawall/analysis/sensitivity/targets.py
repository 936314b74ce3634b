"""Every single number that the world computes, by its name in ``summary.json``."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import jax

from datawall.errors import DatawallError
from datawall.forecasting.names import quantity_name, year_labels
from datawall.forecasting.outputs import Labels, Output, outputs_of
from datawall.forecasting.simulation import World
from datawall.model.world import wall_names
from datawall.scenario import Scenario
from datawall.validation import suggestion


@dataclass(frozen=True)
class Target:
    """One number of a draw.

    Attributes
    ----------
    output
        It is one of its values.
    place
        Which one: an index for each dimension.
    option
        If the output is a choice: whether it is this one is the number.
    """

    output: Output
    place: tuple[int, ...]
    option: int | None = None

    @property
    def own_unit(self) -> str:
        """Its unit in the model's own scale."""
        return {"date": "year", "log10": "oom", "choice": "probability"}.get(
            self.output.scale, self.output.unit
        )


@dataclass(frozen=True)
class OneNumber:
    """Maps normal scores to one number of the world; the compiler leaves out all that it does not need."""

    world: World
    target: Target

    def __call__(self, params: dict[str, Any], scores: jax.Array) -> jax.Array:
        """Return the number of the draws whose scores are the columns, in the model's own scale."""
        value = self.world(params, scores)[self.target.output.name][self.target.place]
        option = self.target.option
        return value if option is None else (value == option).astype(scores.dtype)


BENT_WALLS = {"effective": "effective_passes", "frontier": "frontier_passes", "efficiency": "efficiency"}
"""The questions that each kind of wall answers, where dating one takes time."""


def narrowed(scenario: Scenario, name: str) -> Scenario:
    """Return the scenario without the walls that an output does not need, so that it is quick to evaluate."""
    questions = scenario.questions
    kept = {
        field: tuple(level for level in getattr(questions, field) if f"wall.{kind}[{level:g}]" == name)
        for kind, field in BENT_WALLS.items()
    }
    is_unknown = name.startswith("wall.") and name.removeprefix("wall.") not in wall_names(questions)
    return scenario if is_unknown else replace(scenario, questions=replace(questions, **kept))


def find_target(labels: Labels, name: str) -> Target:
    """Return the number of this name.

    Raises
    ------
    DatawallError
        If there is none.
    """
    known = dict(_named(labels))
    if name not in known:
        remedy = suggestion(name, known, "datawall forecast --json")
        raise DatawallError(f"--output {name}: no such output; {remedy}")
    return known[name]


def _named(labels: Labels) -> Iterator[tuple[str, Target]]:
    years = year_labels(labels.years)
    for output in outputs_of(labels):
        axes = [labels.coords[dim] for dim in output.dims]
        for place in itertools.product(*(range(len(axis)) for axis in axes)):
            at = {dim: axis[index] for dim, axis, index in zip(output.dims, axes, place, strict=True)}
            if output.scale != "choice":
                yield quantity_name(output.name, at, years), Target(output, place)
                continue
            for option, ceiling in enumerate(labels.scenario.questions.ceilings):
                yield f"binding.{ceiling}[{years[at['year']]}]", Target(output, place, option)
