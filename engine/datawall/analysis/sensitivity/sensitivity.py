"""Sensitivity analysis of a quantity of interest of a scenario."""

import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import jax
import numpy as np
import xarray as xr

from datawall.analysis.sensitivity.indices import COMPUTE, Tables
from datawall.analysis.sensitivity.methods.tornado import LEVELS
from datawall.analysis.sensitivity.request import (
    DRAWS,
    METHODS,
    OUTPUT,
    SensitivityPlan,
    make_plan,
)
from datawall.analysis.sensitivity.study import Study, study_of
from datawall.arguments import SAMPLER
from datawall.caching import keep_compiled_programs
from datawall.forecasting.datatree import scenario_facts
from datawall.sampling.samplers import SAMPLERS
from datawall.scenario import Scenario


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
        tables: Tables = {}
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
