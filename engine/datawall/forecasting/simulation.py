"""Simulation of a scenario as `propagate` takes it: the world as a function of scores, and its outputs."""

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
    knot_places,
    knots_between,
    reached_by_date,
)
from datawall.forecasting.conditioning import INPUTS, Conditions, Event, conditions
from datawall.forecasting.conditioning_effect import SCORE_BINS, SCORES
from datawall.forecasting.outputs import COMPUTE, REACHED, SOURCES, Labels, outputs_of
from datawall.model.clock import clock_at
from datawall.model.inputs import INTEGRATED, Inputs, ranks
from datawall.model.questions import Questions
from datawall.model.world import Future, simulate
from datawall.sampling.program import ACCEPTED, ACCEPTED_BINS, Spec
from datawall.sampling.samplers import Sampler
from datawall.scenario import Scenario

LOOKBACK_YEARS = 3
"""A release that is still to come may belong to a run that started before the as-of date."""
PATHS_UNTIL = 2040.0
"""Last year for which paths are reported, when the horizon reaches so far [year]."""

FREE_OF_EXPONENT = (
    "compute_date",
    "price_gain",
    "price_decline",
    "price_share",
    "frontier_flop",
    "ceiling_flop",
    "supply_tokens",
    "binding_ceiling",
    "model_count",
)
"""Outputs that the parameter exponent has no say in; raw training starts and releases are such, too."""


@dataclass(frozen=True)
class World:
    """Maps standard normal scores to everything that is counted or kept of a draw.

    Its attributes shape the compiled program; numbers travel in the parameters.

    Attributes
    ----------
    structure
        Of the joint distribution of the inputs.
    questions
        What is asked.
    reported
        First and last + 1 grid row for which paths are reported.
    integration
        How an input is integrated out of the walls of tokens, if it is.
    events
        Output of each event that draws must meet; None where nothing is given.
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
            # one array: an output apiece would be a kernel apiece
            INPUTS: jnp.concatenate(
                [jnp.atleast_2d(value) for value in vars(inputs).values() if value is not None]
            ),
            **outputs_of_future(future, self.reported),
        }
        if self.integration is not None:
            estimates = reached_by_date(
                self.integration, params["integration"], z, inputs, future, self.questions.token_passes
            )
            outputs[REACHED] = estimates[:, LOOKBACK_YEARS:]
        if self.events is not None:
            outputs[SCORES] = tied_scores(self.structure, params["joint"], z)
        if self.events:
            outputs[ACCEPTED] = _accepted([outputs[name] for name in self.events], *params["events"])
        return outputs


def outputs_of_future(future: Future, reported: tuple[int, int]) -> dict[str, jax.Array]:
    """Return what is counted of futures, by name: dates, the fall of prices, and the paths that are reported.

    Parameters
    ----------
    future
        Of many draws.
    reported
        First and last + 1 grid row for which paths are reported.
    """
    return {
        "wall_date": future.walls,
        "training_start": jnp.stack([future.starts[kind] for kind in COMPUTE]),
        "release": jnp.stack([future.releases[kind] for kind in COMPUTE]),
        "compute_date": future.compute_levels,
        "price_gain": future.price_gains,
        "price_decline": future.price.pace.oom_per_year,
        "price_share": jnp.stack([getattr(future.price, f"{source}_share") for source in SOURCES]),
        **{name: path[slice(*reported)] for name, path in future.paths.items()},
    }


def _accepted(values: list[jax.Array], rows: Any, lower: Any, upper: Any) -> jax.Array:
    """Return which draws have a row of each of several outputs between two ends."""
    own = jnp.stack(
        [value.reshape(-1, value.shape[-1])[row] for value, row in zip(values, rows, strict=True)]
    )
    return ((own >= lower[:, None]) & (own <= upper[:, None])).all(axis=0)


class Question(NamedTuple):
    """A scenario, and what is given, as `propagate` takes it."""

    world: World
    params: dict[str, Any]
    streams: np.ndarray
    sketches: dict[str, Spec]
    labels: Labels
    given: Conditions


def time_grid(as_of: float, horizon: float) -> np.ndarray:
    """Return the dates of the model's grid.

    Parameters
    ----------
    as_of, horizon
        Start and end of the forecast [decimal year].

    Returns
    -------
    ndarray
        Some years before the as-of date, the as-of date, every first of January after it, and the horizon, in
        decimal years.

    Examples
    --------
    >>> time_grid(2026.5, 2028.5)
    array([2023.5, 2024.5, 2025.5, 2026.5, 2027. , 2028. , 2028.5])
    """
    before = as_of - np.arange(LOOKBACK_YEARS, 0, -1)
    januaries = np.arange(np.floor(as_of) + 1.0, horizon)
    return np.concatenate([before, [as_of], januaries, [horizon]])


def _hangs_on_exponent(event: Event, labels: Labels) -> bool:
    """Return whether the parameter exponent has a say in an event.

    If so, it is not distributed among the draws that meet the event as the integral over it takes it to be.
    """
    if event.output == INPUTS:
        return labels.scenario.joint().streams[event.row] == INTEGRATED
    if event.output in ("training_start", "release"):  # raw compute comes first
        return event.row >= len(labels.scenario.questions.generations)
    return event.output not in FREE_OF_EXPONENT


def labels_of(scenario: Scenario) -> Labels:
    """Return what the axes of the outputs mean."""
    grid = time_grid(scenario.as_of, scenario.horizon)
    knots = knots_between(grid, scenario.as_of)
    rows = reported_rows(grid, scenario.as_of, scenario.horizon)
    return Labels(scenario, grid[slice(*rows)], knots[knots >= scenario.as_of])


def reported_rows(grid: np.ndarray, as_of: float, horizon: float) -> tuple[int, int]:
    """Return the first and last + 1 row of a grid of dates for which paths are reported."""
    until = PATHS_UNTIL if as_of < PATHS_UNTIL < horizon else horizon
    return LOOKBACK_YEARS, int(np.searchsorted(grid, until, side="right"))


def question(scenario: Scenario, spread: Sampler, given: str | Iterable[str] = ()) -> Question:
    """Return what a forecast of a scenario asks.

    Parameters
    ----------
    scenario
        What is believed.
    spread
        How draws are spread.
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
    sketches: dict[str, Spec] = {output.name: output.histogram for output in outputs_of(labels)}
    integrated = None
    # the spread between replicates is what tells how sure an average is
    if spread.replicates > 1 and not any(_hangs_on_exponent(event, labels) for event in stated.events):
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
    return Question(
        World(joint.structure, scenario.questions, reported, static, events),
        params,
        spread.address(joint.streams, ranks(joint.streams)),
        sketches,
        labels,
        stated,
    )
