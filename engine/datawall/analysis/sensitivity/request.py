"""Sensitivity requests: quantities of interest (outputs, probabilities, quantiles), checked before a run."""

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from datawall.arguments import SAMPLER, check_sampler, check_seed
from datawall.errors import DatawallError
from datawall.forecasting.plan import believed, request_for, texts, with_inputs_given
from datawall.product import Request
from datawall.scenario import Scenario
from datawall.scenario.widening import Calibration

_PROBABILITY = re.compile(r"P\((?P<name>.+)<=(?P<level>[^<=]+)\)")
_QUANTILE = re.compile(r"Q(?P<percent>[0-9.]+)\((?P<name>.+)\)")
_FORMS = "give NAME, P(NAME<=LEVEL) or Q90(NAME)"


@dataclass(frozen=True)
class Asked:
    """Quantity of interest: an output, a probability or a quantile.

    Attributes
    ----------
    text
        Text as the user wrote it.
    name
        Name of the output.
    kind
        Kind of the quantity.
    level
        Threshold of a probability, in the unit of the output, or the probability of a quantile.
    """

    text: str
    name: str
    kind: Literal["value", "probability", "quantile"]
    level: float = 0.5


def parse_asked(text: str) -> Asked:
    """Return the quantity of interest stated by a text.

    Raises
    ------
    DatawallError
        If the text is invalid.

    Examples
    --------
    >>> parse_asked("P(wall.tokens[1]<=2030)").level
    2030.0
    >>> parse_asked("Q90(frontier_flop[2030])").name
    'frontier_flop[2030]'
    """
    compact = "".join(text.split())
    if found := _PROBABILITY.fullmatch(compact):
        return Asked(text, found["name"], "probability", _number(found["level"], text))
    if found := _QUANTILE.fullmatch(compact):
        percent = _number(found["percent"], text)
        if not 0.0 < percent < 100.0:
            raise DatawallError(
                f"--output {text}: need a quantile between 0 and 100, got {percent:g}; {_FORMS}"
            )
        return Asked(text, found["name"], "quantile", percent / 100.0)
    if set(compact) & set("<=()"):
        raise DatawallError(f"--output {text}: need an output or a question on one; {_FORMS}")
    return Asked(text, compact, "value")


def _number(word: str, text: str) -> float:
    try:
        number = float(word)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise DatawallError(f"--output {text}: need a finite number, got {word!r}; {_FORMS}")
    return number


METHODS = ("tornado", "sobol", "shapley", "rank", "pawn", "gradient", "information")
OUTPUT = "wall.tokens[1]"
DRAWS = 2**16
_MOST_DRAWS = 2**24
"""Largest number of draws; some values of each are kept in memory."""


@dataclass(frozen=True)
class SensitivityPlan:
    """Plan of a sensitivity analysis.

    Attributes
    ----------
    scenario
        Scenario conditioned on the given values, with widened priors if calibrated.
    calibration
        Calibration that widened them.
    asked
        Quantity of interest.
    methods
        Methods in the order of `METHODS`.
    draws, seed, sampler
        See `datawall.sensitivity`.
    request
        The plan as command options.
    """

    scenario: Scenario
    calibration: Calibration | None
    asked: Asked
    methods: tuple[str, ...]
    draws: int
    seed: int
    sampler: str
    request: Request


def make_plan(
    scenario: Scenario | str | Path,
    output: str = OUTPUT,
    *,
    methods: Sequence[str] = METHODS,
    draws: int = DRAWS,
    seed: int = 0,
    sampler: str = SAMPLER,
    given: str | Iterable[str] = (),
    calibrated: bool = False,
) -> SensitivityPlan:
    """Return the plan of an analysis; for the parameters see `datawall.sensitivity`.

    Raises
    ------
    DatawallError
        At the first invalid parameter.
    """
    _check_methods(methods)
    _check_draws(draws)
    check_seed(seed)
    check_sampler(sampler)
    asked = parse_asked(output)
    conditions = texts(given)
    loaded, calibration = believed(scenario, calibrated)
    known = with_inputs_given(loaded, conditions)
    from datawall.analysis.sensitivity.transforms import find_output
    from datawall.forecasting.labels import labels_of

    find_output(asked.name, labels_of(known))
    chosen = tuple(name for name in METHODS if name in methods)
    options = {"output": output, "method": list(chosen) if len(chosen) < len(METHODS) else []}
    options |= {"draws": draws, "seed": seed, "sampler": sampler}
    request = request_for("sensitivity", [loaded], options, conditions, calibrated)
    return SensitivityPlan(known, calibration, asked, chosen, draws, seed, sampler, request)


def _check_methods(methods: Sequence[str]) -> None:
    for name in methods:
        if name not in METHODS:
            raise DatawallError(f"method: need one of {', '.join(METHODS)}, got {name!r}; choose among them")
    if not methods:
        raise DatawallError(f"method: need at least one of {', '.join(METHODS)}, got none; name one")


def _check_draws(draws: int) -> None:
    if isinstance(draws, bool) or not isinstance(draws, int) or not 1 <= draws <= _MOST_DRAWS:
        raise DatawallError(f"draws: need 1 to 2^24 for an analysis, got {draws!r}; give such a number")
