"""From arrays to labelled results in ArviZ's groups: the only place where labels are made."""

import json
import platform
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

import jax
import numpy as np
import xarray as xr

from datawall.model.inputs import DECLARATIONS
from datawall.model.reals import LOG10
from datawall.model.world import wall_names
from datawall.sampling.bridge import bridged
from datawall.sampling.curve import Curve, Estimate
from datawall.sampling.program import ACCEPTED
from datawall.sampling.pushforward import Pushed
from datawall.sampling.samplers import Sampler
from datawall.sampling.sketch import Histogram
from datawall.scenario import Scenario
from datawall.scenario.dependence import INTEGRATED

COMPUTE = ("raw", "effective")
SOURCES = ("hardware", "algorithms", "rest")
QUANTILES = (0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95)
BINS_PER_YEAR = 64
CDF_POINTS_PER_YEAR = 20
SAME_DATE = 1e-6
"""Dates nearer to each other than this are one [year]."""
LOG_BINS_PER_OOM = 32
REACHED = "wall_reached"
"""The output that holds the probability of each wall of tokens by each date of the grid."""


@dataclass(frozen=True)
class Labels:
    """What the axes of the outputs mean.

    Attributes
    ----------
    scenario
        What was asked.
    years
        Dates of the paths [decimal year].
    dates
        Dates from the as-of date to the horizon at which the walls of tokens are worked out [decimal year].
    """

    scenario: Scenario
    years: np.ndarray
    dates: np.ndarray

    @property
    def coords(self) -> dict[str, list]:
        """The coordinates of every dimension but chain and draw."""
        questions = self.scenario.questions
        counted = {"threshold": list(questions.count_levels)} if questions.count_levels else {}
        return {
            "wall": list(wall_names(questions)),
            "compute": list(COMPUTE),
            "generation": list(questions.generations),
            "level": list(questions.compute_levels),
            "gain": list(questions.price_gains),
            "source": list(SOURCES),
            "year": list(self.years),
            "ceiling": list(questions.ceilings),
            **counted,
        }


@dataclass(frozen=True)
class Output:
    """One output of the world: how it is counted, labelled and read.

    Attributes
    ----------
    name
        Its key in the outputs of the world.
    unit
        Unit in which it is reported.
    dims
        Its dimensions, draws left out.
    histogram
        Range and resolution in which it is counted, in the model's own scale.
    scale
        The model's own scale: ``"date"`` (years since the as-of date), ``"log10"``, ``"linear"`` or
        ``"choice"`` (an index).
    description
        What it is, in a few words.
    """

    name: str
    unit: str
    dims: tuple[str, ...]
    histogram: Histogram
    scale: str
    description: str


def outputs_of(labels: Labels) -> list[Output]:
    """Return the outputs that are counted over all draws."""
    scenario = labels.scenario
    span = scenario.horizon - scenario.as_of
    dates = Histogram(0.0, span, max(1, round(BINS_PER_YEAR * span)))
    choices = len(scenario.questions.ceilings)

    def date(name: str, dims: tuple[str, ...], description: str) -> Output:
        return Output(name, "year", dims, dates, "date", description)

    def path(name: str, unit: str, lower: int, upper: int, description: str, *dims: str) -> Output:
        bins = Histogram(lower, upper, LOG_BINS_PER_OOM * (upper - lower))
        return Output(name, unit, ("year", *dims), bins, "log10", description)

    counts = path("model_count", "models", -3, 6, "models trained above the threshold so far", "threshold")
    return [
        date("wall_date", ("wall",), "first passage of the wall criterion"),
        date("training_start", ("compute", "generation"), "start of the first run of this generation"),
        date("release", ("compute", "generation"), "first release of a model of this generation"),
        date("compute_date", ("level",), "start of the first run of this much compute"),
        date("price_gain", ("gain",), "price of a fixed capability lower by this factor"),
        Output("price_decline", "x/yr", (), Histogram(-1.0, 7.0, 2048), "log10", "yearly fall of that price"),
        Output(
            "price_share",
            "fraction",
            ("source",),
            Histogram(-1.0, 2.0, 1536),
            "linear",
            "share of the fall, in logs, by its source",
        ),
        path("frontier_flop", "FLOP", 10, 50, "compute of the largest training run"),
        path("ceiling_flop", "FLOP", 10, 50, "largest run that the ceiling alone allows", "ceiling"),
        path("effective_flop", "FLOP", 10, 70, "its compute at GPT-4's algorithms and with plenty of data"),
        path("demand_tokens", "tokens", 5, 30, "tokens it would use if data were plenty"),
        path("supply_tokens", "tokens", 5, 30, "unique tokens to be had, distillation counted"),
        path(
            "passes",
            "passes",
            -12,
            12,
            "passes of the best run over the supply; in half octaves under the penalty",
        ),
        path("efficiency", "x", -30, 1, "share of its compute that would do with plenty of data"),
        Output(
            "overtraining_headroom",
            "x",
            ("year",),
            Histogram(0.0, 64.0, 1024),
            "linear",
            "largest size reduction at equal loss that the data allow; below 1 none",
        ),
        Output("loss", "nats/token", ("year",), Histogram(0.0, 16.0, 2048), "linear", "loss of the run"),
        Output(
            "binding_ceiling",
            "choice",
            ("year",),
            Histogram(-0.5, choices - 0.5, choices),
            "choice",
            "index of the ceiling that sets the largest run",
        ),
        *([counts] if scenario.questions.count_levels else []),
    ]


def reported(output: Output, values: np.ndarray, as_of: float) -> np.ndarray:
    """Return values of the model's own scale in the unit of the output."""
    values = np.asarray(values, np.float64)
    if output.scale == "date":
        return as_of + values
    return 10.0**values if output.scale == "log10" else values


