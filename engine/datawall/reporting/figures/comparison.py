"""The three figures of a comparison: dates, paths, and what makes the difference."""

from collections.abc import Callable, Iterable

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import PercentFormatter

from datawall.analysis.comparison.export import effect_text, flat_decomposition, unit_name
from datawall.forecasting.export import manifest
from datawall.forecasting.quantities import level_label
from datawall.reporting.figures import style

COLOURS = (style.BLUE, style.ORANGE, style.GREEN, style.PURPLE)
PATHS = {
    "frontier_flop": "largest run, FLOP",
    "demand_tokens": "demand, tokens",
    "supply_tokens": "supply, tokens",
}
EACH = 3
"""Panels of each kind of date."""
FAMILIES = ("wall.", "compute_date[", "release.raw[")
EXPLAINED = 2
"""Outputs of each family whose difference is drawn, where there are more than fit."""


def _names(tree: xr.DataTree) -> list[str]:
    return list(tree["scenarios"].children)


def _source(tree: xr.DataTree) -> str:
    facts = manifest(tree)
    return f"{facts['draws']:,} draws of each scenario on common random numbers, seed {facts['seed']}."


def dates(tree: xr.DataTree) -> Figure:
    """Draw the cumulative distributions of dates, those of all scenarios in one panel."""
    names = _names(tree)
    cdfs = {name: tree[f"scenarios/{name}/cdf"].to_dataset() for name in names}
    rows = _dates_shown(cdfs[names[0]])
    fig = style.figure(
        12,
        1.3 + 2.7 * len(rows),
        " against ".join(names),
        f"Chance that it has come by a date, and at the horizon; the rest is never. {_source(tree)}",
    )
    grid = fig.subplots(len(rows), EACH, squeeze=False)
    top = 1.0 - 0.95 / fig.get_figheight()
    fig.subplots_adjust(left=0.06, right=0.98, top=top, bottom=0.08, hspace=0.5, wspace=0.2)
    for axes, found in zip(grid, rows, strict=True):
        for panel in axes[len(found) :]:
            panel.axis("off")
        for panel, (title, variable, at) in zip(axes, found, strict=False):
            _cdf_panel(panel, title, [cdf[variable].sel(at) for cdf in cdfs.values()])
        axes[0].set_ylabel("probability", size=9)
    lines = [Line2D([], [], color=colour, linewidth=2) for _, colour in zip(names, COLOURS, strict=False)]
    fig.legend(lines, names, loc="upper right", ncols=len(names), frameon=False, fontsize=10)
    return fig


def _dates_shown(cdf: xr.Dataset) -> list[list[tuple[str, str, dict]]]:
    """Return title, variable and coordinates of the panels of each row."""
    walls = [str(wall) for wall in cdf["wall"].values if str(wall).startswith("tokens[")]
    rows = [
        [(f"Wall {wall}", "wall_date", {"wall": wall}) for wall in walls[:EACH]],
        [
            (f"First run of {level_label(level)} FLOP", "compute_date", {"level": level})
            for level in _middle(cdf["level"].values)
        ],
        [
            (f"Release of generation {index:g}, raw", "release", {"compute": "raw", "generation": index})
            for index in _middle(cdf["generation"].values)
        ],
    ]
    return [row for row in rows if row]


