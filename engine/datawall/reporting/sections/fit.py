"""Fit document: verdicts on the posteriors, then a section for each fit."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import arviz as az
import numpy as np

from datawall.formatting import quantity, share, significant
from datawall.inference.diagnostics import TAILS
from datawall.inference.fit_by_name import KHAT
from datawall.model.inputs import DECLARATIONS
from datawall.reporting.document import Banner, Block, Page, Prose, Section, Table
from datawall.reporting.figures.fit import (
    POWER_SCALING,
    PREDICTIVE,
    PRIOR_POSTERIOR,
    SAMPLING,
    quiet,
    sensitivity,
)
from datawall.reporting.saved import SavedFit
from datawall.scenario.posterior import distribution

_COLUMNS = ("module", "what it infers", "R-hat", "ESS bulk", "ESS tail", "divergences", "verdict")


def document(fits: Sequence[SavedFit], title: str | None = None) -> Page:
    """Return the report of some fits; by default its title names the modules."""
    return Page(
        title or f"Evidence: {', '.join(fit.name for fit in fits)}",
        f"{len(fits)} {'fit' if len(fits) == 1 else 'fits'} of evidence by the no-U-turn sampler",
        tuple(_first_screen(fits)),
        tuple(map(section, fits)),
    )


def _first_screen(fits: Sequence[SavedFit]) -> Iterator[Block]:
    failed = [fit.name for fit in fits if fit.faults]
    for name in failed:
        yield Banner("error", f"The posterior of {name} cannot be trusted: see its section.")
    learned = "; ".join(f"{fit.name}: {fit.summary['title']}" for fit in fits)
    verdict = f"Not to be trusted: {', '.join(failed)}" if failed else "Every diagnostic passes"
    yield Prose(f"What evidence says of the inputs of the forecast ({learned}). {verdict}.")
    yield Table(_COLUMNS, tuple(map(_row, fits)), "Can they be trusted?")


def _row(fit: SavedFit) -> tuple[str, ...]:
    found = fit.manifest["diagnosis"]
    numbers = (f"{found['r_hat']:.3f}", f"{found['ess_bulk']:.0f}", f"{found['ess_tail']:.0f}")
    verdict = "NOT trusted" if fit.faults else "trusted"
    return (fit.name, fit.summary["title"], *numbers, str(found["divergences"]), verdict)


def brief(summary: Mapping[str, Any]) -> Page:
    """Return the document of one fit for the terminal, from its summary alone."""
    module = summary["module"]
    tables = (_parameters(summary), _inputs(summary), _rivals(summary), _trust(summary))
    shown = Section(f"fit-{module}", summary["title"], "", tuple(table for table in tables if table.rows))
    return Page(f"Evidence: {module}", f"Module {module}, seed {summary['manifest']['seed']}", (), (shown,))


def section(fit: SavedFit) -> Section:
    """Return the section of a fit: posterior and diagnostics."""
    title = f"Evidence: {fit.summary['title']}"
    return Section(f"fit-{fit.name}", title, _lead(fit), tuple(_blocks(fit)))


def _lead(fit: SavedFit) -> str:
    sizes = fit.group("posterior").sizes
    return (
        f"Module {fit.name}, fitted with {sizes['chain']} chains of {sizes['draw']} draws, seed "
        f"{fit.manifest['seed']}. Sources: {'; '.join(fit.manifest['sources'])}."
    )


def _blocks(fit: SavedFit) -> Iterator[Block]:
    """Yield blocks on the posterior, predictive checks, prior sensitivity and sampling diagnostics."""
    if fit.faults:
        yield Banner("error", f"This posterior cannot be trusted: {'; '.join(fit.faults)}.")
    yield _posterior(fit)
    yield PRIOR_POSTERIOR.block(fit)
    yield from _some(_inputs(fit.summary))
    yield from (picture.block(fit) for picture in PREDICTIVE)
    if fit.has("log_likelihood") and fit.is_finite("log_likelihood"):
        yield _loo(fit)
    yield from _some(_rivals(fit.summary))
    yield POWER_SCALING.block(fit)
    if fit.has("log_prior") and fit.has("log_likelihood"):
        yield _power_scaling(fit)
    yield _trust(fit.summary)
    yield from (picture.block(fit) for picture in SAMPLING)


def _some(table: Table) -> Iterator[Block]:
    if table.rows:
        yield table


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


def _inputs(summary: Mapping[str, Any]) -> Table:
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


def _rivals(summary: Mapping[str, Any]) -> Table:
    """Return the comparison with other models of the same evidence."""
    rows = []
    for name, row in summary.get("comparison", {}).items():
        difference = f"{row['elpd_diff']:.1f} ± {row['dse']:.1f}"
        rows.append((name, f"{row['elpd']:.1f}", difference, f"{row['weight']:.2f}", f"{row['bad_k']:.0f}"))
    columns = ("model", "elpd", "to the best", "stacking weight", "bad k")
    return Table(columns, tuple(rows), "Rival models by PSIS-LOO")


def _trust(summary: Mapping[str, Any]) -> Table:
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


def _posterior(fit: SavedFit) -> Table:
    """Return ArviZ's summary of the headline parameters."""
    with quiet():
        # not rounded by ArviZ, whose two digits turn every year into 2000
        table = az.summary(
            fit.tree, var_names=fit.headline, ci_prob=TAILS[1] - TAILS[0], ci_kind="eti", round_to="none"
        )
    moments = ("mean", "sd", "5 %", "95 %")
    columns = ("parameter", "unit", *moments, "MCSE of mean", "ESS bulk", "ESS tail", "R-hat")
    rows = [(str(label), _unit(fit, str(label)), *_summary(row)) for label, row in table.iterrows()]
    return Table(columns, tuple(rows), "Posterior")