def curve_of(output: Output, pushed: Pushed, labels: Labels) -> Curve:
    """Return the distribution of an output over all draws."""
    curve = pushed.sketches[output.name].curve()
    if output.name == "wall_date" and REACHED in pushed.averages:
        return bridged(curve, labels.dates - labels.scenario.as_of, pushed.averages[REACHED])
    return curve


def quantile_with_error(output: Output, curve: Curve, as_of: float) -> tuple[np.ndarray, np.ndarray]:
    """Return the quantiles and their Monte Carlo standard errors in the unit of the output."""
    value = reported(output, curve.quantile(QUANTILES), as_of)
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


def prior_group(pushed: Pushed, labels: Labels) -> xr.Dataset:
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


def predictive_group(pushed: Pushed, labels: Labels) -> xr.Dataset:
    """Return the outputs of the kept draws."""
    variables = {}
    for output in outputs_of(labels):
        values = reported(output, _kept(pushed.kept[output.name]), labels.scenario.as_of)
        if output.scale == "date":
            values = np.where(values < labels.scenario.as_of, -np.inf, values)
            values = np.where(values >= labels.scenario.horizon, np.inf, values)
        variables[output.name] = _variable(
            ("chain", "draw", *output.dims), values, output.unit, output.description
        )
    variables["binding_ceiling"].attrs["options"] = list(labels.scenario.questions.ceilings)
    return xr.Dataset(variables, labels.coords)


def summary_group(pushed: Pushed, labels: Labels) -> xr.Dataset:
    """Return quantiles, masses and their Monte Carlo standard errors over all draws."""
    scenario = labels.scenario
    variables = {}
    for output in outputs_of(labels):
        if output.scale == "choice":
            share, error = (shares[..., 1:-1] for shares in pushed.sketches[output.name].shares())
            dims = (*output.dims, "ceiling")
            variables[output.name] = _variable(dims, share, "probability", "probability that it binds")
            variables[f"{output.name}_mcse"] = _variable(dims, error, "probability", "standard error")
            continue
        curve = curve_of(output, pushed, labels)
        value, error = quantile_with_error(output, curve, scenario.as_of)
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


def cdf_group(pushed: Pushed, labels: Labels) -> xr.Dataset:
    """Return the cumulative distribution of each date over all draws, with its standard error."""
    scenario = labels.scenario
    dates = cdf_dates(scenario.as_of, scenario.horizon)
    variables = {}
    for output in outputs_of(labels):
        if output.scale == "date":
            dims = (*output.dims, "date")
            value, error = curve_of(output, pushed, labels).probability(dates - scenario.as_of)
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
    # a step that misses a whole year only by rounding would be a second copy of it
    apart = np.abs(even[:, None] - whole).min(axis=1, initial=np.inf) > SAME_DATE
    return np.union1d(even[apart], whole)


def constants_group(labels: Labels) -> xr.Dataset:
    """Return the dates that the forecast takes as given."""
    scenario = labels.scenario
    dates = {"as_of": scenario.as_of, "horizon": scenario.horizon}
    anchors = {f"anchor_{name}": date for name, date in scenario.anchors.items()}
    return xr.Dataset(
        {name: _variable((), np.asarray(date), "year", "") for name, date in (dates | anchors).items()}
    )


def manifest(pushed: Pushed, labels: Labels, seed: int, sampler: Sampler, facts: Mapping[str, Any]) -> dict:
    """Return what is needed to tell where the numbers come from, and to make them again."""
    scenario = labels.scenario
    device = jax.devices()[0]
    return {
        "scenario": scenario.name,
        "scenario_digest": scenario.digest,
        "scenario_resolved": scenario.resolved(),
        "overrides": {key: str(value) for key, value in scenario.overrides.items()},
        "as_of": scenario.as_of,
        "horizon": scenario.horizon,
        "sources_after_as_of": list(scenario.sources_after_as_of()),
        "seed": seed,
        "draws": pushed.draws,
        "draws_asked": pushed.asked,
        "partial": pushed.partial,
        "result_digest": pushed.digest,
        **facts,
        "sampler": sampler.name,
        "sampler_description": sampler.description,
        "integrated_out": {"wall.tokens": INTEGRATED} if REACHED in pushed.averages else {},
        "precision": "float32",
        "versions": {name: version(name) for name in ("datawall", "jax", "jaxlib", "numpy", "xarray")},
        "python": platform.python_version(),
        "device": f"{device.platform} ({device.device_kind})",
        "not_a_number": {
            name: int(sketch.nan.sum()) for name, sketch in pushed.sketches.items() if sketch.nan.any()
        },
        "seconds": round(pushed.seconds, 3),
    }


def results(
    pushed: Pushed, labels: Labels, seed: int, sampler: Sampler, facts: Mapping[str, Any] | None = None
) -> xr.DataTree:
    """Return a run as a DataTree.

    Parameters
    ----------
    pushed
        Kept draws and sketches.
    labels
        What their axes mean.
    seed, sampler
        Of the run, for the manifest.
    facts
        What else the manifest is to say, as plain data.

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
        "constant_data": constants_group(labels),
    }
    for name in ("prior", "prior_predictive"):
        draw = pushed.kept.get(ACCEPTED, np.arange(groups[name].sizes["draw"]))
        groups[name] = groups[name].assign_coords(chain=[0], draw=draw)
    record = manifest(pushed, labels, seed, sampler, facts or {})
    tree = xr.DataTree.from_dict(groups)
    tree.attrs = {"manifest": json.dumps(record), "creation_library": "datawall"}
    return tree
