"""Export of a forecast as flat named numbers, for the tables, the JSON and the CSV."""

from __future__ import annotations

import json
import math
from functools import partial
from typing import TYPE_CHECKING, Any

from datawall.forecasting.quantities import option_name, quantity_name, year_labels

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import xarray as xr

type Row = dict[str, Any]


def _names(summary: xr.Dataset) -> Callable[[str, dict[str, Any]], str]:
    """Return the name of one value, such as ``wall.tokens[1]``, ``release.raw[5.5]`` or ``loss[2030]``."""
    return partial(quantity_name, years=year_labels(summary["year"].values))


def _points(array: xr.DataArray, keep: str) -> Iterator[tuple[dict[str, Any], xr.DataArray]]:
    """Yield each point of every dimension but `keep`: its coordinates and the values along `keep`."""
    dims = [str(dim) for dim in array.dims if dim != keep]
    flat = array.stack(point=dims) if dims else array.expand_dims("point")
    for index in range(flat.sizes["point"]):
        row = flat.isel(point=index)
        yield {dim: row[dim].item() for dim in dims}, row


def _quantile(value: float, is_date: bool) -> float | str | None:
    if math.isfinite(value):
        return value
    if not is_date or math.isnan(value):
        return None
    return "never" if value > 0 else "past"


def _is_date(summary: xr.Dataset, variable: str) -> bool:
    """Return whether a variable is a date: only dates can be past or never."""
    return f"{variable}_past" in summary


def _row(summary: xr.Dataset, variable: str, at: dict[str, Any], values: xr.DataArray) -> Row:
    is_date = _is_date(summary, variable)
    errors = summary[f"{variable}_mcse"].sel(at)
    row: Row = {"unit": summary[variable].attrs["unit"]}
    for level, value, error in zip(summary["quantile"].values, values.values, errors.values, strict=True):
        key = f"q{100 * level:02.0f}"
        row[key] = _quantile(float(value), is_date)
        row[f"mcse_{key}"] = float(error) if math.isfinite(error) and math.isfinite(value) else None
    if is_date:
        row["p_past"] = summary[f"{variable}_past"].sel(at).item()
        row["p_never"] = summary[f"{variable}_never"].sel(at).item()
        row["mcse_p_past"] = summary[f"{variable}_past_mcse"].sel(at).item()
        row["mcse_p_never"] = summary[f"{variable}_never_mcse"].sel(at).item()
    return row


def quantities(tree: xr.DataTree) -> dict[str, Row]:
    """Return every quantity of a forecast by name.

    Parameters
    ----------
    tree
        As `datawall.forecast` returns it.

    Returns
    -------
    dict
        Rows with ``unit``, the quantiles ``q05`` to ``q95`` and ``mcse_q05`` to ``mcse_q95``; dates also have
        ``p_past`` and ``p_never`` with their errors, and ``"past"`` or ``"never"`` for a quantile that falls
        in that mass.
        A standard error is None where the quantile or a neighbour of it is not a number.
    """
    summary = tree["summary"].to_dataset()
    return {
        name: _row(summary, variable, at, summary[variable].sel(at))
        for name, (variable, at) in _places(summary).items()
    }


def _places(summary: xr.Dataset) -> dict[str, tuple[str, dict[str, Any]]]:
    """Return the variable and the coordinates of every quantity of the group `summary`, by its name."""
    name, found = _names(summary), {}
    for variable, array in summary.data_vars.items():
        if "quantile" in array.dims and f"{variable}_mcse" in summary:
            for at, _ in _points(array, "quantile"):
                found[name(str(variable), at)] = (str(variable), at)
    return found


def probabilities(tree: xr.DataTree) -> dict[str, Row]:
    """Return the probabilities of a forecast by name, each with its Monte Carlo standard error.

    Dates have one for every whole year to the horizon, ceilings for every year of the paths.
    """
    cdf, summary = tree["cdf"].to_dataset(), tree["summary"].to_dataset()
    name, rows = _names(summary), {}
    years = [year for year in cdf["date"].values if year == int(year)]
    for variable in filter(lambda variable: _is_date(summary, str(variable)), cdf.data_vars):
        for at, values in _points(cdf[variable], "date"):
            for year in years:
                rows[f"{name(str(variable), at)}<={year:.0f}"] = {
                    "value": values.sel(date=year).item(),
                    "mcse": cdf[f"{variable}_mcse"].sel({**at, "date": year}).item(),
                }
    labels = year_labels(summary["year"].values)
    for at, values in _points(summary["binding_ceiling"], "ceiling"):
        for ceiling in values["ceiling"].values:
            rows[option_name("binding_ceiling", ceiling, labels[at["year"]])] = {
                "value": values.sel(ceiling=ceiling).item(),
                "mcse": summary["binding_ceiling_mcse"].sel(at).sel(ceiling=ceiling).item(),
            }
    return rows


def given(tree: xr.DataTree) -> Row:
    """Return the conditions, and under ``inputs`` the shift of each input, most informed first.

    An input has quantiles ``before_q10`` to ``after_q90`` in its unit, or for a choice the probabilities
    ``before[OPTION]`` and ``after[OPTION]``; values that do not apply, or are infinite, are None.
    """
    moved, rows = tree["given"].to_dataset(), {}
    for index, name in enumerate(moved["input"].values):
        own = moved.isel(input=index)
        row: Row = {"unit": str(own["input_unit"].item())}
        for kind in ("shift", "width_ratio"):
            row[kind] = _finite(own[kind].item())
            row[f"mcse_{kind}"] = _finite(own[f"{kind}_mcse"].item())
        row["information"] = _finite(own["information"].item())
        for when in ("before", "after"):
            shares = own[f"share_{when}"].dropna("option")
            row |= {
                f"{when}[{option}]": shares.sel(option=option).item() for option in shares["option"].values
            }
            for level in (0.1, 0.5, 0.9):
                row[f"{when}_q{100 * level:02.0f}"] = _finite(own[when].sel(quantile=level).item())
        rows[str(name)] = row
    return {**manifest(tree)["given"], "inputs": rows}


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None


def manifest(tree: xr.DataTree) -> Row:
    """Return the manifest of a forecast: the provenance of its numbers, and the way to reproduce them."""
    return json.loads(tree.attrs["manifest"])


def summary(tree: xr.DataTree) -> Row:
    """Return quantities, probabilities, any conditions and the manifest, ready for JSON."""
    flat = {"quantities": quantities(tree), "probabilities": probabilities(tree)}
    if "given" in tree.children:
        flat["given"] = given(tree)
    return flat | {"manifest": manifest(tree)}