def _summary(row: Any) -> tuple[str, ...]:
    levels = [significant(row[name]) for name in ("mean", "sd", *row.index[2:4])]
    counts = [f"{row[name]:.0f}" for name in ("ess_bulk", "ess_tail")]
    return (*levels, f"{row['mcse_mean']:.2g}", *counts, f"{row['r_hat']:.3f}")


def _unit(fit: SavedFit, label: str) -> str:
    return fit.group("posterior")[label.partition("[")[0]].attrs.get("unit", "1")


def _loo(fit: SavedFit) -> Table:
    """Return leave-one-out (LOO) predictive accuracy for each set of data."""
    rows = []
    for name in map(str, fit.group("observed_data")):
        with quiet():
            found: Any = az.loo(fit.tree, var_name=name, pointwise=True)
        shape = np.asarray(found.pareto_k)
        bad = int(np.sum(~(shape <= KHAT)))
        numbers = (f"{found.elpd:.1f}", f"{found.se:.1f}", f"{found.p:.1f}")
        rows.append((name, str(shape.size), *numbers, f"{shape.max():.2f}", str(bad)))
    heads = ("elpd (nats)", "standard error", "effective parameters")
    columns = ("data", "number", *heads, "largest k", "bad k")
    return Table(columns, tuple(rows), "Leave-one-out cross-validation (PSIS-LOO)")


def _power_scaling(fit: SavedFit) -> Table:
    """Return the sensitivity of each posterior to power-scaling of the prior and the likelihood."""
    rows = [
        (str(label), f"{row['prior']:.3f}", f"{row['likelihood']:.3f}", _verdict(row))
        for label, row in sensitivity(fit).iterrows()
    ]
    columns = ("parameter", "moves with the prior", "moves with the data", "ArviZ's diagnosis")
    return Table(columns, tuple(rows), "Power-scaling sensitivity")


def _verdict(row: Any) -> str:
    return "none" if row["diagnosis"] == "✓" else row["diagnosis"]
