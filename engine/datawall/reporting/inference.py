"""Tables of a posterior, for the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.table import Table

from datawall.model.inputs import DECLARATIONS
from datawall.scenario.evidence import distribution
from datawall.scenario.table import number

if TYPE_CHECKING:
    from collections.abc import Mapping


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold", box=None, pad_edge=False)
    for place, column in enumerate(columns):
        table.add_column(column, justify="right" if place else "left", no_wrap=True)
    return table


def fit_tables(summary: Mapping[str, Any]) -> list[Table]:
    """Return what was inferred, what the forecast takes from it, and whether it can be trusted."""
    tables = [_parameters(summary), _inputs(summary), _rivals(summary), _trust(summary)]
    return [table for table in tables if table.row_count]


def _parameters(summary: Mapping[str, Any]) -> Table:
    factors = any("inflation" in row for row in summary["headline"].values())
    extra = ["bootstrap sd / sd"] if factors else []
    table = _table(summary["title"], "parameter", "5 %", "median", "95 %", "mean", "sd", *extra)
    for name, row in summary["headline"].items():
        cells = [f"{row[key]:.4g}" for key in ("q05", "q50", "q95", "mean", "sd")]
        table.add_row(name, *cells, *([f"{row['inflation']:.2f}"] if "inflation" in row else []))
    return table


def _inputs(summary: Mapping[str, Any]) -> Table:
    table = _table("What the forecast takes from it", "input", "10 %", "median", "90 %", "unit")
    for name, content in summary["inputs"].items():
        unit = DECLARATIONS[name].unit
        if "weights" in content:
            table.add_row(name, *(f"{option} {w:.0%}" for option, w in content["weights"].items()))
        else:
            levels = distribution(name, content).quantile([0.1, 0.5, 0.9])
            table.add_row(name, *(number(float(x), unit) for x in levels), unit)
    return table


def _rivals(summary: Mapping[str, Any]) -> Table:
    table = _table("Rival models by PSIS-LOO", "model", "elpd", "to the best", "stacking weight", "bad k")
    for name, row in summary.get("comparison", {}).items():
        difference = f"{row['elpd_diff']:.1f} ± {row['dse']:.1f}"
        table.add_row(name, f"{row['elpd']:.1f}", difference, f"{row['weight']:.2f}", f"{row['bad_k']:.0f}")
    return table


def _trust(summary: Mapping[str, Any]) -> Table:
    manifest = summary["manifest"]
    found = manifest["diagnosis"]
    table = _table("Can it be trusted?", "diagnostic", "worst")
    table.add_row("R-hat", f"{found['r_hat']:.4f} ({found['worst']})")
    table.add_row("ESS, bulk and tail", f"{found['ess_bulk']:.0f}, {found['ess_tail']:.0f}")
    table.add_row("divergent transitions", str(found["divergences"]))
    table.add_row("E-BFMI", f"{found['e_bfmi']:.2f}")
    for reason, count in manifest["dropped"].items():
        table.add_row(f"rows left out: {reason}", str(count))
    table.add_row("verdict", "trusted" if found["trusted"] else "NOT to be trusted")
    return table
