"""Figures of a forecast: functions of the tree of a run, the same in its folder and on a page."""

import csv
import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

import numpy as np
import xarray as xr
from matplotlib.figure import Figure

from datawall.distributions.special import ndtri
from datawall.forecasting.export import given, manifest
from datawall.forecasting.quantities import flop_label
from datawall.model.criteria import criterion_of
from datawall.model.outputs import title_of
from datawall.reporting.figures import base, charts, rows, style
from datawall.reporting.figures.base import Drawn
from datawall.reporting.labels import moved_most, wall_label, wall_level
from datawall.reporting.provenance import label_of
from datawall.scaling_laws.generations import TABLES
from datawall.scenario import files
from datawall.units import decimal_year

_SINCE = 2019.0
"""First year of the runs drawn; earlier ones say nothing about today's [year]."""


def _known_runs(as_of: float) -> list[tuple[float, float]]:
    """Return release [decimal year] and compute [FLOP] of the runs that set a record, as known at a date."""
    found = sorted(
        (_date(row["release_date"]), float(row["training_flop"]))
        for row in _table("frontier_runs", as_of)
        if row["release_date"] and row["training_flop"]
    )
    records: list[tuple[float, float]] = []
    for date, flop in found:
        if date >= _SINCE and (not records or flop > records[-1][1]):
            records.append((date, flop))
    return records


def _flagships(developer: str, as_of: float) -> list[tuple[float, str]]:
    """Return release dates and names of a developer's flagships, as known at a date."""
    return [
        (_date(row["release_date"]), row["model"])
        for row in _table("flagships", as_of)
        if row["developer"] == developer and row["status"] == "released"
    ]


