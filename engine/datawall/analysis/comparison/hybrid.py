"""Hybrid scenarios: some groups of inputs from one scenario, the rest from another.

This module loads no JAX.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

import numpy as np

from datawall.distributions.copula import Correlation
from datawall.model.inputs import DECLARATIONS, GROUPS, group_of, in_play
from datawall.model.questions import Questions
from datawall.scenario import Scenario

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
