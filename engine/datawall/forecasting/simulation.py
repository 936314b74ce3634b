"""Simulation: the model as a function of normal scores, its parameters (a pytree) and its sketches."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from datawall.distributions.integrate_out import Integration, integration
from datawall.distributions.joint import inputs_from_scores, tied_scores
from datawall.forecasting.conditional_monte_carlo import (
    ESTIMATES,
    REACHED,
    knot_places,
    knots_between,
    reached_by_date,
)
from datawall.forecasting.conditioning import Conditions, Event, conditions
from datawall.forecasting.conditioning_effect import SCORE_BINS, SCORES
from datawall.forecasting.labels import LOOKBACK_YEARS, Labels, labels_of, reported_rows, time_grid
from datawall.forecasting.quantities import INPUTS
from datawall.model.clock import clock_at
from datawall.model.inputs import INTEGRATED, Inputs, ranks
from datawall.model.outputs import outputs_of_future
from datawall.model.questions import Questions
from datawall.model.world import simulate
from datawall.sampling.program import ACCEPTED, ACCEPTED_BINS, Spec
from datawall.sampling.samplers import Sampler
from datawall.scenario import Scenario


@dataclass(frozen=True)
class World:
    """Map from standard normal scores to the outputs of a draw that are counted or kept.

    Its attributes shape the compiled program; numbers travel in the parameters.

    Attributes
    ----------
    structure
        Of the joint distribution of the inputs.
    questions
        The questions of the scenario.
    reported
        First and last + 1 grid row for which paths are reported.
    integration
        Conditional Monte Carlo of the walls of tokens, if an input is integrated out.
    events
        Output of each event that draws must meet; None without conditions.
    """

    structure: Any
    questions: Questions
    reported: tuple[int, int]
    integration: Integration | None = None
    events: tuple[str, ...] | None = None

    def __call__(self, params: dict[str, Any], z: jax.Array) -> dict[str, jax.Array]:
        """Return the outputs of the draws whose scores are the columns of `z`."""
        inputs = Inputs(**inputs_from_scores(self.structure, params["joint"], z))
        future = simulate(inputs, params["clock"], params["grid"], self.questions)
        outputs = {
            # one array: separate outputs would be separate kernels
            INPUTS: jnp.concatenate(
                [jnp.atleast_2d(value) for value in vars(inputs).values() if value is not None]
            ),
            **outputs_of_future(future, self.reported),
        }
        if self.integration is not None:
            estimates = reached_by_date(
                self.integration, params["integration"], z, inputs, future, self.questions.levels("tokens")
            )
            outputs[REACHED] = estimates[:, LOOKBACK_YEARS:]
        if self.events is not None:
            outputs[SCORES] = tied_scores(self.structure, params["joint"], z)
        if self.events:
            outputs[ACCEPTED] = _accepted([outputs[name] for name in self.events], *params["events"])
        return outputs


def _accepted(values: list[jax.Array], rows: Any, lower: Any, upper: Any) -> jax.Array:
    """Return which draws meet every event: one row of its output between two ends."""
    own = jnp.stack(
        [value.reshape(-1, value.shape[-1])[row] for value, row in zip(values, rows, strict=True)]
    )
    return ((own >= lower[:, None]) & (own <= upper[:, None])).all(axis=0)


class _Question(NamedTuple):
    """A scenario and its conditions, as arguments of `propagate`."""

    world: World
    params: dict[str, Any]
    streams: np.ndarray
    sketches: dict[str, Spec]
    labels: Labels
    given: Conditions


def _hangs_on_exponent(event: Event, labels: Labels) -> bool:
    """Return whether an event depends on the parameter exponent.

    If so, its distribution among the draws that meet the event is not the one that the integral assumes.
    """
    if event.output == INPUTS:
        return labels.scenario.joint().streams[event.row] == INTEGRATED
    (output,) = (output for output in labels.outputs if output.name == event.output)
    raw = event.row < len(labels.scenario.questions.generations)  # raw compute comes first
    return not (raw if output.free_of_exponent == "raw" else output.free_of_exponent)


def question(scenario: Scenario, spread: Sampler, given: str | Iterable[str] = ()) -> _Question:
    """Return a scenario and its conditions as arguments of `propagate`.

    Parameters
    ----------
    scenario
        The scenario of the forecast.
    spread
        The sampler.
    given
        Conditions as `datawall.forecasting.conditioning.conditions` reads them.

    Raises
    ------
    DatawallError
        If a condition cannot be used.
    """
    labels = labels_of(scenario)
    stated = conditions(given, labels)
    grid = time_grid(scenario.as_of, scenario.horizon)
    joint = stated.scenario.joint()
    params = {
        "joint": joint.params,
        "clock": clock_at(scenario.as_of, scenario.anchors),
        "grid": np.asarray(grid - scenario.as_of, np.float32),
    }
    sketches: dict[str, Spec] = {output.name: output.histogram for output in labels.outputs}
    integrated = None
    # the error of an average is estimated from the spread between replicates
    if (
        spread.replicates > 1
        and scenario.questions.levels("tokens")
        and not any(_hangs_on_exponent(event, labels) for event in stated.events)
    ):
        integrated = integration(INTEGRATED, stated.scenario.priors[INTEGRATED].distribution, joint)
    if integrated is not None:
        places = knot_places(knots_between(grid, scenario.as_of), grid, scenario.as_of)
        params["integration"] = integrated.params | places
        sketches[REACHED] = ESTIMATES
    if stated.texts:
        sketches[SCORES] = SCORE_BINS
    if stated.events:
        _, *numbers = zip(*stated.events, strict=True)
        params["events"] = tuple(np.array(column) for column in numbers)
        sketches[ACCEPTED] = ACCEPTED_BINS
    events = tuple(event.output for event in stated.events) if stated.texts else None
    static = integrated and integrated.static
    reported = reported_rows(grid, scenario.as_of, scenario.horizon)
    return _Question(
        World(joint.structure, scenario.questions, reported, static, events),
        params,
        spread.address(joint.streams, ranks(joint.streams)),
        sketches,
        labels,
        stated,
    )
