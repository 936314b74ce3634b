"""The quantity of interest of a sensitivity analysis, as a function of normal scores."""

from dataclasses import dataclass, replace
from typing import Any

import jax

from datawall.forecasting.labels import Labels
from datawall.forecasting.quantities import Quantity, find, quantities
from datawall.forecasting.simulation import World
from datawall.model.criteria import CRITERIA
from datawall.scenario import Scenario


@dataclass(frozen=True)
class OneNumber:
    """Maps normal scores to one number of the world; the compiler leaves out all that it does not need."""

    world: World
    quantity: Quantity

    def __call__(self, params: dict[str, Any], scores: jax.Array) -> jax.Array:
        """Return the number of the draws whose scores are the columns, in the model's own scale."""
        value = self.world(params, scores)[self.quantity.output.name][self.quantity.place]
        option = self.quantity.option
        return value if option is None else (value == option).astype(scores.dtype)


def narrowed(scenario: Scenario, name: str) -> Scenario:
    """Return the scenario without the walls that a quantity does not need, which makes it quick."""
    questions = scenario.questions
    if name.startswith("wall.") and name.removeprefix("wall.") not in questions.wall_names:
        return scenario  # an unknown name, which is refused with all names in view
    slow = {criterion.name for criterion in CRITERIA if not criterion.linear and not criterion.single}
    walls = tuple(
        (kind, tuple(x for x in levels if kind not in slow or f"wall.{kind}[{x:g}]" == name))
        for kind, levels in questions.walls
    )
    return replace(scenario, questions=replace(questions, walls=walls))


def find_output(name: str, labels: Labels) -> Quantity:
    """Return the number of this name; a choice is no number, but whether it is one of its options is.

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
