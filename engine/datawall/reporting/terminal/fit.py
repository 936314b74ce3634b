"""Tables of a posterior: their cells, and how the terminal shows them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from rich.markup import escape

from datawall.model.inputs import DECLARATIONS
from datawall.reporting.terminal.forecast import new_table
from datawall.scenario.markdown import number
from datawall.scenario.posterior import distribution

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rich.table import Table


class Cells(NamedTuple):
    """A table: what it shows, the heads of its columns, and its rows of text."""

    title: str
    columns: tuple[str, ...]
    rows: list[tuple[str, ...]]


def fit_tables(summary: Mapping[str, Any]) -> list[Table]:
    """Return what was inferred, what the forecast takes from it, and whether it can be trusted."""
    tables = [parameters(summary), inputs(summary), rivals(summary), trust(summary)]
    return [_table(cells) for cells in tables if cells.rows]


def _table(cells: Cells) -> Table:
    table = new_table(cells.title, *cells.columns)
    for row in cells.rows:
        table.add_row(*map(escape, row))
    return table


def parameters(summary: Mapping[str, Any]) -> Cells:
    """Return the headline parameters."""
    factors = any("inflation" in row for row in summary["headline"].values())
    extra = ("bootstrap sd / sd",) if factors else ()
    columns = ("parameter", "5 %", "median", "95 %", "mean", "sd", *extra)
    rows = []
    for name, row in summary["headline"].items():
        cells = [f"{row[key]:.4g}" for key in ("q05", "q50", "q95", "mean", "sd")]
        rows.append((name, *cells, *([f"{row['inflation']:.2f}"] if "inflation" in row else [])))
    return Cells(summary["title"], columns, rows)


def inputs(summary: Mapping[str, Any]) -> Cells:
    """Return the inputs of the forecast that the posterior informs."""
    rows = []
    for name, content in summary["inputs"].items():
        unit = DECLARATIONS[name].unit
        if "weights" in content:
            rows.append((name, *(f"{option} {w:.0%}" for option, w in content["weights"].items())))
        else:
            levels = distribution(name, content).quantile([0.1, 0.5, 0.9])
            rows.append((name, *(number(float(x), unit) for x in levels), unit))
    return Cells("What the forecast takes from it", ("input", "10 %", "median", "90 %", "unit"), rows)


def rivals(summary: Mapping[str, Any]) -> Cells:
    """Return the comparison with other models of the same evidence."""
    rows = []
    for name, row in summary.get("comparison", {}).items():
        difference = f"{row['elpd_diff']:.1f} ± {row['dse']:.1f}"
        rows.append((name, f"{row['elpd']:.1f}", difference, f"{row['weight']:.2f}", f"{row['bad_k']:.0f}"))
    columns = ("model", "elpd", "to the best", "stacking weight", "bad k")
    return Cells("Rival models by PSIS-LOO", columns, rows)


def trust(summary: Mapping[str, Any]) -> Cells:
    """Return the worst of each diagnostic, and the verdicts on the model and its rivals."""
    manifest = summary["manifest"]
    found = manifest["diagnosis"]
    rows = [
        ("R-hat", f"{found['r_hat']:.4f} ({found['worst']})"),
        ("ESS, bulk and tail", f"{found['ess_bulk']:.0f}, {found['ess_tail']:.0f}"),
        ("divergent transitions", str(found["divergences"])),
        ("E-BFMI", f"{found['e_bfmi']:.2f}"),
    ]
    rows += [(f"rows left out: {reason}", str(count)) for reason, count in manifest["dropped"].items()]
    of_rivals = {f"verdict on {name}": of for name, of in manifest.get("rivals", {}).items()}
    for verdict, of in {"verdict": found, **of_rivals}.items():
        rows.append(
            (verdict, "trusted" if of["trusted"] else f"NOT to be trusted: {'; '.join(of['faults'])}")
        )
    return Cells("Can it be trusted?", ("diagnostic", "worst"), rows)
