"""The analysis: a question on a scenario, answered with what drives the answer."""

import json
import time
from collections.abc import Callable, Sequence
from importlib.metadata import version
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
    check_draws,
    check_methods,
    parse_asked,
)
from datawall.analysis.sensitivity.study import Study, study_of
from datawall.arguments import SAMPLER, check_sampler, check_seed
from datawall.caching import keep_compiled_programs
from datawall.inference.scenario_with_evidence import load_scenario
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
    progress: Callable[[int, int], None] = lambda *_: None,
) -> xr.DataTree:
    """Return what drives an answer, and which input would be worth knowing.

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
        Of each method; in whole chunks of 4096.
    seed, sampler
        As in `datawall.forecast`.
    progress
        Called with (methods done, methods) after each.

    Returns
    -------
    xarray.DataTree
        Groups `inputs`, `components` (inputs that are correlated count as one), `groups` and `tornado`, as
        far as they were asked for. Standard errors come from 16 independent randomisations. The root
        carries what was asked as JSON in the attribute ``manifest``.

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
    start = time.perf_counter()
    check_methods(methods)
    check_draws(draws)
    check_seed(seed)
    check_sampler(sampler)
    asked = parse_asked(output)
    if not isinstance(scenario, Scenario):
        scenario = load_scenario(scenario)
    keep_compiled_programs()
    chosen = [name for name in METHODS if name in methods]
    # single precision whatever the caller's setting, as in a forecast
    with jax.enable_x64(False):
        study = study_of(scenario, asked, draws, seed, SAMPLERS[sampler])
        tables: Tables = {}
        for done, name in enumerate(chosen):
            progress(done, len(chosen))
            for table, variables in COMPUTE[name](study).items():
                tables.setdefault(table, {}).update(variables)
        progress(len(chosen), len(chosen))
    tree = xr.DataTree.from_dict({name: _dataset(study, variables) for name, variables in tables.items()})
    facts = {
        **_manifest(study),
        "methods": chosen,
        "seed": seed,
        "sampler": sampler,
        "seconds": round(time.perf_counter() - start, 3),
    }
    tree.attrs = {"manifest": json.dumps(facts), "creation_library": "datawall"}
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


def _manifest(study: Study) -> dict[str, Any]:
    scenario, experiment = study.scenario, study.experiment
    labels = experiment.problem.labels
    answer = float(study.read.answer(study.values.reshape(-1, 1))[0])
    return {
        "output": study.asked.text,
        "unit": study.read.unit,
        "measure": study.read.measure,
        "output_unit": study.target.output.unit,
        "own_unit": study.target.own_unit,
        # JSON has no infinities
        "answer": answer if np.isfinite(answer) else "never" if answer > 0 else "past",
        "scenario": scenario.name,
        "scenario_digest": scenario.digest,
        "as_of": scenario.as_of,
        "horizon": scenario.horizon,
        "draws": study.values.size,
        "groups": {name: [labels[row] for row in rows] for name, rows in study.groups.items()},
        "without_effect": list(study.inert),
        "versions": {name: version(name) for name in ("datawall", "jax", "jaxlib", "numpy", "xarray")},
    }
