"""Labelled results of a forecast, a DataTree in ArviZ's groups: the only place where labels are made."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import xarray as xr

from datawall.forecasting.conditional_monte_carlo import REACHED
from datawall.forecasting.labels import Labels
from datawall.model.inputs import DECLARATIONS, INTEGRATED
from datawall.model.output import Output
from datawall.product import Request
from datawall.sampling.cdf import Curve, Estimate
from datawall.sampling.program import ACCEPTED
from datawall.sampling.run import MonteCarloResult
from datawall.sampling.samplers import Sampler
from datawall.sampling.summaries import bridged
from datawall.scaling_laws.laws import LOG10
from datawall.scenario import Scenario

QUANTILES = (0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95)
CDF_POINTS_PER_YEAR = 20
SAME_DATE = 1e-6
"""Distance below which two dates count as one [year]."""


def _curve_of(output: Output, pushed: MonteCarloResult, labels: Labels) -> Curve:
    """Return the distribution of an output over all draws."""
    curve = pushed.sketches[output.name].curve()
    if output.name == "wall_date" and REACHED in pushed.averages:
        return bridged(curve, labels.dates - labels.scenario.as_of, pushed.averages[REACHED])
    return curve


def _quantile_with_error(output: Output, curve: Curve, as_of: float) -> tuple[np.ndarray, np.ndarray]:
    """Return the quantiles and their Monte Carlo standard errors in the unit of the output."""
    value = output.in_unit(curve.quantile(QUANTILES), as_of)
    error = curve.quantile_mcse(QUANTILES)
    if output.scale == "log10":
        # d(10^x) = ln 10 10^x dx
        error = error * LOG10 * np.where(np.isfinite(value) & (value > 0.0), value, 1.0)
    return value, error


def _variable(dims: tuple[str, ...], values: np.ndarray, unit: str, description: str) -> xr.Variable:
    return xr.Variable(dims, values, {"unit": unit, "description": description})


def _kept(values: np.ndarray) -> np.ndarray:
    """Move the draws to the front, under a single chain."""
    return np.moveaxis(values, -1, 0)[None]


def prior_group(pushed: MonteCarloResult, labels: Labels) -> xr.Dataset:
    """Return the inputs of the kept draws, choices by index."""
    variables = {}
    rows = iter(pushed.kept["inputs"])
    for name, prior in labels.scenario.priors.items():
        declaration = DECLARATIONS[name]
        if declaration.per:
            own = np.stack([next(rows) for _ in labels.coords[declaration.per]])
        else:
            own = next(rows)
        dims = ("chain", "draw", *([declaration.per] if declaration.per else []))
        variable = _variable(dims, _kept(own), declaration.unit, prior.meaning)
        variable.attrs["group"] = declaration.group
        if declaration.options:
            variable.attrs["options"] = list(declaration.options)
        variables[name] = variable
    return xr.Dataset(variables, {"generation": labels.coords["generation"]})


def predictive_group(pushed: MonteCarloResult, labels: Labels) -> xr.Dataset:
    """Return the outputs of the kept draws."""
    variables = {}
    for output in labels.outputs:
        kept = _kept(pushed.kept[output.name])
        values = output.in_window(kept, labels.scenario.as_of, labels.scenario.horizon)
        variables[output.name] = _variable(
            ("chain", "draw", *output.dims), values, output.unit, output.description
        )
    variables["binding_ceiling"].attrs["options"] = list(labels.scenario.questions.ceilings)
    return xr.Dataset(variables, labels.coords)


def summary_group(pushed: MonteCarloResult, labels: Labels) -> xr.Dataset:
    """Return quantiles, masses and their Monte Carlo standard errors over all draws."""
    scenario = labels.scenario
    variables = {}
    for output in labels.outputs:
        if output.scale == "choice":
            share, error = (shares[..., 1:-1] for shares in pushed.sketches[output.name].shares())
            dims = (*output.dims, "ceiling")
            variables[output.name] = _variable(dims, share, "probability", "probability that it binds")
            variables[f"{output.name}_mcse"] = _variable(dims, error, "probability", "standard error")
            continue
        curve = _curve_of(output, pushed, labels)
        value, error = _quantile_with_error(output, curve, scenario.as_of)
        dims = (*output.dims, "quantile")
        variables[output.name] = _variable(dims, value, output.unit, output.description)
        variables[f"{output.name}_mcse"] = _variable(dims, error, output.unit, "Monte Carlo standard error")
        if output.scale == "date":
            inside = output.histogram
            past, by_horizon = (curve.probability(date) for date in (inside.lower, inside.upper))
            never = Estimate(1.0 - by_horizon.value, by_horizon.mcse)
            for kind, (share, error), meaning in (
                ("past", past, "before the as-of date"),
                ("never", never, "not within the horizon"),
            ):
                name = f"{output.name}_{kind}"
                variables[name] = _variable(output.dims, share, "probability", meaning)
                variables[f"{name}_mcse"] = _variable(output.dims, error, "probability", "standard error")
    return xr.Dataset(variables, {**labels.coords, "quantile": list(QUANTILES)})


def cdf_group(pushed: MonteCarloResult, labels: Labels) -> xr.Dataset:
    """Return the cumulative distribution of each date over all draws, with its standard error."""
    scenario = labels.scenario
    dates = cdf_dates(scenario.as_of, scenario.horizon)
    variables = {}
    for output in labels.outputs:
        if output.scale == "date":
            dims = (*output.dims, "date")
            value, error = _curve_of(output, pushed, labels).probability(dates - scenario.as_of)
            variables[output.name] = _variable(dims, value, "probability", f"P({output.description} <= date)")
            variables[f"{output.name}_mcse"] = _variable(dims, error, "probability", "standard error")
    coords = {name: labels.coords[name] for name in ("wall", "compute", "generation", "level", "gain")}
    return xr.Dataset(variables, {**coords, "date": dates})


def cdf_dates(as_of: float, horizon: float) -> np.ndarray:
    """Return an even grid of dates with every whole year among them, to the last digit [decimal year].

    Examples
    --------
    >>> cdf_dates(2026.9, 2027.1)
    array([2026.9 , 2026.95, 2027.  , 2027.05, 2027.1 ])
    """
    span = horizon - as_of
    even = np.linspace(as_of, horizon, max(2, round(CDF_POINTS_PER_YEAR * span) + 1))
    whole = np.arange(np.ceil(as_of), np.floor(horizon) + 1.0)
    # a step that misses a whole year only by rounding would duplicate it
    apart = np.abs(even[:, None] - whole).min(axis=1, initial=np.inf) > SAME_DATE
    return np.union1d(even[apart], whole)


def _constants_group(labels: Labels) -> xr.Dataset:
    """Return the constant dates of the forecast."""
    scenario = labels.scenario
    dates = {"as_of": scenario.as_of, "horizon": scenario.horizon}
    anchors = {f"anchor_{name}": date for name, date in scenario.anchors.items()}
    return xr.Dataset(
        {name: _variable((), np.asarray(date), "year", "") for name, date in (dates | anchors).items()}
    )


def _facts(pushed: MonteCarloResult, labels: Labels, sampler: Sampler, seed: int) -> dict[str, Any]:
    """Return the manifest entries of a forecast, the request excepted."""
    scenario = labels.scenario
    return {
        **scenario_facts(scenario),
        "sources_after_as_of": list(scenario.sources_after_as_of()),
        "seed": seed,
        "draws": pushed.draws,
        "draws_asked": pushed.asked,
        "partial": pushed.partial,
        "result_digest": pushed.digest,
        "sampler": sampler.name,
        "sampler_description": sampler.description,
        "integrated_out": {"wall.tokens": INTEGRATED} if REACHED in pushed.averages else {},
        "precision": "float32",
        "not_a_number": {
            name: int(sketch.nan.sum()) for name, sketch in pushed.sketches.items() if sketch.nan.any()
        },
    }


def scenario_facts(scenario: Scenario) -> dict[str, Any]:
    """Return the manifest entry of one scenario."""
    return {
        "scenario": scenario.name,
        "scenario_digest": scenario.digest,
        "scenario_resolved": scenario.resolved(),
        "overrides": {key: str(value) for key, value in scenario.overrides.items()},
        "as_of": scenario.as_of,
        "horizon": scenario.horizon,
    }


def results(
    pushed: MonteCarloResult,
    labels: Labels,
    sampler: Sampler,
    request: Request,
    facts: Mapping[str, Any] | None = None,
) -> xr.DataTree:
    """Return a run as a DataTree.

    Parameters
    ----------
    pushed
        Kept draws and sketches.
    labels
        Labels of their axes.
    sampler, request
        Of the run, for the manifest.
    facts
        Further manifest entries, as plain data.

    Returns
    -------
    xarray.DataTree
        See `datawall.forecast`. The root carries the manifest as JSON in the attribute ``manifest``.
    """
    groups = {
        "prior": prior_group(pushed, labels),
        "prior_predictive": predictive_group(pushed, labels),
        "summary": summary_group(pushed, labels),
        "cdf": cdf_group(pushed, labels),
        "constant_data": _constants_group(labels),
    }
    for name in ("prior", "prior_predictive"):
        draw = pushed.kept.get(ACCEPTED, np.arange(groups[name].sizes["draw"]))
        groups[name] = groups[name].assign_coords(chain=[0], draw=draw)
    tree = xr.DataTree.from_dict(groups)
    about = _facts(pushed, labels, sampler, request.options["seed"]) | dict(facts or {})
    tree.attrs = request.attributes(about, pushed.seconds)
    return tree
