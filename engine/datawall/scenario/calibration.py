"""The factor by which a backtest found the forecasts too narrow, as ``calibration.json`` keeps it."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, ValidationError, model_validator

from datawall.scenario import catalog
from datawall.scenario.closed import Closed, Moment, Number, Share, Text, check, wrong
from datawall.scenario.errors import ScenarioError
from datawall.scenario.messages import first_problem

FILE = "calibration.json"
REMEDY = "run datawall backtest --write-calibration"

Factor = Annotated[Number, check(lambda x: 0.1 <= x <= 10.0, "need a factor from 0.1 to 10", REMEDY)]
Part = Annotated[Number, check(lambda x: 0.0 <= x <= 1.0, "need a share from 0 to 1", REMEDY)]
Count = Annotated[int, Field(strict=True, ge=1)]


class Calibration(Closed):
    """By which factor the intervals of past forecasts would have had to be wider.

    Attributes
    ----------
    factor
        The factor; 1 or less where nothing need be widened.
    low, high, mass
        The factor lies between `low` and `high` with probability `mass`.
    held, held_widened
        Which share of what came the intervals held, and would have held with priors widened by the factor.
    questions, origins
        How many resolved questions it rests on, asked at how many dates.
    scenario
        Whose forecasts were scored.
    made_by
        The command that found it.
    newest
        When the newest evidence that the forecasts were scored against became known [decimal year].
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
        """The factor by which forecasts are widened: they are never narrowed."""
        return max(1.0, self.factor)

    def sentence(self) -> str:
        """Return what is said wherever a calibrated forecast is shown.

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
        """Return what the manifest of a calibrated run says of it, as plain data."""
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
    """Write a calibration for `read`, and return where it is.

    Parameters
    ----------
    found
        The attributes of `Calibration`; `newest` may also be a date.
    path
        The file; by default ``calibration.json`` beside the shipped scenarios.

    Raises
    ------
    ScenarioError
        If a value is missing or cannot be, or the file cannot be written.
    """
    path = path or place()
    text = json.dumps(_checked(dict(found), path).model_dump(mode="json"), indent=1) + "\n"
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise ScenarioError(f"{path.name}: cannot be written ({error.strerror})") from None
    return path


def place() -> Path:
    """Return where the calibration is kept: beside the shipped scenarios."""
    return catalog.folder() / FILE


def _checked(found: Any, path: Path) -> Calibration:
    try:
        return Calibration.model_validate(found)
    except ValidationError as error:
        tables = found if isinstance(found, dict) else {}
        problem = first_problem(error, tables)
        place = ": ".join([path.name, *map(str, problem.path)])
        raise ScenarioError(f"{place}: {problem.message}") from None
