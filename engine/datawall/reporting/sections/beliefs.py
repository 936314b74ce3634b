"""What the run believes about its inputs, and on whose word."""

from collections.abc import Iterator
from typing import Any

from datawall.formatting import amount, date
from datawall.reporting.document import Section, Table
from datawall.reporting.saved.forecast import SavedRun


def section(run: SavedRun) -> Section:
    """Return the section."""
    scenario = run.manifest["scenario_resolved"]
    late = run.manifest["sources_after_as_of"]
    lead = f"{' '.join(scenario['description'].split())}"
    if late:
        lead += f" Dated after the as-of date, so not known then: {', '.join(late)}."
    return Section("beliefs", "What goes in, and on whose word?", lead, (_inputs(run), _correlations(run)))


def _inputs(run: SavedRun) -> Table:
    drawn = run.tree["prior"].to_dataset()
    rows = []
    for name, prior in run.manifest["scenario_resolved"]["priors"].items():
        if name in drawn:
            numbers = _numbers(drawn[name], prior["unit"])
            about = (
                f"{prior['meaning']}. {prior['source']} ({prior['date']}, {prior['confidence']} confidence)"
            )
            rows.append((name, *numbers, prior["unit"], about))
    columns = ("input", "10 %", "median", "90 %", "unit", "meaning and source")
    return Table(columns, tuple(rows), "Inputs: quantiles of the draws kept")


def _numbers(values: Any, unit: str) -> Iterator[str]:
    if "options" in values.attrs:
        shares = ((option, float((values == k).mean())) for k, option in enumerate(values.attrs["options"]))
        yield ""
        yield ", ".join(f"{option} {share:.0%}" for option, share in shares if share > 0)
        yield ""
        return
    for quantile in values.quantile([0.1, 0.5, 0.9]).values:
        yield date(float(quantile)) if unit == "year" else amount(float(quantile), 3)


def _correlations(run: SavedRun) -> Table:
    found = run.manifest["scenario_resolved"].get("correlations", [])
    cells = tuple((f"{c['inputs'][0]}, {c['inputs'][1]}", f"{c['spearman']:.2f}", c["source"]) for c in found)
    return Table(("inputs", "rank correlation", "source"), cells, "Inputs that move together")
