"""Comparison requests, checked before anything heavy is loaded."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from datawall.arguments import SAMPLER, check_draws, check_sampler, check_seed, check_supply
from datawall.errors import DatawallError
from datawall.forecasting.plan import believed, request_for, texts, with_inputs_given
from datawall.product import Request
from datawall.scenario import Scenario
from datawall.scenario.widening import Calibration

DRAWS = 2**15
"""Default number of draws of each scenario and of each hybrid."""
_LEAST_DRAWS = 256
"""Fewest draws, sixteen for each randomisation; with fewer there is no reliable standard error."""


@dataclass(frozen=True)
class ComparisonPlan:
    """Plan of a comparison.

    Attributes
    ----------
    scenarios
        Scenarios conditioned on the given values, with widened priors if calibrated.
    calibration
        Calibration that widened them.
    outputs, draws, seed, sampler
        See `datawall.compare`.
    request
        The plan as command options.
    """

    scenarios: tuple[Scenario, ...]
    calibration: Calibration | None
    outputs: tuple[str, ...] | None
    draws: int
    seed: int
    sampler: str
    request: Request


def make_plan(
    *scenarios: Scenario | str | Path,
    outputs: Sequence[str] | None = None,
    draws: int = DRAWS,
    seed: int = 0,
    sampler: str = SAMPLER,
    given: str | Iterable[str] = (),
    calibrated: bool = False,
) -> ComparisonPlan:
    """Return the plan of a comparison; for the parameters see `datawall.compare`.

    Raises
    ------
    DatawallError
        At the first invalid parameter.
    """
    if len(scenarios) < 2:
        raise DatawallError(
            f"compare: need two scenarios or more, got {len(scenarios)}; name another one, such as seed2024"
        )
    check_draws(draws)
    if draws < _LEAST_DRAWS:
        raise DatawallError(f"draws: a comparison needs {_LEAST_DRAWS} or more, got {draws}; give more")
    check_sampler(sampler)
    check_supply(draws, sampler)
    check_seed(seed)
    conditions = texts(given)
    found = [believed(one, calibrated) for one in scenarios]
    loaded = [scenario for scenario, _ in found]
    options = {"output": list(outputs or ()), "draws": draws, "seed": seed, "sampler": sampler}
    return ComparisonPlan(
        tuple(with_inputs_given(one, conditions) for one in loaded),
        found[0][1],
        None if outputs is None else tuple(outputs),
        draws,
        seed,
        sampler,
        request_for("compare", loaded, options, conditions, calibrated),
    )
