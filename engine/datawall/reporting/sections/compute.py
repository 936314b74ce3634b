"""The largest training run: how large, what holds it back, and when it reaches round numbers."""

from collections.abc import Iterator

import numpy as np

from datawall.reporting.document import Block, Figure, Section, Table
from datawall.reporting.figures import fans, rows, shares, style, svg
from datawall.reporting.known_runs import known_runs
from datawall.reporting.labels import bracketed
from datawall.reporting.saved.forecast import SavedRun
from datawall.reporting.sections.dates import interval_of, table

QUANTILES = (("10 %", "q10"), ("median", "q50"), ("90 %", "q90"))


def section(run: SavedRun) -> Section:
    """Return the section."""
    return Section(
        "compute",
        "How large is the largest training run, and what holds it back?",
        "The largest run that has been started follows the lowest of several ceilings and never shrinks.",
        tuple(_blocks(run)),
    )


def _blocks(run: SavedRun) -> Iterator[Block]:
    yield _fan(run)
    if "ceiling" in run.summary.dims and run.summary.sizes["ceiling"] > 1:
        yield _binding(run)
    yield _by_year(run)
    if "compute_date" in run.summary:
        labels = {name: bracketed(name) for name in run.names("compute_date[")}
        yield _levels(run, labels)
        yield table(run, labels, "FLOP", "First run of at least so much compute: start of training")


def _fan(run: SavedRun) -> Figure:
    lines = []
    ceilings = [str(name) for name in run.summary["ceiling"].values]
    if "ceiling_flop" in run.summary and len(ceilings) > 1:
        for k, name in enumerate(ceilings):
            path = run.summary["ceiling_flop"].sel(ceiling=name, quantile=0.5).values
            lines.append(fans.Line(run.summary["year"].values, path, name, style.CEILINGS[k % 6]))
    drawing, hover = fans.draw(
        (fans.Fan(run.summary, "frontier_flop", "largest run", style.BLUE),),
        "FLOP",
        lines,
        known_runs(run.limits[0]),
    )
    return svg.block(
        "compute-by-year",
        drawing,
        "Training compute of the largest run by year, with the median of each ceiling",
        "Band: the largest run (50, 80 and 90 %). Dashed: median of each ceiling alone. Points: the "
        "largest public runs known at the as-of date, by release.",
        hover=hover,
    )


def _binding(run: SavedRun) -> Figure:
    years, labels = run.summary["year"].values, [str(name) for name in run.summary["ceiling"].values]
    values = run.summary["binding_ceiling"].transpose("year", "ceiling").values
    drawing, hover = shares.stacked(years, values, labels)
    rows_ = tuple(
        (label, *(run.probability(f"binding.{label}[{year}]") for year in _years(run))) for label in labels
    )
    return svg.block(
        "binding-ceiling",
        drawing,
        "Probability that each ceiling sets the largest run, stacked, by year",
        "Which ceiling sets the size of the largest run, as a share of the futures.",
        table=Table(("ceiling", *_years(run)), rows_),
        hover=hover,
    )


def _years(run: SavedRun) -> list[str]:
    """Return the dates that a table of years shows: the first, and every other one."""
    labels = [bracketed(name) for name in run.names("frontier_flop[")]
    return [labels[0], *labels[2::3]]


def _by_year(run: SavedRun) -> Table:
    paths = (("frontier_flop", "largest run, FLOP"), ("demand_tokens", "demand, tokens"))
    paths += (("supply_tokens", "supply, tokens"),)
    cells = tuple(
        (f"{title}, {quantile}", *(run.amount(f"{path}[{year}]", key) for year in _years(run)))
        for path, title in paths
        for quantile, key in QUANTILES
    )
    return Table(("quantity", *_years(run)), cells, "Compute, demand and supply by year")


def _levels(run: SavedRun, labels: dict[str, str]) -> Figure:
    limits = (run.limits[0], min(run.limits[1], run.limits[0] + 20.0))
    found = [
        rows.Row(
            f"{label} FLOP",
            style.BLUE,
            interval_of(run, name),
            _curve(run, float(label)),
            past=run.row(name)["p_past"],
            never=run.row(name)["p_never"],
        )
        for name, label in labels.items()
    ]
    return svg.block(
        "compute-levels",
        rows.draw(found, limits, left=1.1, step=0.5),
        "When the first training run of each size starts",
        "Start of the first run of at least so much compute. Small dots: one chance in 20 each; bar: 80 %.",
    )


def _curve(run: SavedRun, level: float) -> tuple[np.ndarray, np.ndarray] | None:
    values = run.cdf["compute_date"].sel(level=level, method="nearest").values
    return (run.cdf["date"].values, values) if np.isfinite(values).all() else None
