"""A forecast as flat named numbers: what the tables, the JSON and the CSV are made of."""

from __future__ import annotations

import csv
import io
import json
import math
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    import xarray as xr

DATES = ("wall_date", "training_start", "release", "price_gain")
SCALARS = ("price_decline", "price_share")
PATHS = (
    "frontier_flop",
    "effective_flop",
    "demand_tokens",
    "supply_tokens",
    "passes",
    "efficiency",
    "overtraining_headroom",
    "loss",
)

type Row = dict[str, Any]


def year_label(year: float) -> str:
    """Return a date as it is named: whole years bare, others to a hundredth."""
    return f"{year:.0f}" if year == int(year) else f"{year:.2f}"


def date_name(variable: str, at: dict[str, Any]) -> str:
    """Return the name of one date, such as ``wall.tokens[1]`` or ``release.raw[5.5]``."""
    if variable == "wall_date":
        return f"wall.{at['wall']}"
    if variable == "price_gain":
        return f"price_gain[{at['gain']:g}]"
    return f"{variable}.{at['compute']}[{at['generation']:g}]"


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


def _row(summary: xr.Dataset, variable: str, at: dict[str, Any], values: xr.DataArray) -> Row:
    is_date = variable in DATES
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
    rows = {}
    for variable in DATES:
        for at, values in _points(summary[variable], "quantile"):
            rows[date_name(variable, at)] = _row(summary, variable, at, values)
    for variable in SCALARS:
        for at, values in _points(summary[variable], "quantile"):
            rows[f"{variable}[{at['source']}]" if at else variable] = _row(summary, variable, at, values)
    for variable in PATHS:
        for at, values in _points(summary[variable], "quantile"):
            rows[f"{variable}[{year_label(at['year'])}]"] = _row(summary, variable, at, values)
    return rows


def probabilities(tree: xr.DataTree) -> dict[str, Row]:
    """Return the probabilities of a forecast by name, each with its Monte Carlo standard error."""
    cdf, summary = tree["cdf"].to_dataset(), tree["summary"].to_dataset()
    rows = {}
    years = [year for year in summary["year"].values if year == int(year)]
    for variable in DATES:
        for at, values in _points(cdf[variable], "date"):
            for year in years:
                where = {**at, "date": year}
                rows[f"{date_name(variable, at)}<={year:.0f}"] = {
                    "value": values.sel(date=year).item(),
                    "mcse": cdf[f"{variable}_mcse"].sel(where).item(),
                }
    for at, values in _points(summary["binding_ceiling"], "ceiling"):
        for ceiling in values["ceiling"].values:
            rows[f"binding.{ceiling}[{year_label(at['year'])}]"] = {
                "value": values.sel(ceiling=ceiling).item(),
                "mcse": summary["binding_ceiling_mcse"].sel(at).sel(ceiling=ceiling).item(),
            }
    return rows


def manifest(tree: xr.DataTree) -> Row:
    """Return where the numbers come from, and what makes them again."""
    return json.loads(tree.attrs["manifest"])


def summary(tree: xr.DataTree) -> Row:
    """Return quantities, probabilities and manifest, ready for JSON."""
    return {
        "quantities": quantities(tree),
        "probabilities": probabilities(tree),
        "manifest": manifest(tree),
    }


def to_csv(rows: dict[str, Row]) -> str:
    """Return the quantities as CSV, one a line."""
    out = io.StringIO()
    columns = list(dict.fromkeys(column for row in rows.values() for column in row))
    writer = csv.DictWriter(out, ["quantity", *columns], lineterminator="\n")
    writer.writeheader()
    for name, row in rows.items():
        writer.writerow({"quantity": name, **row})
    return out.getvalue()
