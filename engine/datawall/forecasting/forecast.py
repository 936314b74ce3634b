"""Forecast: prior predictive simulation of a scenario, summarised."""

from collections.abc import Iterable
from dataclasses import replace
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any

import jax
import xarray as xr

from datawall.arguments import SAMPLER
from datawall.caching import code_digest, keep_compiled_programs
from datawall.errors import DatawallError
from datawall.forecasting.conditioning_effect import (
    FEWEST,
    accepted,
    check_enough,
    facts,
    given_group,
    is_hopeless,
)
from datawall.forecasting.datatree import cdf_group, results, summary_group
from datawall.forecasting.labels import Labels
from datawall.forecasting.plan import ForecastPlan, Precision, headline_errors, make_plan
from datawall.forecasting.simulation import question
from datawall.sampling.run import MonteCarloResult, RunControl, propagate
from datawall.sampling.samplers import SAMPLERS
from datawall.scenario import Scenario

KEPT_DRAWS = 4096
GIVEN_DRAWS = 2**15
"""Draws searched for accepted ones to keep, where conditions reject some."""


def forecast(
    scenario: Scenario | str | Path,
    *,
    draws: int | None = None,
    seed: int = 0,
    sampler: str = SAMPLER,
    precision: Precision | str | Iterable[str] | None = None,
    given: str | Iterable[str] = (),
    calibrated: bool = False,
    control: RunControl | None = None,
    store: Path | None = None,
) -> xr.DataTree:
    """Forecast the data wall and the release dates of model generations.

    Parameters
    ----------
    scenario
        A loaded scenario, the name of one that ships, or a path to a TOML file.
    draws
        Number of futures drawn, a million by default. The first draws of a longer run are those of a shorter
        one. The maximum where a target precision is set, by default 2^30.
    seed
        0 to 2^32 - 1. Draw i depends on the seed, the sampler and i, and on nothing else.
    sampler
        Point set of the draws: ``"random"``, or evenly spread ``"sobol"`` or ``"lattice"``. With the latter
        the standard errors come from 16 independent randomisations, and the walls of tokens from conditional
        Monte Carlo where the prior of the parameter exponent permits.
    precision
        Draw until the standard errors of the headline numbers are below these: ``"0.01yr"``, ``"0.001"`` or
        both.
    given
        Conditions: ``"mfu=0.4"`` on an input, ``"compute_growth>4"`` on its range, or on an outcome by its
        name in the summary, ``"release[5.5]<2027"`` or ``"wall.tokens[1]=never"``. All numbers are then those
        of the futures that meet the conditions, and `draws` counts the futures drawn, met or not.
    calibrated
        Whether to widen the priors by the calibration factor of the backtest (`datawall.scenario.widening`),
        if it is above 1. The manifest says so under ``calibration``.
    control
        Executor, checkpoint and progress of the run; it changes no number.
    store
        Where to write every draw as a Zarr store, if anywhere.

    Returns
    -------
    xarray.DataTree
        Groups `prior` (inputs) and `prior_predictive` (dates and paths) with the first draws, `summary`
        with quantiles, masses and Monte Carlo standard errors over all of them, `cdf` with the distributions
        of the dates, and `constant_data`; and with conditions, `given` with their effect on the
        inputs. Dates are decimal years; -inf is past, inf is never within the horizon.

    Raises
    ------
    DatawallError
        If the scenario, `draws`, `seed`, `sampler`, a condition or the calibration cannot be used, or if
        fewer than 400 draws meet the conditions.

    Examples
    --------
    >>> tree = forecast("baseline", draws=4096)
    >>> tree["summary/wall_date"].sel(wall="tokens[1]", quantile=0.5).item() > 2026
    True
    """
    plan = make_plan(
        scenario,
        draws=draws,
        seed=seed,
        sampler=sampler,
        precision=precision,
        given=given,
        calibrated=calibrated,
    )
    return run(plan, control=control, store=store)


def run(plan: ForecastPlan, *, control: RunControl | None = None, store: Path | None = None) -> xr.DataTree:
    """Return the forecast of a plan; for the parameters see `forecast`.

    Raises
    ------
    DatawallError
        If every draw is to be stored although some do not meet the conditions, or too few meet them.
    """
    asked, precision, spread = plan.draws, plan.precision, SAMPLERS[plan.sampler]
    keep_compiled_programs()
    asks = question(plan.scenario, spread, plan.given)
    identity = {
        "scenario": plan.scenario.digest,
        "given": list(asks.given.texts),
        "code": code_digest(),
        "versions": {name: version(name) for name in ("jax", "jaxlib")},
        "precision": str(precision or ""),
    }
    drawn = None
    if store is not None:
        if asks.given.events:
            raise DatawallError(
                "--keep-draws all: keeps draws that do not meet --given too; drop one of them"
            )
        from datawall.forecasting.draw_store import DrawStore  # loads Zarr

        drawn = DrawStore(store, asks.labels, {**identity, "seed": plan.seed, "draws": asked}, asked)
        control = replace(control or RunControl(), store=drawn.write)
    # draws are single precision whatever the caller's setting, so that a forecast is the same everywhere
    with jax.enable_x64(False):
        pushed = propagate(
            asks.world,
            asks.params,
            asked,
            seed=plan.seed,
            streams=asks.streams,
            sketches=asks.sketches,
            sampler=spread,
            keep=GIVEN_DRAWS if asks.given.events else KEPT_DRAWS,
            enough=partial(_is_done, precision, asks.labels) if precision else None,
            identity=identity,
            control=control,
        )
    check_enough(pushed, asks.given)
    kept = {name: value[..., :KEPT_DRAWS] for name, value in pushed.kept.items()}
    about = _precision_facts(precision, pushed, asks.labels) | facts(pushed, asks.given)
    if plan.calibration is not None:
        about["calibration"] = plan.calibration.facts()
    tree = results(replace(pushed, kept=kept), asks.labels, spread, plan.request, about)
    if asks.given.texts:
        tree["given"] = xr.DataTree(given_group(pushed, asks.given))
    if drawn is not None:
        drawn.sign(tree.attrs["manifest"])
        if not pushed.partial:  # otherwise more draws follow
            drawn.cut(pushed.draws)
    return tree


def _errors(pushed: MonteCarloResult, labels: Labels) -> Precision:
    return headline_errors(summary_group(pushed, labels), cdf_group(pushed, labels))


def _is_done(precision: Precision, labels: Labels, pushed: MonteCarloResult) -> bool:
    if accepted(pushed) < FEWEST:
        return is_hopeless(pushed)
    return precision.is_met(_errors(pushed, labels))


def _precision_facts(precision: Precision | None, pushed: MonteCarloResult, labels: Labels) -> dict[str, Any]:
    """Return the manifest entry of the precision."""
    if precision is None:
        return {}
    errors = _errors(pushed, labels)
    return {
        "ordered_precision": {
            "ordered": str(precision),
            "largest_error_years": errors.years,
            "largest_error_probability": errors.probability,
            "met": precision.is_met(errors),
        }
    }
