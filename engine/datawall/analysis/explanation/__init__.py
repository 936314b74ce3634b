"""Explanation of one future, step by step: equations with numbers, to be redone by hand."""

import math

import jax

from datawall.analysis.explanation.compute import compute_steps
from datawall.analysis.explanation.data import data_steps, law_steps
from datawall.analysis.explanation.dates import generation_sections, wall_steps
from datawall.analysis.explanation.draws import inputs_of_draw, median_inputs, named
from datawall.analysis.explanation.future import OneFuture
from datawall.analysis.explanation.steps import ExplainedSection, Explanation, Step
from datawall.caching import keep_compiled_programs
from datawall.model.inputs import Inputs
from datawall.scenario import Scenario

__all__ = ["ExplainedSection", "Explanation", "Step", "explain", "inputs_of_draw", "median_inputs"]


def explain(scenario: Scenario, inputs: Inputs) -> Explanation:
    """Walk one future from its inputs to its dates, in double precision.

    Parameters
    ----------
    scenario
        Scenario that sets the dates and questions.
    inputs
        One draw, in plain numbers, as `inputs_of_draw` or `median_inputs` gives it.

    Returns
    -------
    Explanation
        Inputs, loss law, the state at the as-of date and at the first wall asked, every wall, and the
        generations.
    """
    keep_compiled_programs()
    with jax.enable_x64(True):
        future = OneFuture(scenario, inputs)
        moments = {"At the as-of date": scenario.as_of}
        wall, date = next(iter(future.walls().items()))
        if math.isfinite(date):
            moments[f"At the wall {wall}"] = date
        return Explanation(
            named(inputs),
            (
                ExplainedSection("Loss law and architecture", tuple(law_steps(future))),
                *(_state(future, title, moment) for title, moment in moments.items()),
                ExplainedSection("Walls", tuple(wall_steps(future))),
                *generation_sections(future),
            ),
        )


def _state(future: OneFuture, title: str, date: float) -> ExplainedSection:
    state = future.at(date)
    return ExplainedSection(
        f"{title}, {date:.4f}", (*compute_steps(future, state), *data_steps(future, state))
    )
