"""Comparison as flat named numbers for tables, JSON, CSV and the opening sentence.

This module loads no JAX.
"""

import math
from collections.abc import Iterator, Mapping
from typing import Any

import xarray as xr

from datawall import formatting
from datawall.forecasting.export import manifest, probabilities, quantities

type _Row = dict[str, Any]

_EFFECTS = ("shapley", "from_other", "from_first")


def flat(tree: xr.DataTree) -> _Row:
    """Return a comparison ready for JSON.

    Returns
    -------
    dict
        ``scenarios`` and ``differences`` by name, each with ``quantities`` and ``probabilities`` named as in
        the summary of a forecast; ``decompositions`` by name and output; ``sentences``; ``manifest``.
    """
    found = {
        kind: {name: _numbers(one) for name, one in tree[kind].children.items()}
        for kind in ("scenarios", "differences")
    }
    decompositions = {
        str(name): flat_decomposition(one.to_dataset())
        for name, one in tree["decompositions"].children.items()
    }
    first, *_ = found["scenarios"]
    for other, apart in found["differences"].items():
        sides = [found["scenarios"][name]["quantities"] for name in (first, other)]
        # a ceiling of one scenario alone has no difference
        shared = {
            name: row for name, row in apart["quantities"].items() if all(name in side for side in sides)
        }
        apart["quantities"] = shared
    return {
        "sentences": [
            sentence(first, other, output, row)
            for other, rows in decompositions.items()
            for output, row in rows.items()
        ],
        **found,
        "decompositions": decompositions,
        "manifest": manifest(tree),
    }


def _numbers(one: xr.DataTree) -> _Row:
    return {"quantities": quantities(one), "probabilities": probabilities(one)}


def _number(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None


def flat_decomposition(found: xr.Dataset) -> dict[str, _Row]:
    """Return the decomposition of each output: measure, values, and effect of each group."""
    rows = {}
    for output in found["output"].values:
        own = found.sel(output=output)
        row = {"measure": own["measure"].item(), "unit": own["unit"].item()}
        if row["measure"] == "probability" and math.isfinite(own["reference"].item()):
            row["by"] = own["reference"].item()
        for name in ("first", "other", "total"):
            row |= {name: _number(own[name].item()), f"mcse_{name}": _number(own[f"{name}_mcse"].item())}
        row["groups"] = {
            str(group): {
                f"{prefix}{effect}": _number(own[f"{effect}{suffix}"].sel(group=group).item())
                for effect in _EFFECTS
                for prefix, suffix in (("", ""), ("mcse_", "_mcse"))
            }
            for group in own["group"].values
        }
        rows[str(output)] = row
    return rows


def _side(row: Mapping[str, Any], key: str) -> str:
    """Return one side of a decomposition: a date, a probability, or an amount converted from its log."""
    value = row[key]
    match row["unit"]:
        case "years":
            return formatting.date(value, 2)
        case "oom":
            return formatting.amount(10.0**value, 3)
        case "probability":
            return formatting.share(value, 1)
        case unit:
            return f"{formatting.amount(value, 3)} {unit}"


def effect(row: Mapping[str, Any], key: str, unit: str) -> str:
    """Return a difference of a row in words, with its standard error."""
    return formatting.difference(row[key], row["mcse" if key == "value" else f"mcse_{key}"], unit)


def unit_name(unit: str) -> str:
    """Return the unit in which `datawall.formatting.difference` gives a difference."""
    return {"probability": "points", "oom": "orders of magnitude"}.get(unit, unit)


def sentence(first: str, other: str, output: str, row: Mapping[str, Any]) -> str:
    """Return a sentence on the difference in one output and the effect of each group of inputs."""
    unit = row["unit"]
    if row["total"] is None:
        return f"From {other} to {first} the median of {output} leaves the range that is counted."
    what = f"median of {output}" if row["measure"] == "median" else f"chance of {output} by {row['by']:.2f}"
    moved = (
        f"From {other} to {first} the {what} moves by {effect(row, 'total', unit)} {unit_name(unit)}, "
        f"from {_side(row, 'other')} to {_side(row, 'first')}"
    )
    ranked = sorted(row["groups"].items(), key=lambda item: -abs(item[1]["shapley"]))
    parts = [f"{name} {effect(own, 'shapley', unit)}" for name, own in ranked if own["shapley"]]
    return f"{moved}: {', '.join(parts)}." if parts else f"{moved}."


def difference_rows(found: Mapping[str, Any]) -> Iterator[_Row]:
    """Yield a row for every quantile and probability mass of each pair, side by side."""
    first = next(iter(found["scenarios"].values()))["quantities"]
    for name, apart in found["differences"].items():
        other = found["scenarios"][name]["quantities"]
        for quantity, row in apart["quantities"].items():
            for key in (key for key in row if f"mcse_{key}" in row):
                yield {
                    "quantity": quantity,
                    "statistic": key,
                    "unit": "probability" if key.startswith("p_") else row["unit"],
                    "first": first[quantity][key],
                    "other": other[quantity][key],
                    "difference": row[key],
                    "mcse": row[f"mcse_{key}"],
                    "other_scenario": name,
                }
