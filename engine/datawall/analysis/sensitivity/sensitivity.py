"""Sensitivity analysis of a quantity of interest of a scenario: its indices, labelled, by method."""

import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import xarray as xr
from scipy.special import ndtri

from datawall.analysis.sensitivity.methods.given_data import pawn, pawn_of_noise, rank_correlations
from datawall.analysis.sensitivity.methods.information import crps_gain, interval_gain
from datawall.analysis.sensitivity.methods.tornado import (
    LEVELS,
    at_distribution,
    at_median,
    gradient_at_median,
)
from datawall.analysis.sensitivity.methods.variance import shapley_effects, sobol_indices
from datawall.analysis.sensitivity.request import (
    DRAWS,
    METHODS,
    OUTPUT,
    SensitivityPlan,
    make_plan,
)
from datawall.analysis.sensitivity.study import Study, input_of, study_of
from datawall.arguments import SAMPLER
from datawall.caching import keep_compiled_programs
from datawall.forecasting.datatree import scenario_facts
from datawall.model.inputs import DECLARATIONS
from datawall.sampling.cdf import Estimate
from datawall.sampling.samplers import SAMPLERS
from datawall.scaling_laws.laws import LOG10
from datawall.scenario import Scenario

type _Tables = dict[str, dict[str, xr.Variable]]
"""Variables by table (``inputs``, ``components``, ``groups``, ``tornado``) and name."""

_NO_LOG = ("year", "choice")
"""Units of inputs without meaningful elasticities."""


def _variables(name: str, dim: str, found: Estimate, unit: str, description: str) -> dict[str, xr.Variable]:
    return {
        name: xr.Variable((dim,), found.value, {"unit": unit, "description": description}),
        f"{name}_mcse": xr.Variable((dim,), found.mcse, {"unit": unit, "description": "standard error"}),
    }


def _sobol(study: Study) -> _Tables:
    """Return Sobol' indices of the independent components."""
    found = sobol_indices(study.experiment, list(study.components.values()), study.read.explained)
    first = _variables("sobol_first", "component", found.first, "1", "variance that it explains alone")
    total = _variables("sobol_total", "component", found.total, "1", "variance that is left without it")
    return {"components": first | total}


def _shapley(study: Study) -> _Tables:
    """Return Shapley effects of inputs and of groups."""
    tables: _Tables = {}
    for dim, players in (("input", study.inputs), ("group", study.groups)):
        found = shapley_effects(study.experiment, list(players.values()), study.read.explained)
        tables[f"{dim}s"] = _variables(
            "shapley", dim, found, "1", "share of the variance, dependence included"
        )
    return tables


def _rank(study: Study) -> _Tables:
    """Return rank correlations of the inputs with the output."""
    found = rank_correlations(_plain_inputs(study), study.values)
    return {"inputs": _variables("rank_correlation", "input", found, "1", "Spearman's, with the output")}


def _pawn(study: Study) -> _Tables:
    """Return PAWN indices of the inputs."""
    found = pawn(_plain_inputs(study), study.values)
    meaning = "mean Kolmogorov-Smirnov distance that knowing it makes"
    variables = _variables("pawn", "input", found, "1", meaning)
    variables["pawn"].attrs["of_noise"] = pawn_of_noise(study.values.size)
    return {"inputs": variables}


def _plain_inputs(study: Study) -> np.ndarray:
    """Return the inputs of the plain draws, of shape (inputs, n, 16)."""
    scores = study.scores
    values = np.asarray(study.input_values(scores.reshape(len(scores), -1)), np.float64)
    return values.reshape(scores.shape)[_rows(study)]


def _rows(study: Study) -> list[int]:
    return [row for player in study.inputs.values() for row in player]


