"""Sensitivity indices of a study, labelled: each method returns variables by table."""

from collections.abc import Callable

import jax
import jax.numpy as jnp
import numpy as np
import xarray as xr
from scipy.special import ndtri

from datawall.analysis.sensitivity.methods.given_data import pawn, pawn_of_noise, rank_correlations
from datawall.analysis.sensitivity.methods.information import crps_gain, interval_gain
from datawall.analysis.sensitivity.methods.shapley import shapley_effects
from datawall.analysis.sensitivity.methods.sobol import sobol_indices
from datawall.analysis.sensitivity.methods.tornado import (
    LEVELS,
    at_distribution,
    at_median,
    gradient_at_median,
)
from datawall.analysis.sensitivity.study import Study, input_of
from datawall.model.inputs import DECLARATIONS
from datawall.sampling.cdf import Estimate
from datawall.scaling_laws.laws import LOG10

type Tables = dict[str, dict[str, xr.Variable]]
"""Variables by table (``inputs``, ``components``, ``groups``, ``tornado``) and name."""

NO_LOG = ("year", "choice")
"""Units of inputs without meaningful elasticities."""


def _variables(name: str, dim: str, found: Estimate, unit: str, description: str) -> dict[str, xr.Variable]:
    return {
        name: xr.Variable((dim,), found.value, {"unit": unit, "description": description}),
        f"{name}_mcse": xr.Variable((dim,), found.mcse, {"unit": unit, "description": "standard error"}),
    }


def sobol(study: Study) -> Tables:
    """Return Sobol' indices of the independent components."""
    found = sobol_indices(study.experiment, list(study.components.values()), study.read.explained)
    first = _variables("sobol_first", "component", found.first, "1", "variance that it explains alone")
    total = _variables("sobol_total", "component", found.total, "1", "variance that is left without it")
    return {"components": first | total}


def shapley(study: Study) -> Tables:
    """Return Shapley effects of inputs and of groups."""
    tables: Tables = {}
    for dim, players in (("input", study.inputs), ("group", study.groups)):
        found = shapley_effects(study.experiment, list(players.values()), study.read.explained)
        tables[f"{dim}s"] = _variables(
            "shapley", dim, found, "1", "share of the variance, dependence included"
        )
    return tables


def rank(study: Study) -> Tables:
    """Return rank correlations of the inputs with the output."""
    found = rank_correlations(_plain_inputs(study), study.values)
    return {"inputs": _variables("rank_correlation", "input", found, "1", "Spearman's, with the output")}


def _pawn_index(study: Study) -> Tables:
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


def gradient(study: Study) -> Tables:
    """Return derivatives at the median by scores, and elasticities by the inputs themselves."""
    rows, unit = _rows(study), study.target.own_unit
    value, gradient = gradient_at_median(study.experiment.problem)
    slope = gradient[rows] if np.isfinite(value) else np.full(len(rows), np.nan)
    median, spread = (values[rows] for values in _inputs_at_median(study))
    has_log = [DECLARATIONS[input_of(name)].unit not in NO_LOG for name in study.inputs]
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


def tornado(study: Study) -> Tables:
    """Return the answer with each input at its 10 % and its 90 % quantile."""
    players = list(study.inputs.values())
    held = np.asarray(study.input_values(np.tile(ndtri(LEVELS), (len(study.joint.streams), 1))))[_rows(study)]
    middle = study.in_unit(at_median(study.experiment, players))
    found = at_distribution(study.experiment, players, study.read.answer)

    def variable(values: np.ndarray, unit: str, description: str) -> xr.Variable:
        return xr.Variable(("input", "level"), values, {"unit": unit, "description": description})

    return {
        "tornado": {
            "input_value": variable(held, "", "the quantile of the input, in its unit"),
            "at_median": variable(middle, study.target.output.unit, "output, all others at their medians"),
            "answer": variable(found.value, study.read.unit, "answer, all others as they then are"),
            "answer_mcse": variable(found.mcse, study.read.unit, "standard error"),
        }
    }


def information(study: Study) -> Tables:
    """Return the value of information: reductions in expected score and interval width by player."""
    tables: Tables = {}
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


COMPUTE: dict[str, Callable[[Study], Tables]] = {
    "tornado": tornado,
    "sobol": sobol,
    "shapley": shapley,
    "rank": rank,
    "pawn": _pawn_index,
    "gradient": gradient,
    "information": information,
}
"""Function of each method in `METHODS`."""
