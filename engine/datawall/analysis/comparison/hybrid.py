"""Hybrid scenarios: some groups of inputs from one scenario, the rest from another.

All hybrids of a pair run one compiled program, in which parameters select the source of each input.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from datawall.distributions.copula import Correlation, conditional, copula
from datawall.distributions.joint import Structure, correlated_scores, inputs_from_scores
from datawall.forecasting.labels import reported_rows, time_grid
from datawall.model.clock import clock_at
from datawall.model.inputs import COPULA_ORDER, DECLARATIONS, GROUPS, Inputs, group_of, in_play
from datawall.model.output import Output
from datawall.model.outputs import BINS_PER_YEAR, outputs_of_future
from datawall.model.questions import Questions
from datawall.model.world import simulate
from datawall.sampling.summaries import Histogram
from datawall.scenario import Joint, Scenario

ANCHORS = {
    declared.anchor: group_of(name)
    for name, declared in DECLARATIONS.items()
    if declared.anchor and not declared.moves_by
}
"""Group whose levels each anchor dates; the anchor is swapped with it."""


@dataclass(frozen=True)
class Hybrid:
    """Hybrid of two scenarios.

    Attributes
    ----------
    questions
        Questions, with ceilings and accounts of supply and release from the scenario giving those groups.
    of_first
        Inputs in play taken from the first scenario; the rest come from the other.
    correlations
        Correlations among inputs of the same scenario, as it states them.
    anchors
        The date of each anchor [decimal year].
    """

    questions: Questions
    of_first: frozenset[str]
    correlations: tuple[Correlation, ...]
    anchors: dict[str, float]


def aligned(scenarios: Sequence[Scenario]) -> list[Scenario]:
    """Return scenarios aligned to the same questions and as-of date.

    Dates count from the earliest as-of date, and horizon and questions are those of the first scenario, so
    that none of these makes a difference. Ceilings and the accounts of supply and release stay each
    scenario's own.
    """
    first = scenarios[0]
    as_of = min(scenario.as_of for scenario in scenarios)
    return [
        replace(
            scenario,
            as_of=as_of,
            horizon=first.horizon,
            questions=replace(
                first.questions,
                ceilings=scenario.questions.ceilings,
                supply=scenario.questions.supply,
                release=scenario.questions.release,
            ),
        )
        for scenario in scenarios
    ]


@dataclass(frozen=True)
class Pair:
    """Pair of aligned scenarios: the first, and the other that it is compared with."""

    first: Scenario
    other: Scenario

    def groups(self) -> tuple[str, ...]:
        """Return the groups to swap: those that differ, and those correlated with them."""
        both = (self.first, self.other)
        ties = {frozenset(map(group_of, c.inputs)) for scenario in both for c in scenario.correlations}
        found = {group for group in GROUPS if self._differs(group)}
        # correlated groups are swapped together, or the correlation could not be kept
        while more := set().union(*(tie for tie in ties if tie & found)) - found:
            found |= more
        return tuple(group for group in GROUPS if group in found)

    def hybrid(self, from_first: Collection[str]) -> Hybrid:
        """Return the scenario that has these groups from the first scenario and the rest from the other.

        An input stated by only one scenario is taken from there, whichever gives its group.
        """

        def giver(group: str) -> Scenario:
            return self.first if group in from_first else self.other

        questions = replace(
            self.first.questions,
            ceilings=giver("compute").questions.ceilings,
            supply=giver("data").questions.supply,
            release=giver("generations").questions.release,
        )
        names = in_play(questions.parts)
        givers = {name: self._giver(name, giver(group_of(name))) for name in names}
        correlations = tuple(
            correlation
            for scenario in (self.first, self.other)
            for correlation in scenario.correlations
            if all(givers.get(name) is scenario for name in correlation.inputs)
        )
        return Hybrid(
            questions,
            frozenset(name for name in names if givers[name] is self.first),
            correlations,
            {name: giver(ANCHORS[name]).anchors[name] for name in self.first.anchors},
        )

    def giver(self, hybrid: Hybrid, name: str) -> Scenario:
        """Return the scenario that gives an input in play."""
        return self.first if name in hybrid.of_first else self.other

    def _giver(self, name: str, wanted: Scenario) -> Scenario:
        if name in wanted.priors:
            return wanted
        return self.other if wanted is self.first else self.first

    def _differs(self, group: str) -> bool:
        return _content(self.first, group) != _content(self.other, group) or any(
            _states_differently(self.first, self.other, name)
            for name in self.first.priors.keys() & self.other.priors.keys()
            if group_of(name) == group
        )


def _content(scenario: Scenario, group: str) -> tuple:
    """Return the content of a group in a scenario besides the priors."""
    return (
        scenario.questions.ceilings if group == "compute" else (),
        scenario.questions.supply if group == "data" else "",
        scenario.questions.release if group == "generations" else "",
        {name: scenario.anchors[name] for name, own in ANCHORS.items() if own == group},
        {
            (frozenset(c.inputs), c.spearman)
            for c in scenario.correlations
            if group in map(group_of, c.inputs)
        },
    )


def _states_differently(first: Scenario, other: Scenario, name: str) -> bool:
    one, two = (scenario.priors[name].distribution for scenario in (first, other))
    # scenarios with different priors learn different things from the same given value
    if first.known.get(name) != other.known.get(name):
        return True
    return (
        one.family != two.family
        or one.params.keys() != two.params.keys()
        or not all(np.array_equal(one.params[key], two.params[key]) for key in one.params)
    )


_YEARS_BACK = 8.0
"""Time before the earliest as-of date in which a wall still has a date [year]."""
_CARRIED = {name: declared.moves_by for name, declared in DECLARATIONS.items() if declared.moves_by}
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

    For each of `_CARRIED`, the years are those from the date at which it is stated to its anchor.

    Examples
    --------
    >>> _carried({"watts_per_h100e": 1000.0, "flop_per_watt_growth": 2.0}, {"watts_per_h100e": 1.0})
    {'watts_per_h100e': 500.0, 'flop_per_watt_growth': 2.0}
    """
    moved = {
        name: values[name] * values[growth] ** (exponent * years[name])
        for name, (growth, exponent) in _CARRIED.items()
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
        return np.concatenate([np.arange(-_YEARS_BACK, grid[0] - self.as_of) + self.as_of, grid])

    @property
    def reported(self) -> tuple[int, int]:
        """First and last + 1 row of the grid for which paths are reported."""
        grid = time_grid(self.as_of, self.horizon)
        before = len(self.grid) - len(grid)
        first, end = reported_rows(grid, self.as_of, self.horizon)
        return before + first, before + end

    def histogram(self, output: Output) -> Histogram:
        """Return the histogram of an output; dates count from `_YEARS_BACK` on, so that few are past."""
        if output.scale != "date":
            return output.histogram
        span = output.histogram.upper
        return Histogram(-_YEARS_BACK, span, round(BINS_PER_YEAR * (_YEARS_BACK + span)))


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
            for name in _CARRIED
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