def _gradient(study: Study) -> _Tables:
    """Return derivatives at the median by scores, and elasticities by the inputs themselves."""
    rows, unit = _rows(study), study.target.own_unit
    value, gradient = gradient_at_median(study.experiment.problem)
    slope = gradient[rows] if np.isfinite(value) else np.full(len(rows), np.nan)
    median, spread = (values[rows] for values in _inputs_at_median(study))
    has_log = [DECLARATIONS[input_of(name)].unit not in _NO_LOG for name in study.inputs]
    with np.errstate(divide="ignore", invalid="ignore"):
        elasticity = np.where(has_log & (spread != 0.0), slope * median / spread, np.nan)
    elasticity *= LOG10 if unit == "oom" else 0.01
    per_cent = "%/%" if unit == "oom" else f"{unit}/%"
    # derivatives are exact
    score, log = (Estimate(values, np.zeros_like(values)) for values in (slope, elasticity))
    return {
        "inputs": _variables("gradient", "input", score, unit, "change a standard deviation, at the median")
        | _variables("elasticity", "input", log, per_cent, "change a per cent of the input, at the median")
    }


def _inputs_at_median(study: Study) -> tuple[np.ndarray, np.ndarray]:
    """Return the median of each row's input, and its derivative by the score."""
    median = jnp.zeros((len(study.joint.streams), 1))
    found = jax.jvp(study.input_values, (median,), (jnp.ones_like(median),))
    value, slope = (np.asarray(array, np.float64)[:, 0] for array in found)
    return value, slope


def _tornado(study: Study) -> _Tables:
    """Return the answer with each input at its 10 % and its 90 % quantile."""
    players = list(study.inputs.values())
    held = np.asarray(study.input_values(np.tile(ndtri(LEVELS), (len(study.joint.streams), 1))))[_rows(study)]
    output, scenario = study.target.output, study.scenario
    middle = output.in_window(at_median(study.experiment, players), scenario.as_of, scenario.horizon)
    found = at_distribution(study.experiment, players, study.read.answer)

    def variable(values: np.ndarray, unit: str, description: str) -> xr.Variable:
        return xr.Variable(("input", "level"), values, {"unit": unit, "description": description})

    return {
        "tornado": {
            "input_value": variable(held, "", "the quantile of the input, in its unit"),
            "at_median": variable(middle, output.unit, "output, all others at their medians"),
            "answer": variable(found.value, study.read.unit, "answer, all others as they then are"),
            "answer_mcse": variable(found.mcse, study.read.unit, "standard error"),
        }
    }


def _information(study: Study) -> _Tables:
    """Return the value of information: reductions in expected score and interval width by player."""
    tables: _Tables = {}
    gains = {"crps": crps_gain}
    if study.read.unit != "probability":
        gains["interval"] = interval_gain
    for dim, players in (("input", study.inputs), ("group", study.groups)):
        table = tables.setdefault(f"{dim}s", {})
        for name, gain in gains.items():
            found = gain(study.experiment, list(players.values()), study.read.scored)
            meaning = (
                f"expected fall of the {'80 % interval' if name == 'interval' else 'CRPS'} once it is known"
            )
            table |= _variables(f"{name}_gain", dim, found.gain, study.read.scored_unit, meaning)
            table |= _variables(f"{name}_share", dim, found.share, "1", f"{meaning}, as a share")
            table[f"{name}_gain"].attrs |= {"now": float(found.now.value), "now_mcse": float(found.now.mcse)}
    return tables


COMPUTE: dict[str, Callable[[Study], _Tables]] = {
    "tornado": _tornado,
    "sobol": _sobol,
    "shapley": _shapley,
    "rank": _rank,
    "pawn": _pawn,
    "gradient": _gradient,
    "information": _information,
}
"""Function of each method in `METHODS`."""


