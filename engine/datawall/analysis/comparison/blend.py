"""Hybrid-scenario program, compiled once: numeric parameters select the source of each input."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from datawall.analysis.comparison.hybrid import Hybrid, Pair
from datawall.distributions.copula import conditional, copula
from datawall.distributions.joint import Structure, correlated_scores, inputs_from_scores
from datawall.forecasting.labels import reported_rows, time_grid
from datawall.model.clock import clock_at
from datawall.model.inputs import COPULA_ORDER, DECLARATIONS, Inputs, in_play
from datawall.model.output import Output
from datawall.model.outputs import BINS_PER_YEAR, outputs_of_future
from datawall.model.questions import Questions
from datawall.model.world import simulate
from datawall.sampling.histogram import Histogram
from datawall.scenario import Joint, Scenario

YEARS_BACK = 8.0
"""Time before the earliest as-of date in which a wall still has a date [year]."""
CARRIED = {name: declared.moves_by for name, declared in DECLARATIONS.items() if declared.moves_by}
"""Levels dated by the anchor of another group, and the growth that carries them to it."""


@dataclass(frozen=True)
class _Blend:
    """Map from normal scores to the outputs of draws of a hybrid scenario.

    Its attributes shape the compiled program; numbers travel in the parameters.

    Attributes
    ----------
    structures
        Of the inputs of the first scenario and of the other one, correlations left out.
    rows
        Rows of the scores that each of them takes.
    tied
        Scores that the copula of either scenario correlates.
    questions
        Questions of the forecast.
    reported
        First and last + 1 grid row for which paths are reported.
    """

    structures: tuple[Structure, Structure]
    rows: tuple[tuple[int, ...], tuple[int, ...]]
    tied: tuple[int, ...]
    questions: Questions
    reported: tuple[int, int]

    def __call__(self, params: dict[str, Any], z: jax.Array) -> dict[str, jax.Array]:
        """Return the outputs of the draws whose scores are the columns of `z`."""
        mean, cholesky = (jnp.asarray(params[name], z.dtype) for name in ("mean", "cholesky"))
        z = correlated_scores(self.tied, mean, cholesky, z)
        first, other = (
            inputs_from_scores(structure, joint, z[np.array(rows)])
            for structure, joint, rows in zip(self.structures, params["joints"], self.rows, strict=True)
        )
        names = in_play(self.questions.parts)
        values = {name: _chosen(name, first, other, params["of_first"]) for name in names}
        inputs = Inputs(**_carried(values, params["years_carried"]))
        return outputs_of_future(
            simulate(inputs, params["clock"], params["grid"], self.questions), self.reported
        )


def _chosen(name: str, first: dict, other: dict, of_first: dict[str, Any]) -> jax.Array:
    if name in first and name in other:
        return jnp.where(of_first[name], first[name], other[name])
    return first[name] if name in first else other[name]


def _carried(values: dict[str, Any], years: dict[str, Any]) -> dict[str, Any]:
    """Return inputs with the levels that another group's anchor dates carried to that anchor.

    Parameters
    ----------
    values
        Inputs by name.
    years
        For each of `CARRIED`, the time from the date at which it is stated to its anchor.

    Examples
    --------
    >>> _carried({"watts_per_h100e": 1000.0, "flop_per_watt_growth": 2.0}, {"watts_per_h100e": 1.0})
    {'watts_per_h100e': 500.0, 'flop_per_watt_growth': 2.0}
    """
    moved = {
        name: values[name] * values[growth] ** (exponent * years[name])
        for name, (growth, exponent) in CARRIED.items()
        if name in values
    }
    return values | moved


@dataclass(frozen=True)
class Frame:
    """Common frame of the scenarios of a comparison: dates and random-number streams.

    Attributes
    ----------
    as_of, horizon
        The common start and end [decimal year].
    streams
        Labels of the scores; inputs of one name share one score.
    """

    as_of: float
    horizon: float
    streams: tuple[str, ...]

    @property
    def grid(self) -> np.ndarray:
        """Dates of the model's grid, starting far enough back that most answers are dates [decimal year]."""
        grid = time_grid(self.as_of, self.horizon)
        return np.concatenate([np.arange(-YEARS_BACK, grid[0] - self.as_of) + self.as_of, grid])

    @property
    def reported(self) -> tuple[int, int]:
        """First and last + 1 row of the grid for which paths are reported."""
        grid = time_grid(self.as_of, self.horizon)
        before = len(self.grid) - len(grid)
        first, end = reported_rows(grid, self.as_of, self.horizon)
        return before + first, before + end

    def histogram(self, output: Output) -> Histogram:
        """Return the histogram of an output; dates are counted from `YEARS_BACK` on, so that few are past."""
        if output.scale != "date":
            return output.histogram
        span = output.histogram.upper
        return Histogram(-YEARS_BACK, span, round(BINS_PER_YEAR * (YEARS_BACK + span)))


