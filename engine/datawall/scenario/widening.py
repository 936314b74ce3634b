"""Widening of priors by a calibration factor, as a backtest with too low coverage requires."""

import json
import math
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import numpy as np
from pydantic import Field, ValidationError, model_validator

from datawall.distributions.families import Distribution, tabulate
from datawall.distributions.special import SCORE_LIMIT
from datawall.scenario import files
from datawall.scenario.scenario import Prior, Scenario
from datawall.validation import (
    Closed,
    Moment,
    Number,
    ScenarioError,
    Share,
    Text,
    check,
    first_problem,
    wrong,
)

WITHOUT_WIDTH = ("fixed", "choice")
"""Families that have no width."""


def widened(scenario: Scenario, factor: float) -> Scenario:
    r"""Return a scenario whose continuous priors have their normal scores multiplied by a factor.

    An input with the quantile function q of its normal score z gets :math:`q(f z)`. All inputs are widened
    alike, because a backtest scores the forecast as a whole and cannot identify which was too narrow.
    Medians, correlations, choices, fixed inputs and the range of each prior stay: where :math:`f z` lies
    beyond the reach of the sampler, 5.5 standard deviations, the value is the end of the range.

    Parameters
    ----------
    scenario
        The scenario to widen.
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
    params = tabulate(lambda z: distribution.score_quantile(np.clip(factor * z, *reach)))
    if "atoms" not in distribution.params:
        return params
    ends = ("atom_starts", "atom_ends")
    moved = {end: _narrowed(distribution.params[end], factor) for end in ends}
    return {**params, "atoms": distribution.params["atoms"], **moved}


def _narrowed(scores: np.ndarray, factor: float) -> np.ndarray:
    """Return the scores whose multiples are given; those beyond the reach represent everything beyond it."""
    return np.where(np.abs(scores) > SCORE_LIMIT, scores, scores / factor)


def _said(table: Mapping[str, Any], factor: float) -> dict[str, Any]:
    return {**table, "statement": {**table["statement"], "widened": factor}}


FILE = "calibration.json"
REMEDY = "run datawall backtest --write-calibration"

Factor = Annotated[Number, check(lambda x: 0.1 <= x <= 10.0, "need a factor from 0.1 to 10", REMEDY)]
Part = Annotated[Number, check(lambda x: 0.0 <= x <= 1.0, "need a share from 0 to 1", REMEDY)]
Count = Annotated[int, Field(strict=True, ge=1)]


class Calibration(Closed):
    """Calibration: the factor by which intervals of past forecasts were too narrow.

    Attributes
    ----------
    factor
        The factor; 1 or less where no widening is needed.
    low, high, mass
        The factor lies between `low` and `high` with probability `mass`.
    held, held_widened
        Coverage of the intervals as forecast, and with priors widened by the factor.
    questions, origins
        Number of resolved questions, and of the forecast origins at which they were asked.
    scenario
        Scenario of the scored forecasts.
    made_by
        The command that found it.
    newest
        Vintage of the evidence used for scoring: date at which the newest of it became known [decimal year].
    """

    factor: Factor
    low: Factor
    high: Factor
    mass: Share
    held: Part
    held_widened: Part
    questions: Count
    origins: Count
    scenario: Text
    made_by: Text
    newest: Moment

    @model_validator(mode="after")
    def _factor_in_its_interval(self) -> "Calibration":
        if not self.low <= self.factor <= self.high:
            raise wrong("need low <= factor <= high", [self.low, self.factor, self.high], REMEDY, "factor")
        return self

    @property
    def applied(self) -> float:
        """Factor by which forecasts are widened, at least 1: they are never narrowed."""
        return max(1.0, self.factor)

    def sentence(self) -> str:
        """Return the note shown with every calibrated forecast.

        Examples
        --------
        >>> facts = {"low": 1.1, "high": 1.6, "mass": 0.9, "held": 0.6, "held_widened": 0.7, "questions": 44}
        >>> about = {"origins": 12, "scenario": "baseline", "made_by": "datawall backtest", "newest": 2026.5}
        >>> Calibration(factor=1.3, **facts, **about).sentence()
        'calibrated: priors widened by 1.3, so that 80 % intervals hold 70 % (not 60 %) in its backtest'
        >>> Calibration(factor=0.9, **facts | {"low": 0.8}, **about).sentence()
        'calibrated: nothing widened, as the backtest of baseline asks for a factor of 0.9 (44 questions)'
        """
        if self.factor > 1.0:
            shares = f"{100 * self.held_widened:.0f} % (not {100 * self.held:.0f} %)"
            widened = f"priors widened by {self.factor:.3g}"
            return f"calibrated: {widened}, so that 80 % intervals hold {shares} in its backtest"
        asked = f"the backtest of {self.scenario} asks for a factor of {self.factor:.3g}"
        return f"calibrated: nothing widened, as {asked} ({self.questions} questions)"

    def facts(self) -> dict[str, Any]:
        """Return the manifest entry of a calibrated run, as plain data."""
        return {**self.model_dump(mode="json"), "applied": self.applied, "sentence": self.sentence()}


def read(path: Path | None = None) -> Calibration:
    """Return the calibration that a backtest wrote.

    Parameters
    ----------
    path
        The file; by default ``calibration.json`` beside the shipped scenarios.

    Raises
    ------
    ScenarioError
        If there is none, or it cannot be used.
    """
    path = path or place()
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ScenarioError(f"{path.name}: there is no calibration; {REMEDY}") from None
    except (OSError, ValueError) as error:
        raise ScenarioError(f"{path.name}: cannot be read ({error}); {REMEDY}") from None
    return _checked(found, path)


def write(found: Mapping[str, Any], path: Path | None = None) -> Path:
    """Write a calibration for `read`, and return its path.

    Parameters
    ----------
    found
        The attributes of `Calibration`; `newest` may also be a date.
    path
        The file; by default ``calibration.json`` beside the shipped scenarios.

    Raises
    ------
    ScenarioError
        If a value is missing or invalid, or the file cannot be written.
    """
    path = path or place()
    text = json.dumps(_checked(dict(found), path).model_dump(mode="json"), indent=1) + "\n"
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise ScenarioError(f"{path.name}: cannot be written ({error.strerror})") from None
    return path


def place() -> Path:
    """Return the path of the calibration, beside the shipped scenarios."""
    return files.folder() / FILE


def _checked(found: Any, path: Path) -> Calibration:
    try:
        return Calibration.model_validate(found)
    except ValidationError as error:
        tables = found if isinstance(found, dict) else {}
        problem = first_problem(error, tables)
        place = ": ".join([path.name, *map(str, problem.path)])
        raise ScenarioError(f"{place}: {problem.message}") from None
