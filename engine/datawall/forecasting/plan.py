"""Forecast requests, checked before anything heavy is loaded."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from datawall.arguments import DRAWS, SAMPLER, check_draws, check_sampler, check_seed, check_supply
from datawall.errors import DatawallError
from datawall.forecasting.precision import PRECISION_DRAWS, Precision, parse_precision
from datawall.inference.scenario_with_evidence import load_scenario
from datawall.product import Request
from datawall.scenario import Scenario, override_text
from datawall.scenario.widening import Calibration, widened
from datawall.scenario.widening import read as read_calibration


@dataclass(frozen=True)
class Plan:
    """Forecast to be made.

    Attributes
    ----------
    scenario
        With priors widened where the forecast is calibrated.
    calibration
        By which they are.
    draws
        How many; the most of them where a precision is ordered.
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
) -> Plan:
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
    return Plan(loaded, calibration, asked, seed, sampler, ordered, conditions, request)


def _ordered(precision: Precision | str | Iterable[str] | None) -> Precision | None:
    if precision is None or isinstance(precision, Precision):
        return precision
    return parse_precision(texts(precision))


def texts(given: str | Iterable[str]) -> tuple[str, ...]:
    """Return one text, or several, as several."""
    return (given,) if isinstance(given, str) else tuple(given)


def believed(scenario: Scenario | str | Path, calibrated: bool) -> tuple[Scenario, Calibration | None]:
    """Return a scenario, loaded and widened by the calibration if it is to be, and the calibration."""
    loaded = scenario if isinstance(scenario, Scenario) else load_scenario(scenario)
    if not calibrated:
        return loaded, None
    calibration = read_calibration()
    return widened(loaded, calibration.applied), calibration


def with_inputs_given(scenario: Scenario, given: Sequence[str]) -> Scenario:
    """Return a scenario after values of inputs were observed, for an analysis that takes every draw.

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
        Of the product.
    scenarios
        As they were loaded, before anything was given.
    options
        Those that only this kind of product has, and those of its draws.
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