def _middle(values: np.ndarray) -> np.ndarray:
    start = max(0, (len(values) - EACH) // 2)
    return values[start : start + EACH]


def _cdf_panel(axes: Axes, title: str, cdfs: Iterable[xr.DataArray]) -> None:
    style.finish(axes)
    for cdf, colour in zip(cdfs, COLOURS, strict=False):
        axes.plot(cdf["date"].values, cdf.values, color=colour, linewidth=2)
        style.years(axes, float(cdf["date"].values[0]), float(cdf["date"].values[-1]), every=5)
    axes.set_ylim(0, 1)
    axes.yaxis.set_major_formatter(PercentFormatter(1.0))
    axes.set_title(title, size=10, color=style.INK, loc="left", weight="bold")


def paths(tree: xr.DataTree) -> Figure:
    """Draw the largest run, demand and supply of each scenario as fans side by side."""
    names = _names(tree)
    fig = style.figure(
        2.0 + 3.6 * len(names),
        9.4,
        " against ".join(names),
        f"Lines: medians; bands: 50, 80 and 90 %. Dashed: median of {names[0]}. {_source(tree)}",
    )
    summaries = {name: tree[f"scenarios/{name}/summary"].to_dataset() for name in names}
    grid = fig.subplots(len(PATHS), len(names), sharex=True, sharey="row", squeeze=False)
    fig.subplots_adjust(left=0.09, right=0.97, top=0.88, bottom=0.06, hspace=0.12, wspace=0.08)
    for axes, (variable, label) in zip(grid, PATHS.items(), strict=True):
        for panel, name, colour in zip(axes, names, COLOURS, strict=False):
            values = summaries[name][variable]
            style.finish(panel)
            _fan(panel, values, colour)
            if name != names[0]:
                middle = summaries[names[0]][variable].sel(quantile=0.5)
                panel.plot(
                    middle["year"].values, middle.values, color=style.INK, linewidth=1.2, linestyle="--"
                )
            style.years(panel, float(values["year"].values[0]), float(values["year"].values[-1]), every=4)
        axes[0].set_yscale("log")
        axes[0].set_ylabel(label, size=10)
    for panel, name in zip(grid[0], names, strict=False):
        panel.set_title(name, size=10, color=style.INK, loc="left", weight="bold")
    return fig


def _fan(axes: Axes, values: xr.DataArray, colour: str) -> None:
    years = values["year"].values
    for lower, upper, opacity in style.BANDS:
        low, high = (values.sel(quantile=level).values for level in (lower, upper))
        axes.fill_between(years, low, high, color=colour, alpha=opacity, linewidth=0)
    axes.plot(years, values.sel(quantile=0.5).values, color=colour, linewidth=2)


def differences(tree: xr.DataTree) -> Figure:
    """Draw what each group of inputs does to the difference of the main outputs."""
    first, *others = _names(tree)
    panels = [
        (output if len(others) == 1 else f"{output}, {name}", row)
        for name, one in tree["decompositions"].children.items()
        for output, row in _explained(flat_decomposition(one.to_dataset())).items()
    ]
    rows = -(-len(panels) // EACH)
    fig = style.figure(
        12,
        1.4 + 2.9 * rows,
        f"What makes {first} differ from {' and '.join(others)}",
        "Bars: effect of taking a group of inputs from it, averaged over all orders, ± two standard errors.\n"
        f"Triangles: the group alone into the other scenario (right), and last (left). {_source(tree)}",
    )
    grid = fig.subplots(rows, EACH, squeeze=False)
    top = 1.0 - 1.3 / fig.get_figheight()
    fig.subplots_adjust(left=0.09, right=0.98, top=top, bottom=0.08, hspace=0.55, wspace=0.4)
    for axes in grid.flat[len(panels) :]:
        axes.axis("off")
    for axes, (title, row) in zip(grid.flat, panels, strict=False):
        _effects_panel(axes, title, row)
    return fig


def _explained(rows: dict[str, dict]) -> dict[str, dict]:
    """Return the outputs to be drawn: all if they are few, else the first ones of each family."""
    if len(rows) <= EXPLAINED * len(FAMILIES):
        return rows
    families = [[output for output in rows if output.startswith(family)] for family in FAMILIES]
    return {output: rows[output] for family in families for output in family[:EXPLAINED]}


def _effects_panel(axes: Axes, title: str, row: dict) -> None:
    scale = 100.0 if row["unit"] == "probability" else 1.0
    groups = {group: own for group, own in row["groups"].items() if any(own.values())}

    def values(key: str) -> np.ndarray:
        return scale * np.array([own[key] if own[key] is not None else np.nan for own in groups.values()])

    places = np.arange(len(groups))
    style.finish(axes)
    axes.barh(places, values("shapley"), xerr=2.0 * values("mcse_shapley"), color=style.BLUE, height=0.55)
    axes.plot(values("from_other"), places, linestyle="", marker=">", color=style.ORANGE, markersize=5)
    axes.plot(values("from_first"), places, linestyle="", marker="<", color=style.GREEN, markersize=5)
    axes.axvline(0.0, color=style.GREY, linewidth=0.8)
    axes.set_yticks(places, list(groups))
    axes.set_ylim(len(groups) - 0.5, -0.5)
    by = f", chance by {row['by']:.2f}" if "by" in row else ""
    axes.set_title(f"{title}{by}", size=10, color=style.INK, loc="left", weight="bold")
    total = effect_text(row, "total", row["unit"])
    axes.set_xlabel(f"{unit_name(row['unit'])}; in all {total}", size=9)


FIGURES: dict[str, Callable[[xr.DataTree], Figure]] = {
    "dates": dates,
    "paths": paths,
    "differences": differences,
}
"""Every figure of a comparison, by the name of its file."""
