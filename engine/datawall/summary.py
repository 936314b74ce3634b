"""A forecast as flat named numbers: what the tables, the JSON and the CSV are made of."""

from __future__ import annotations

import csv
import io
import json
import math
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    import xarray as xr

type Row = dict[str, Any]


def year_labels(years: Iterable[float]) -> dict[float, str]:
    """Return how dates are named: whole years bare, others to a hundredth, or as finely as tells them apart.

    Examples
    --------
    >>> year_labels([2026.8329, 2027.0])
    {2026.8329: '2026.83', 2027.0: '2027'}
    >>> year_labels([2026.831, 2026.8329])
    {2026.831: '2026.831', 2026.8329: '2026.833'}
    """
    years = [float(year) for year in years]
    for digits in range(2, 13):
        labels = [f"{year:.0f}" if year == int(year) else f"{year:.{digits}f}" for year in years]
        if len(set(labels)) == len(labels):
            return dict(zip(years, labels, strict=True))
    raise ValueError(f"the years {years} are not apart")


def level_label(flop: float) -> str:
    """Return how an amount of compute is named.

    Examples
    --------
    >>> level_label(1e27)
    '1e27'
    """
    return f"{flop:g}".replace("e+", "e")


def value_names(years: Iterable[float]) -> Callable[[str, dict[str, Any]], str]:
    """Return what names one value, such as ``wall.tokens[1]``, ``release.raw[5.5]`` or ``loss[2030]``."""
    labels = year_labels(years)

    def name(variable: str, at: dict[str, Any]) -> str:
        match at:
            case {"wall": wall}:
                return f"wall.{wall}"
            case {"compute": compute, "generation": generation}:
                return f"{variable}.{compute}[{generation:g}]"
            case {"level": level}:
                return f"{variable}[{level_label(level)}]"
            case {"year": year, "ceiling": ceiling}:
                return f"{variable}.{ceiling}[{labels[year]}]"
            case {"year": year, "threshold": threshold}:
                return f"{variable}.{level_label(threshold)}[{labels[year]}]"
            case {"gain": gain}:
                return f"{variable}[{gain:g}]"
            case {"source": source}:
                return f"{variable}[{source}]"
            case {"year": year}:
                return f"{variable}[{labels[year]}]"
        return variable

    return name


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
        for name, (variable, at) in places(summary).items()
    }


def places(summary: xr.Dataset) -> dict[str, tuple[str, dict[str, Any]]]:
    """Return the variable and the coordinates of every quantity of the group `summary`, by its name."""
    name, found = value_names(summary["year"].values), {}
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
    name, rows = value_names(summary["year"].values), {}
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
            rows[f"binding.{ceiling}[{labels[at['year']]}]"] = {
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
