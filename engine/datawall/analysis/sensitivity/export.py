"""Sensitivity analysis as plain data for tables, figure and JSON."""

import json
import math
from typing import Any

import xarray as xr

from datawall.model.inputs import DECLARATIONS

INDICES = {
    "inputs": ("shapley", "rank_correlation", "pawn", "gradient", "elasticity"),
    "components": ("sobol_first", "sobol_total"),
    "groups": ("shapley",),
}
"""Indices in each table."""


def sensitivity_summary(tree: xr.DataTree) -> dict[str, Any]:
    """Return an analysis as plain data, ready for JSON.

    Returns
    -------
    dict
        ``output``, ``unit``, ``measure`` and ``answer``; ``indices`` by method and input (Sobol' indices
        by component), each with ``value`` and ``mcse``; ``groups`` with their inputs and Shapley effects;
        ``tornado`` by input; ``value_of_information``; and the ``manifest``. A missing number
        is None; a date beyond the window is ``"past"`` or ``"never"``.
    """
    facts = json.loads(tree.attrs["manifest"])
    tables = {str(name): tree[name].to_dataset() for name in tree.children}
    indices = {
        index: _column(tables[table], index)
        for table in ("inputs", "components")
        for index in INDICES[table]
        if table in tables and index in tables[table]
    }
    return {
        **{key: facts[key] for key in ("output", "unit", "measure", "answer")},
        "indices": indices,
        "groups": _groups(facts["groups"], tables.get("groups")),
        "tornado": _tornado(tables["tornado"]) if "tornado" in tables else {},
        "value_of_information": _information(tables),
        "manifest": facts,
    }


def _column(table: xr.Dataset, name: str) -> dict[str, dict[str, float | None]]:
    """Return a variable by the label of its one dimension."""
    (dim,) = table[name].dims
    values, errors = table[name].values, table[f"{name}_mcse"].values
    rows = zip(table[dim].values, values, errors, strict=True)
    return {str(label): {"value": _number(value), "mcse": _number(error)} for label, value, error in rows}


def _number(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None


def _answer(value: float) -> float | str | None:
    if math.isfinite(value) or math.isnan(value):
        return _number(value)
    return "never" if value > 0 else "past"


def _groups(members: dict[str, list[str]], table: xr.Dataset | None) -> dict[str, Any]:
    groups: dict[str, Any] = {name: {"inputs": inputs} for name, inputs in members.items()}
    for index in INDICES["groups"]:
        if table is not None and index in table:
            for name, found in _column(table, index).items():
                groups[name][index] = found
    return groups


def _tornado(table: xr.Dataset) -> dict[str, Any]:
    return {
        str(label): {
            "input": [_input_value(str(label), value) for value in row["input_value"].values],
            "at_median": [_answer(value) for value in row["at_median"].values],
            "at_distribution": [_answer(value) for value in row["answer"].values],
            "mcse": [_number(value) for value in row["answer_mcse"].values],
        }
        for label, row in ((label, table.sel(input=label)) for label in table["input"].values)
    }


def _input_value(label: str, value: float) -> float | str:
    options = DECLARATIONS[label.partition("[")[0]].options
    return options[round(value)] if options else float(value)


def _information(tables: dict[str, xr.Dataset]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name in ("inputs", "groups"):
        table = tables.get(name, xr.Dataset())
        for kind in ("crps", "interval"):
            if f"{kind}_gain" in table:
                gain = table[f"{kind}_gain"]
                now = {"value": gain.attrs["now"], "mcse": gain.attrs["now_mcse"]}
                kinds = found.setdefault(kind, {"unit": gain.attrs["unit"], "now": now})
                kinds[name] = {
                    "gain": _column(table, f"{kind}_gain"),
                    "share": _column(table, f"{kind}_share"),
                }
    return found
