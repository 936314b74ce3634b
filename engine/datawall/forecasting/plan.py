"""Forecast requests, checked before anything heavy is loaded."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from datawall.arguments import DRAWS, SAMPLER, check_draws, check_sampler, check_seed, check_supply
from datawall.errors import DatawallError
from datawall.inference.scenario_with_evidence import load_scenario
from datawall.product import Request
from datawall.scenario import Scenario, override_text
from datawall.scenario.widening import Calibration, widened
from datawall.scenario.widening import read as read_calibration

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    import xarray as xr


PRECISION_DRAWS = 2**30
"""Default maximum of draws for a run with a target precision."""

_ORDER = re.compile(r"(?P<error>[0-9.eE+-]+) *(?P<unit>yr)?")


@dataclass(frozen=True)
class Precision:
    """Target precision: the largest Monte Carlo standard errors allowed.

    Attributes
    ----------
    years
        Of the median of each headline date that is neither past nor never [year].
    probability
        Of the probability of each headline date to lie before a first of January, to be past or to be never.
    """

    years: float = math.inf
    probability: float = math.inf

    def is_met(self, errors: Precision) -> bool:
        """Return whether no error exceeds its target."""
        return errors.years <= self.years and errors.probability <= self.probability

    def texts(self) -> list[str]:
        """Return the texts that `parse_precision` reads as this precision, to the last digit."""
        orders = [f"{self.years!r}yr"] if self.years < math.inf else []
        return [*orders, f"{self.probability!r}"] if self.probability < math.inf else orders

    def __str__(self) -> str:
        orders = [f"{self.years:g}yr"] if self.years < math.inf else []
        return ",".join([*orders, f"{self.probability:g}"] if self.probability < math.inf else orders)


def parse_precision(texts: Iterable[str]) -> Precision:
    """Return the target precision given by texts such as ``0.01yr`` and ``0.001``.

    Raises
    ------
    DatawallError
        If one of them is neither.

    Examples
    --------
    >>> parse_precision(["0.01yr", "0.001"])
    Precision(years=0.01, probability=0.001)
    """
    found: dict[str, float] = {}
    for text in texts:
        order = _ORDER.fullmatch(text.strip())
        try:
            error = float(order["error"]) if order else math.nan
        except ValueError:
            error = math.nan
        if not order or not 0.0 < error < math.inf:
            raise DatawallError(
                f"--precision {text}: need a positive standard error; give years such as 0.01yr, "
                "or a probability such as 0.001"
            )
        found["years" if order["unit"] else "probability"] = error
    return Precision(**found)


def headline_errors(summary: xr.Dataset, cdf: xr.Dataset) -> Precision:
    """Return the largest standard errors of the headline dates.

    These are the walls by the criterion ``tokens`` and the releases by raw compute.

    Parameters
    ----------
    summary, cdf
        Groups of a forecast.
    """
    years, probabilities = [0.0], [0.0]
    januaries = cdf["date"].values[cdf["date"].values % 1.0 == 0.0]
    for name, at in _headlines(summary):
        own = summary.sel(at)
        error = own[f"{name}_mcse"].sel(quantile=0.5).values
        years += list(error[np.isfinite(own[name].sel(quantile=0.5).values)])
        for share in ("past", "never"):
            probabilities += list(own[f"{name}_{share}_mcse"].values)
        probabilities += list(cdf[f"{name}_mcse"].sel(at).sel(date=januaries).values.ravel())
    return Precision(float(np.max(years)), float(np.max(probabilities)))


def _headlines(summary: xr.Dataset) -> Iterator[tuple[str, dict]]:
    """Yield the variable of each headline date and its position in it."""
    yield "wall_date", {"wall": [wall for wall in summary["wall"].values if wall.startswith("tokens[")]}
    yield "release", {"compute": "raw"}


@dataclass(frozen=True)
class ForecastPlan:
    """Plan of a forecast.

    Attributes
    ----------
    scenario
        With priors widened where the forecast is calibrated.
    calibration
        The calibration applied, if any.
    draws
        Number of draws; the maximum where a target precision is set.
    seed, sampler, precision
        See `datawall.forecast`.
    given
        The conditions, as text.
    request
        All of this as options.
    """

    scenario: Scenario
    calibration: Calibration | None
    draws: int
    seed: int
    sampler: str
    precision: Precision | None
    given: tuple[str, ...]
    request: Request


def make_plan(
    scenario: Scenario | str | Path,
    *,
    draws: int | None = None,
    seed: int = 0,
    sampler: str = SAMPLER,
    precision: Precision | str | Iterable[str] | None = None,
    given: str | Iterable[str] = (),
    calibrated: bool = False,
) -> ForecastPlan:
    """Return the plan of a forecast; for the parameters see `datawall.forecast`.

    Raises
    ------
    DatawallError
        At the first of them that cannot be used.
    """
    if draws is not None:
        check_draws(draws)
    check_seed(seed)
    check_sampler(sampler)
    ordered = _ordered(precision)
    asked = draws if draws is not None else PRECISION_DRAWS if ordered else DRAWS
    check_supply(asked, sampler)
    conditions = texts(given)
    loaded, calibration = believed(scenario, calibrated)
    if conditions:
        from datawall.forecasting.conditioning import conditions as checked  # these load JAX
        from datawall.forecasting.labels import labels_of

        checked(conditions, labels_of(loaded))
    options = {
        "draws": asked,
        "precision": ordered.texts() if ordered else [],
        "seed": seed,
        "sampler": sampler,
    }
    request = request_for("forecast", [loaded], options, conditions, calibrated)
    return ForecastPlan(loaded, calibration, asked, seed, sampler, ordered, conditions, request)


def _ordered(precision: Precision | str | Iterable[str] | None) -> Precision | None:
    if precision is None or isinstance(precision, Precision):
        return precision
    return parse_precision(texts(precision))


def texts(given: str | Iterable[str]) -> tuple[str, ...]:
    """Return one text, or several, as a sequence."""
    return (given,) if isinstance(given, str) else tuple(given)


def believed(scenario: Scenario | str | Path, calibrated: bool) -> tuple[Scenario, Calibration | None]:
    """Return a scenario, loaded and, where calibrated, widened, and the calibration."""
    loaded = scenario if isinstance(scenario, Scenario) else load_scenario(scenario)
    if not calibrated:
        return loaded, None
    calibration = read_calibration()
    return widened(loaded, calibration.applied), calibration


def with_inputs_given(scenario: Scenario, given: Sequence[str]) -> Scenario:
    """Return a scenario conditioned on input values, for an analysis that takes every draw.

    Raises
    ------
    DatawallError
        If a condition cannot be used, or is about an outcome or a range: only some draws would meet it.
    """
    if not given:
        return scenario
    from datawall.forecasting.conditioning import conditions  # these load JAX
    from datawall.forecasting.labels import labels_of

    found = conditions(given, labels_of(scenario))
    if found.events:
        raise DatawallError(
            f"given {', '.join(given)}: only a forecast takes outcomes and ranges, which some draws meet; "
            "give values of inputs such as mfu=0.4, or run datawall forecast"
        )
    return found.scenario


def request_for(
    kind: str,
    scenarios: Sequence[Scenario],
    options: Mapping[str, Any],
    given: Sequence[str] = (),
    calibrated: bool = False,
) -> Request:
    """Return the request for a product of scenarios.

    Parameters
    ----------
    kind
        Kind of product.
    scenarios
        The scenarios as loaded, before any condition.
    options
        Options of this kind of product alone, and those of its draws.
    given, calibrated
        The conditions, and whether priors were widened.
    """
    first, *others = scenarios
    settings = {key: value for key, value in first.overrides.items() if key != "as_of"}
    as_of = first.overrides.get("as_of")
    return Request(
        kind,
        {
            "scenarios": [one.address for one in scenarios],
            **options,
            "set": [override_text(*setting) for setting in settings.items()],
            "given": list(given),
            "as_of": None if as_of is None else str(as_of),
            "refit": first.refit,
            "calibrated": calibrated,
        },
        tuple(one.name for one in scenarios),
        tuple(one.digest for one in scenarios),
        # a command changes all scenarios alike, and none whose inputs were observed in Python
        all((one.overrides, one.refit) == (first.overrides, first.refit) for one in others)
        and not any(one.known for one in scenarios),
    )
