"""Priors made wider by a factor, as a backtest asks for when its intervals covered too little."""

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from datawall.scenario import tables
from datawall.scenario.errors import ScenarioError
from datawall.scenario.families import Distribution
from datawall.scenario.scenario import Prior, Scenario
from datawall.scenario.special import SCORE_LIMIT

WITHOUT_WIDTH = ("fixed", "choice")
"""Families that have no width."""


def widened(scenario: Scenario, factor: float) -> Scenario:
    r"""Return a scenario whose continuous priors have their normal scores multiplied by a factor.

    An input with the quantile function q of its normal score z gets :math:`q(f z)`. All inputs are widened
    alike, because a backtest scores the forecast as a whole and cannot tell which of them was too narrow.
    Medians, correlations, choices, fixed inputs and the range of each prior stay: where :math:`f z` lies
    beyond the reach of the sampler, 5.5 standard deviations, the value is the end of the range.

    Parameters
    ----------
    scenario
        What is believed.
    factor
        Above 0; below 1 it narrows.

    Returns
    -------
    Scenario
        The statement of each widened prior says ``widened``, and so do `resolved` and the digest; the very
        same scenario for a factor of 1.

    Raises
    ------
    ScenarioError
        If the factor is not a number above 0.

    Examples
    --------
    >>> from datawall.scenario import load_scenario
    >>> stated = load_scenario("villalobos2024")
    >>> wider = widened(stated, 1.5)
    >>> prior, wide = (one.priors["supply_growth"].distribution for one in (stated, wider))
    >>> bool(np.isclose(wide.score_quantile(1.0), prior.score_quantile(1.5)))
    True
    """
    if not (math.isfinite(factor) and factor > 0.0):
        raise ScenarioError(f"widening: need a factor above 0, got {factor!r}; 1 widens nothing")
    if factor == 1.0:
        return scenario
    wide = {
        name: _widened(prior, factor)
        for name, prior in scenario.priors.items()
        if prior.distribution.family not in WITHOUT_WIDTH
    }
    stated = scenario.content["priors"]
    content = {
        **scenario.content,
        "priors": {**stated, **{name: _said(stated[name], factor) for name in wide}},
    }
    return replace(scenario, priors={**scenario.priors, **wide}, content=content)


def _widened(prior: Prior, factor: float) -> Prior:
    distribution = Distribution("empirical", _table(prior.distribution, factor))
    return replace(prior, distribution=distribution, statement={**prior.statement, "widened": factor})


def _table(distribution: Distribution, factor: float) -> dict[str, Any]:
    reach = (-SCORE_LIMIT, SCORE_LIMIT)
    params = tables.tabulate(lambda z: distribution.score_quantile(np.clip(factor * z, *reach)))
    if "atoms" not in distribution.params:
        return params
    ends = ("atom_starts", "atom_ends")
    moved = {end: _narrowed(distribution.params[end], factor) for end in ends}
    return {**params, "atoms": distribution.params["atoms"], **moved}


def _narrowed(scores: np.ndarray, factor: float) -> np.ndarray:
    """Return the scores whose multiples are given; those beyond the reach stand for all that is beyond."""
    return np.where(np.abs(scores) > SCORE_LIMIT, scores, scores / factor)


def _said(table: Mapping[str, Any], factor: float) -> dict[str, Any]:
    return {**table, "statement": {**table["statement"], "widened": factor}}