def sensitivity(
    scenario: Scenario | str | Path,
    output: str = OUTPUT,
    *,
    methods: Sequence[str] = METHODS,
    draws: int = DRAWS,
    seed: int = 0,
    sampler: str = SAMPLER,
    given: str | Iterable[str] = (),
    calibrated: bool = False,
    progress: Callable[[int, int], None] = lambda *_: None,
) -> xr.DataTree:
    """Return the sensitivity indices of a quantity of interest, and the value of information of its inputs.

    Parameters
    ----------
    scenario
        A loaded scenario, the name of one that ships, or a path to a TOML file.
    output
        An output by its name in ``summary.json`` such as ``"wall.tokens[1]"``; the probability that it is
        at most some level, ``"P(wall.tokens[1]<=2030)"``; or a quantile, ``"Q90(frontier_flop[2030])"``.
    methods
        Which of ``"tornado"``, ``"sobol"``, ``"shapley"``, ``"rank"``, ``"pawn"``, ``"gradient"`` and
        ``"information"``.
    draws
        Number of draws of each method, in whole chunks of 4096.
    seed, sampler, calibrated
        As in `datawall.forecast`.
    given
        Values of inputs that are observed, ``"mfu=0.4"``; the analysis is conditional on them.
    progress
        Called with (methods done, methods) after each.

    Returns
    -------
    xarray.DataTree
        Groups `inputs`, `components` (correlated inputs count as one), `groups` and `tornado`, as far as
        the methods give them. Standard errors come from 16 independent randomisations. The root
        carries the manifest as JSON in the attribute ``manifest``.

    Raises
    ------
    DatawallError
        If the scenario, the question or a number cannot be used.

    Examples
    --------
    >>> tree = sensitivity("baseline", "frontier_flop[2030]", methods=["shapley"], draws=4096)
    >>> round(tree["groups/shapley"].sum().item(), 6)
    1.0
    """
    plan = make_plan(
        scenario,
        output,
        methods=methods,
        draws=draws,
        seed=seed,
        sampler=sampler,
        given=given,
        calibrated=calibrated,
    )
    return run(plan, progress)


def run(plan: SensitivityPlan, progress: Callable[[int, int], None] = lambda *_: None) -> xr.DataTree:
    """Return the analysis of a plan; `progress` is called with (methods done, methods) after each."""
    start = time.perf_counter()
    keep_compiled_programs()
    # single precision regardless of the caller's setting, as in a forecast
    with jax.enable_x64(False):
        study = study_of(plan.scenario, plan.asked, plan.draws, plan.seed, SAMPLERS[plan.sampler])
        tables: _Tables = {}
        for done, name in enumerate(plan.methods):
            progress(done, len(plan.methods))
            for table, variables in COMPUTE[name](study).items():
                tables.setdefault(table, {}).update(variables)
        progress(len(plan.methods), len(plan.methods))
    tree = xr.DataTree.from_dict({name: _dataset(study, variables) for name, variables in tables.items()})
    tree.attrs = plan.request.attributes(_facts(study, plan), time.perf_counter() - start)
    return tree


def _dataset(study: Study, variables: dict[str, xr.Variable]) -> xr.Dataset:
    coords = {
        "input": list(study.inputs),
        "component": list(study.components),
        "group": list(study.groups),
        "level": list(LEVELS),
    }
    dims = {str(dim) for variable in variables.values() for dim in variable.dims}
    return xr.Dataset(variables, {dim: coords[dim] for dim in dims})


def _facts(study: Study, plan: SensitivityPlan) -> dict[str, Any]:
    """Return the entries of the manifest of an analysis besides the request."""
    labels = study.experiment.problem.labels
    answer = float(study.read.answer(study.values.reshape(-1, 1))[0])
    found = {
        "output": study.asked.text,
        "unit": study.read.unit,
        "measure": study.read.measure,
        "output_unit": study.target.output.unit,
        "own_unit": study.target.own_unit,
        # JSON has no infinities
        "answer": answer if np.isfinite(answer) else "never" if answer > 0 else "past",
        **scenario_facts(study.scenario),
        "draws": study.values.size,
        "groups": {name: [labels[row] for row in rows] for name, rows in study.groups.items()},
        "without_effect": list(study.inert),
        "methods": list(plan.methods),
        "seed": plan.seed,
        "sampler": plan.sampler,
    }
    if plan.calibration is not None:
        found["calibration"] = plan.calibration.facts()
    return found
