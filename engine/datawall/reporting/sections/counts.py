"""How many models exceed an amount of training compute."""

from datawall.forecasting.quantities import level_label
from datawall.reporting.document import Section, Table
from datawall.reporting.figures import fans, style, svg
from datawall.reporting.saved.forecast import SavedRun

YEARS = ("2027", "2028", "2030", "2035", "2040")


def asked(run: SavedRun) -> bool:
    """Return whether the run counts models."""
    return run.summary.sizes.get("threshold", 0) > 0


def section(run: SavedRun) -> Section:
    """Return the section."""
    thresholds = [float(level) for level in run.summary["threshold"].values]
    drawn = [
        fans.Fan(
            run.summary.sel(threshold=level),
            "model_count",
            f"above {level_label(level)}",
            style.SERIES[k % 5],
        )
        for k, level in enumerate(thresholds)
    ]
    drawing, hover = fans.draw(drawn, "models", floor=0.5)
    return Section(
        "counts",
        "How many models exceed a compute threshold?",
        "The expected number of public training runs above a threshold that have been trained by the start "
        "of a year. Rules that start at an amount of compute apply to so many models.",
        (
            svg.block(
                "model-counts",
                drawing,
                "Number of models above thresholds of training compute, by year",
                "Lines: medians; bands: 50, 80 and 90 % of the futures. Below half a model nothing is drawn.",
                hover=hover,
            ),
            _table(run),
        ),
    )


def _table(run: SavedRun) -> Table:
    years = [year for year in YEARS if run.names("model_count.") and _has(run, year)]
    rows = []
    for level in run.summary["threshold"].values:
        name = f"model_count.{level_label(float(level))}"
        for quantile, key in (("10 %", "q10"), ("median", "q50"), ("90 %", "q90")):
            cells = (run.amount(f"{name}[{year}]", key) for year in years)
            rows.append((f"{level_label(float(level))}, {quantile}", *cells))
    return Table(("above, FLOP", *years), tuple(rows), "Models above a threshold, at the start of the year")


def _has(run: SavedRun, year: str) -> bool:
    return any(name.endswith(f"[{year}]") for name in run.names("model_count."))