def frame_of(scenarios: Sequence[Scenario]) -> Frame:
    """Return the frame of aligned scenarios."""
    streams = dict.fromkeys(label for one in scenarios for label in _uncorrelated(one).streams)
    return Frame(scenarios[0].as_of, scenarios[0].horizon, tuple(streams))


def _uncorrelated(scenario: Scenario) -> Joint:
    """Return the distributions of the inputs of a scenario, without its correlations."""
    return replace(scenario, correlations=(), known={}).joint()


def program(pair: Pair, hybrid: Hybrid, frame: Frame) -> tuple[_Blend, dict[str, Any]]:
    """Return the function for `propagate`, equal to one already compiled if possible, and its parameters."""
    both = (pair.first, pair.other)
    first, other = map(_uncorrelated, both)
    stated = {name for one in both for c in one.correlations for name in c.inputs}
    tied = tuple(name for name in COPULA_ORDER if name in stated)
    function = _Blend(
        (first.structure, other.structure),
        (_rows(first.streams, frame), _rows(other.streams, frame)),
        _rows(tied, frame),
        hybrid.questions,
        frame.reported,
    )
    return function, {
        "joints": [first.params, other.params],
        **_tied_scores(pair, hybrid, tied),
        "of_first": {name: np.bool_(name in hybrid.of_first) for name in first.names},
        "years_carried": {
            name: np.float32(_anchor(name, hybrid) - _anchor(name, pair.giver(hybrid, name)))
            for name in CARRIED
        },
        "clock": clock_at(frame.as_of, hybrid.anchors),
        "grid": np.asarray(frame.grid - frame.as_of, np.float32),
    }


def _anchor(name: str, of: Hybrid | Scenario) -> float:
    """Return the date at which a level is stated [decimal year]."""
    return of.anchors[DECLARATIONS[name].anchor]


def _rows(streams: Sequence[str], frame: Frame) -> tuple[int, ...]:
    return tuple(map(frame.streams.index, streams))


def _tied_scores(pair: Pair, hybrid: Hybrid, tied: Sequence[str]) -> dict[str, np.ndarray]:
    """Return mean and Cholesky factor of a hybrid's scores, over all scores tied in either scenario."""
    stated = {name for correlation in hybrid.correlations for name in correlation.inputs}
    givers = {name: pair.giver(hybrid, name) for name in stated}
    known = {name: one.known[name] for name, one in givers.items() if name in one.known}
    fixed = [
        name
        for name, one in givers.items()
        if one.priors[name].distribution.family == "fixed" and name not in known
    ]
    names, mean, factor = conditional(*copula(hybrid.correlations, tied, fixed), known)
    place = [tied.index(name) for name in names]
    found = {"mean": np.zeros(len(tied)), "cholesky": np.eye(len(tied))}
    found["mean"][place] = mean
    found["cholesky"][np.ix_(place, place)] = factor
    return found