def _table(name: str, as_of: float) -> Iterator[Mapping[str, str]]:
    with (files.folder() / "evidence" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        yield from (row for row in csv.DictReader(file) if _date(row["date_known"]) <= as_of)


def _date(text: str) -> float:
    return decimal_year(dt.date.fromisoformat(text))


KINDS = {"raw": style.BLUE, "effective": style.ORANGE}
"""Readings of a generation's compute, and their colours."""
_NAMED = ("GPT-4", "GPT-4.5", "GPT-5")
"""Releases that define the common count of generations."""
FANS = {
    "demand_tokens": ("demand", "tokens"),
    "supply_tokens": ("supply, synthetic and distilled too", "tokens"),
    "frontier_flop": ("largest run", "FLOP"),
    "overtraining_headroom": ("headroom", "times smaller"),
}
"""Label and unit of each path."""


def _alone(draw: Callable[[xr.DataTree], Drawn], title: str, how: str, tree: xr.DataTree) -> Figure:
    """Return a standalone figure, with a title, a reading aid and the run that it shows."""
    facts = manifest(tree)
    run = f"{label_of(facts)}, {facts['draws']:,} draws, seed {facts['seed']}."
    return style.headed(draw(tree).figure, title, f"{how} Scenario {run}")


def cdf(tree: xr.DataTree) -> Drawn:
    """Draw the probability that each wall has been reached, a panel for each criterion."""
    found = tree["cdf"].to_dataset()
    panels: dict[str, list[charts.CdfLine]] = {}
    for wall in map(str, found["wall"].values):
        values = found["wall_date"].sel(wall=wall).values
        panel = panels.setdefault(criterion_of(wall).title, [])
        panel.append(charts.CdfLine(found["date"].values, values, wall_level(wall)))
    return charts.cdf_panels(panels)


def dates(tree: xr.DataTree) -> Drawn:
    """Draw the date of each wall as equally likely dots over an 80 % interval."""
    walls = [str(wall) for wall in tree["summary"].to_dataset()["wall"].values]
    found = [
        date_row(tree, "wall_date", {"wall": wall}, wall_label(wall), style.SERIES[k % 2], dots=True)
        for k, wall in enumerate(walls)
    ]
    return rows.draw(found, _limits(tree, 18.0), left=1.75, title="Date of each wall")


def paths(tree: xr.DataTree, *variables: str) -> Drawn:
    """Draw paths by year as fans, by default demand for tokens against their supply."""
    summary = tree["summary"].to_dataset()
    shown: tuple[str, ...] = variables or ("demand_tokens", "supply_tokens")
    about = [FANS.get(name, (name, summary[name].attrs["unit"])) for name in shown]
    found = [
        charts.Fan(summary, name, label, style.SERIES[k % 5])
        for k, (name, (label, _)) in enumerate(zip(shown, about, strict=True))
    ]
    title = title_of(shown[0]) if len(shown) == 1 else "Demand for tokens against their supply"
    if len(shown) > 1 and variables:
        title = ", ".join(label for label, _ in about)
    return charts.fans(found, about[0][1], log="overtraining_headroom" not in shown, title=title)


def compute(tree: xr.DataTree) -> Drawn:
    """Draw the largest run by year, with the median of each ceiling and the known runs."""
    summary = tree["summary"].to_dataset()
    lines = []
    ceilings = [str(name) for name in summary["ceiling"].values]
    if "ceiling_flop" in summary and len(ceilings) > 1:
        for name in ceilings:
            path = summary["ceiling_flop"].sel(ceiling=name, quantile=0.5).values
            lines.append(charts.FanLine(summary["year"].values, path, name, style.CEILINGS[name]))
    label, unit = FANS["frontier_flop"]
    known = _known_runs(manifest(tree)["as_of"])
    return charts.fans(
        [charts.Fan(summary, "frontier_flop", label, style.BLUE)],
        unit,
        lines,
        known,
        title=title_of("frontier_flop"),
    )


def binding(tree: xr.DataTree) -> Drawn:
    """Draw the probability that each ceiling sets the largest run, stacked, by year."""
    summary = tree["summary"].to_dataset()
    values = summary["binding_ceiling"].transpose("year", "ceiling").values
    names = [str(name) for name in summary["ceiling"].values]
    return charts.stacked(summary["year"].values, values, names, "Which ceiling sets the largest run")


def first_runs(tree: xr.DataTree) -> Drawn:
    """Draw the start date of the first run of each amount of compute."""
    levels = [float(level) for level in tree["summary"].to_dataset()["level"].values]
    found = [
        date_row(tree, "compute_date", {"level": level}, f"{flop_label(level)} FLOP", style.BLUE, dots=True)
        for level in levels
    ]
    return rows.draw(
        found, _limits(tree, 20.0), left=1.1, step=0.5, title="Start of the first run of this size"
    )


def releases(tree: xr.DataTree) -> Drawn:
    """Draw the release date of each generation, beside the tables of mid-2024 and the known releases."""
    as_of, end = _limits(tree, 14.0)
    named = tuple((date, name) for date, name in _flagships("OpenAI", as_of) if name in _NAMED)
    drawn = [one for _, one in sorted(_releases(tree), key=lambda entry: entry[0])]
    if named:
        drawn.insert(0, rows.Row("by name, known", style.INK, points=named))
    return rows.draw(
        drawn, (min(2023.0, as_of), end), left=1.75, step=0.36, title="Release of each generation"
    )


def counts(tree: xr.DataTree) -> Drawn:
    """Draw the number of models trained above each threshold, by year."""
    summary = tree["summary"].to_dataset()
    found = [
        charts.Fan(
            summary.sel(threshold=level), "model_count", f"above {flop_label(level)}", style.SERIES[k % 5]
        )
        for k, level in enumerate(map(float, summary["threshold"].values))
    ]
    return charts.fans(found, "models", floor=0.5, title="Models trained above a threshold")


def conditioning(tree: xr.DataTree) -> Drawn:
    """Draw the inputs that a condition moves most: 80 % intervals before and after it."""
    moved = moved_most(given(tree)["inputs"])
    scores = tree["given"].to_dataset()["score"].sel(quantile=[0.1, 0.5, 0.9])
    height = 0.3 * max(len(moved), 1) + 0.8
    fig, axes = base.one(height, left=2.3, right=0.3, title="Inputs before and after the condition")
    reach = float(ndtri(0.9))
    for place, name in enumerate(moved):
        axes.plot([-reach, reach], [place, place], color=style.GRID, linewidth=11, solid_capstyle="butt")
        low, middle, high = scores.sel(input=name).to_numpy()
        if np.isfinite(middle):
            axes.plot(
                [low, high], [place] * 2, color=style.BLUE, linewidth=4, solid_capstyle="butt", alpha=0.5
            )
            axes.plot(middle, place, marker="o", color=style.BLUE, markersize=6)
    axes.set_yticks(range(len(moved)), list(moved))
    axes.set_ylim(max(len(moved), 1) - 0.5, -0.5)
    axes.set_xlim(-3.2, 3.2)
    axes.set_xlabel("standard deviations from the median of the prior")
    axes.grid(axis="y", visible=False)
    return Drawn(fig)


def _limits(tree: xr.DataTree, years: float) -> tuple[float, float]:
    facts = manifest(tree)
    return facts["as_of"], min(facts["horizon"], facts["as_of"] + years)


def date_row(
    tree: xr.DataTree, variable: str, at: dict[str, Any], label: str, colour: str, *, dots: bool = False
) -> rows.Row:
    """Return the row of a date, with quantile dots on request."""
    summary = tree["summary"].to_dataset().sel(at)
    curve = tree["cdf"].to_dataset()[variable].sel(at) if dots else None
    return rows.Row(
        label,
        colour,
        summary[variable].sel(quantile=[0.1, 0.5, 0.9]).values,
        (curve["date"].values, curve.values) if curve is not None and np.isfinite(curve).all() else None,
        past=float(summary[f"{variable}_past"]),
        never=float(summary[f"{variable}_never"]),
    )


def _releases(tree: xr.DataTree) -> Iterator[tuple[tuple[float, int], rows.Row]]:
    """Yield each release and each row of the tables of mid-2024, with its sort key."""
    for order, (kind, colour) in enumerate(KINDS.items()):
        for index in map(float, tree["summary"].to_dataset()["generation"].values):
            at = {"compute": kind, "generation": index}
            yield (index, order), date_row(tree, "release", at, f"{index:g}, {kind}", colour)
    for place, (title, table) in enumerate(TABLES.items()):
        for index, start, end in zip(table.index, table.start, table.release, strict=True):
            label, colour = f"{index:g}, mid-2024 {title}", (style.GREY, style.PURPLE)[place]
            yield (float(index), 2 + place), rows.Row(label, colour, span=(float(start), float(end)))


BANDS = "Lines: medians; bands: 50, 80 and 90 % of the futures."
_BARS = f"Bar: 80 % interval, with a dot at the median. {rows.BEYOND}"
_DOTTED = f"Small dots: one chance in {rows.DOTS} each. {_BARS}"
FIGURES: dict[str, Callable[[xr.DataTree], Figure]] = {
    "demand_and_supply": partial(
        _alone, paths, "Training tokens: what the largest run would use, and what there is", BANDS
    ),
    "wall_dates": partial(
        _alone,
        cdf,
        "When each data wall is reached",
        "Share of futures that have reached the wall by a date, and at the horizon; the rest never do.",
    ),
    "wall_intervals": partial(_alone, dates, "Date of each data wall", _DOTTED),
    "release_dates": partial(
        _alone,
        releases,
        "When a model of each generation is released",
        f"{_BARS} Thin lines with diamonds: training start and deployment in the mid-2024 trend tables.",
    ),
}
"""Every figure of a run folder, by the name of its file."""
what_moved: Callable[[xr.DataTree], Figure] = partial(
    _alone,
    conditioning,
    "What is learned from the condition",
    "Grey: 80 % interval before; blue: after, with a dot at the median; on a scale on which the input was "
    "standard normal.",
)
