"""Priors of the inputs of a run with their sources, and input shifts under a condition."""

from collections.abc import Iterator, Mapping
from typing import Any

from datawall.formatting import between, quantity, share
from datawall.reporting.document import Section, Table
from datawall.reporting.figures import base, forecast
from datawall.reporting.labels import moved_most
from datawall.reporting.provenance import given_of, sentences
from datawall.reporting.saved import SavedRun


def conditioning(run: SavedRun) -> Section:
    """Return the inputs moved by a condition, with their shifts."""
    given = given_of(run.manifest)
    rows = []
    for name, row in moved_most(run.flat["given"]["inputs"]).items():
        shift = "known" if row["shift"] is None else f"{row['shift']:+.2f} ±{row['mcse_shift']:.3f}"
        width = f"x{row['width_ratio']:.2f} ±{row['mcse_width_ratio']:.3f}"
        rows.append((name, _belief(row, "before"), _belief(row, "after"), shift, width))
    return Section(
        "conditioning",
        f"What does {given} say of the inputs?",
        f"{next(sentences(run.manifest))} The inputs of these futures are others than those of all: here are "
        "those that have surely moved, the most informed first.",
        (
            base.block(
                "conditioning",
                lambda: forecast.conditioning(run.tree),
                f"Intervals of the inputs before and after {given}",
                "Grey: 80 % interval before; blue: after, with a dot at the median; on a scale on which the "
                "input was standard normal.",
            ),
            Table(
                ("input", "before", "after", "shift in sd", "width"),
                tuple(rows),
                "Which inputs has this moved? Median (80 % interval)",
            ),
        ),
    )


def beliefs(run: SavedRun) -> Section:
    """Return the prior of each input with its source."""
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
            about = (
                f"{prior['meaning']}. {prior['source']} ({prior['date']}, {prior['confidence']} confidence)"
            )
            rows.append((name, *_numbers(drawn[name], prior["unit"]), prior["unit"], about))
    columns = ("input", "10 %", "median", "90 %", "unit", "meaning and source")
    return Table(columns, tuple(rows), "Inputs: quantiles of the draws kept")


def _numbers(values: Any, unit: str) -> Iterator[str]:
    if "options" in values.attrs:
        found = ((option, float((values == k).mean())) for k, option in enumerate(values.attrs["options"]))
        yield from ("", ", ".join(f"{option} {share(part)}" for option, part in found if part > 0), "")
        return
    for level in values.quantile([0.1, 0.5, 0.9]).values:
        yield quantity(float(level), unit)


def _correlations(run: SavedRun) -> Table:
    found = run.manifest["scenario_resolved"].get("correlations", [])
    rows = tuple((f"{c['inputs'][0]}, {c['inputs'][1]}", f"{c['spearman']:.2f}", c["source"]) for c in found)
    return Table(("inputs", "rank correlation", "source"), rows, "Inputs that move together")


def _belief(row: Mapping[str, Any], when: str) -> str:
    """Return the distribution of an input ``"before"`` or ``"after"`` a condition, in a few words.

    Examples
    --------
    >>> _belief({"unit": "year", "after_q10": 2027.1, "after_q50": 2029.0, "after_q90": 2031.0}, "after")
    '2029.00 (2027.10 to 2031.00)'
    >>> _belief({"unit": "choice", "after[unused]": 0.25, "after[used]": 0.75}, "after")
    'unused 25 %, used 75 %'
    """
    if row["unit"] == "choice":
        shares = {key: part for key, part in row.items() if key.startswith(f"{when}[")}
        found = ((key[len(when) + 1 : -1], part) for key, part in shares.items() if part)
        return ", ".join(f"{option} {100 * part:.0f} %" for option, part in found)
    levels = {key: row[f"{when}_{key}"] for key in ("q10", "q50", "q90")}
    return between(levels, lambda value: quantity(value, row["unit"], 2))
