"""Conditioning of a scenario on observed inputs, through the Gaussian copula.

An observation conditions the joint distribution; an override takes the input out of it. The copula is
Gaussian, so the condition is exact, also where posteriors stand in for priors: they are given by quantiles
and rank correlations, all that a forecast needs.
"""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from datawall.distributions.families import Distribution
from datawall.distributions.special import SCORE_LIMIT, ndtri
from datawall.model.inputs import DECLARATIONS
from datawall.scenario.scenario import Prior, Scenario
from datawall.validation import ScenarioError, shown, suggestion


def observed(scenario: Scenario, values: Mapping[str, float | str]) -> Scenario:
    """Return a scenario conditioned on observed values of inputs.

    Parameters
    ----------
    scenario
        The scenario before conditioning.
    values
        Number, or name of an option, of each input that was observed; one that is drawn for each generation
        has it in all of them.

    Returns
    -------
    Scenario
        With these inputs fixed, and their normal scores among `known`.

    Raises
    ------
    ScenarioError
        If there is no such input, or its prior rules the value out.
    """
    numbers = {name: _number(scenario, name, value) for name, value in values.items()}
    scores = {name: _score(name, scenario.priors[name], number) for name, number in numbers.items()}
    fixed = {
        name: replace(scenario.priors[name], distribution=Distribution("fixed", {"value": number}))
        for name, number in numbers.items()
    }
    # inputs fixed before are correlated with nothing
    news = {name: z for name, z in scores.items() if scenario.priors[name].distribution.family != "fixed"}
    known = {**scenario.known, **news}
    return replace(scenario, priors={**scenario.priors, **fixed}, known=known)


def is_atom(scenario: Scenario, name: str, value: float) -> bool:
    """Return whether a value of an input, or of one of its draws, is an atom of its prior."""
    return value in scenario.priors[name.partition("[")[0]].distribution.params.get("atoms", ())


def is_correlated(scenario: Scenario, name: str) -> bool:
    """Return whether an input has a correlation with others."""
    return any(name in pair.inputs for pair in scenario.correlations)


def _number(scenario: Scenario, name: str, value: float | str) -> float:
    if name not in scenario.priors:
        raise ScenarioError(f"given {name}: unknown input; {suggestion(name, scenario.priors)}")
    options = DECLARATIONS[name].options
    if options:
        if value not in options:
            raise ScenarioError(f"given {name}: need one of {', '.join(options)}, got {shown(value)}")
        return float(options.index(str(value)))
    if isinstance(value, bool) or not isinstance(value, int | float) or not np.isfinite(value):
        raise ScenarioError(f"given {name}: need a finite number, got {shown(value)}; write one such as 0.4")
    return float(value)


def _score(name: str, prior: Prior, value: float) -> float:
    """Return the normal score of a value; that of a choice, with which nothing is correlated, is moot."""
    low, high = (float(prior.distribution.score_quantile(z)) for z in (-SCORE_LIMIT, SCORE_LIMIT))
    if options := DECLARATIONS[name].options:
        below, upto = (float(prior.distribution.cdf(value - step)) for step in (1.0, 0.0))
        if not below < upto:
            raise ScenarioError(
                f"given {name}={options[int(value)]}: its prior gives this option no chance; "
                "choose another one, or state the prior anew"
            )
        return 0.0
    if not low <= value <= high:
        raise ScenarioError(
            f"given {name}={value:g}: its prior reaches from {low:.3g} to {high:.3g} {prior.unit}; "
            "give a value within, or state the prior anew"
        )
    return float(np.clip(ndtri(prior.distribution.cdf(value)), -SCORE_LIMIT, SCORE_LIMIT))
