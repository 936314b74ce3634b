"""Posterior summary tables of a fit: parameters, informed inputs, model comparison and diagnostics."""

from collections.abc import Mapping
from typing import Any

from datawall.formatting import quantity, share, significant
from datawall.model.inputs import DECLARATIONS
from datawall.reporting.document import Table
from datawall.scenario.posterior import distribution


def brief(summary: Mapping[str, Any]) -> list[Table]:
    """Return the tables of parameters, informed inputs, model comparison and diagnostics."""
    tables = (_parameters(summary), inputs(summary), rivals(summary), trust(summary))
    return [table for table in tables if table.rows]


def _parameters(summary: Mapping[str, Any]) -> Table:
    """Return the headline parameters."""
    factors = any("inflation" in row for row in summary["headline"].values())
    extra = ("bootstrap sd / sd",) if factors else ()
    columns = ("parameter", "5 %", "median", "95 %", "mean", "sd", *extra)
    rows = []
    for name, row in summary["headline"].items():
        cells = [significant(row[key]) for key in ("q05", "q50", "q95", "mean", "sd")]
        rows.append((name, *cells, *([f"{row['inflation']:.2f}"] if "inflation" in row else [])))
    return Table(columns, tuple(rows), summary["title"])


def inputs(summary: Mapping[str, Any]) -> Table:
    """Return the inputs of the forecast informed by the posterior."""
    rows = []
    for name, content in summary["inputs"].items():
        unit = DECLARATIONS[name].unit
        if "weights" in content:
            shares = ", ".join(f"{option} {share(w)}" for option, w in content["weights"].items())
            rows.append((name, "", shares, "", unit))
        else:
            levels = distribution(name, content).quantile([0.1, 0.5, 0.9])
            rows.append((name, *(quantity(float(x), unit) for x in levels), unit))
    columns = ("input", "10 %", "median", "90 %", "unit")
    return Table(columns, tuple(rows), "What the forecast takes from it")


def rivals(summary: Mapping[str, Any]) -> Table:
    """Return the comparison with other models of the same evidence."""
    rows = []
    for name, row in summary.get("comparison", {}).items():
        difference = f"{row['elpd_diff']:.1f} ± {row['dse']:.1f}"
        rows.append((name, f"{row['elpd']:.1f}", difference, f"{row['weight']:.2f}", f"{row['bad_k']:.0f}"))
    columns = ("model", "elpd", "to the best", "stacking weight", "bad k")
    return Table(columns, tuple(rows), "Rival models by PSIS-LOO")


def trust(summary: Mapping[str, Any]) -> Table:
    """Return the worst value of each diagnostic, and the verdicts on the model and its rivals."""
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
    return Table(("diagnostic", "worst"), tuple(rows), "Can it be trusted?")
