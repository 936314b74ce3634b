"""Tables from ArviZ: posterior summary, LOO and power-scaling sensitivity."""

from typing import Any

import arviz as az
import numpy as np

from datawall.formatting import significant
from datawall.inference.diagnostics import TAILS
from datawall.inference.fit_by_name import KHAT
from datawall.reporting.document import Table
from datawall.reporting.figures.fit import quiet, sensitivity
from datawall.reporting.saved import SavedFit

INTERVAL = TAILS[1] - TAILS[0]


def posterior(fit: SavedFit) -> Table:
    """Return ArviZ's summary of the headline parameters."""
    with quiet():
        # not rounded by ArviZ, whose two digits turn every year into 2000
        table = az.summary(fit.tree, var_names=fit.headline, ci_prob=INTERVAL, ci_kind="eti", round_to="none")
    columns = (
        "parameter",
        "unit",
        "mean",
        "sd",
        "5 %",
        "95 %",
        "MCSE of mean",
        "ESS bulk",
        "ESS tail",
        "R-hat",
    )
    rows = [(str(label), _unit(fit, str(label)), *_summary(row)) for label, row in table.iterrows()]
    return Table(columns, tuple(rows), "Posterior")


def _summary(row: Any) -> tuple[str, ...]:
    levels = [significant(row[name]) for name in ("mean", "sd", *row.index[2:4])]
    counts = [f"{row[name]:.0f}" for name in ("ess_bulk", "ess_tail")]
    return (*levels, f"{row['mcse_mean']:.2g}", *counts, f"{row['r_hat']:.3f}")


def _unit(fit: SavedFit, label: str) -> str:
    return fit.group("posterior")[label.partition("[")[0]].attrs.get("unit", "1")


def loo(fit: SavedFit) -> Table:
    """Return leave-one-out (LOO) predictive accuracy for each set of data."""
    rows = []
    for name in map(str, fit.group("observed_data")):
        with quiet():
            found: Any = az.loo(fit.tree, var_name=name, pointwise=True)
        shape = np.asarray(found.pareto_k)
        bad = int(np.sum(~(shape <= KHAT)))
        numbers = (f"{found.elpd:.1f}", f"{found.se:.1f}", f"{found.p:.1f}")
        rows.append((name, str(shape.size), *numbers, f"{shape.max():.2f}", str(bad)))
    columns = (
        "data",
        "number",
        "elpd (nats)",
        "standard error",
        "effective parameters",
        "largest k",
        "bad k",
    )
    return Table(columns, tuple(rows), "Leave-one-out cross-validation (PSIS-LOO)")


def power_scaling(fit: SavedFit) -> Table:
    """Return the sensitivity of each posterior to power-scaling of the prior and the likelihood."""
    rows = [
        (str(label), f"{row['prior']:.3f}", f"{row['likelihood']:.3f}", _verdict(row))
        for label, row in sensitivity(fit).iterrows()
    ]
    columns = ("parameter", "moves with the prior", "moves with the data", "ArviZ's diagnosis")
    return Table(columns, tuple(rows), "Power-scaling sensitivity")


def _verdict(row: Any) -> str:
    return "none" if row["diagnosis"] == "✓" else row["diagnosis"]
