"""Figures of a comparison: scenarios side by side, and decompositions of their differences."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from datawall.analysis.comparison.export import effect, flat_decomposition, unit_name
from datawall.forecasting.export import manifest
from datawall.forecasting.quantities import flop_label
from datawall.model.outputs import title_of
from datawall.reporting.figures import base, charts, rows, style
from datawall.reporting.figures.base import Drawn
from datawall.reporting.figures.forecast import BANDS, FANS, date_row
from datawall.reporting.labels import wall_label

_EACH = 3
"""Panels of each kind of date."""
_FAMILIES = ("wall.", "compute_date[", "release.raw[")
_EXPLAINED = 2
"""Outputs drawn of each family, if not all fit."""

type Trees = Mapping[str, xr.DataTree]
"""Groups ``cdf`` and ``summary`` of each scenario, by its name."""


def sides(tree: xr.DataTree) -> Trees:
    """Return the scenarios of a comparison by name."""
    return {str(name): one for name, one in tree["scenarios"].children.items()}


def curves(trees: Trees, wall: str) -> Drawn:
    """Draw the probability that a wall has been reached, a curve for each scenario."""
    return charts.cdfs(_curves(trees, "wall_date", {"wall": wall}), f"Wall: {wall_label(wall)}")


def dates(trees: Trees) -> Drawn:
    """Draw the cumulative distributions of the main dates, those of all scenarios in one panel."""
    first = next(iter(trees.values()))["cdf"].to_dataset()
    walls = [str(wall) for wall in first["wall"].values if str(wall).startswith("tokens[")]
    panels: dict[str, tuple[str, dict[str, Any]]] = {
        f"Wall: {wall_label(wall)}": ("wall_date", {"wall": wall}) for wall in walls[:_EACH]
    }
    for level in _middle(first["level"].values):
        panels[f"First run of {flop_label(level)} FLOP"] = ("compute_date", {"level": level})
    for index in _middle(first["generation"].values):
        at = {"compute": "raw", "generation": index}
        panels[f"Generation {index:g}, raw"] = ("release", at)
    return charts.cdf_panels(
        {title: _curves(trees, variable, at) for title, (variable, at) in panels.items()}
    )


def path(trees: Trees, variable: str) -> Drawn:
    """Draw a path of each scenario as a fan."""
    first = next(iter(trees.values()))
    unit = FANS[variable][1] if variable in FANS else first["summary"][variable].attrs["unit"]
    found = [
        charts.Fan(tree["summary"].to_dataset(), variable, name, style.SERIES[k % 5])
        for k, (name, tree) in enumerate(trees.items())
    ]
    return charts.fans(found, unit, title=title_of(variable))


def intervals(trees: Trees, walls: Sequence[str]) -> Drawn:
    """Draw the 80 % interval and the median of each wall in each scenario."""
    found = [
        date_row(tree, "wall_date", {"wall": wall}, f"{wall_label(wall)}: {name}", style.SERIES[k % 5])
        for wall in walls
        for k, (name, tree) in enumerate(trees.items())
    ]
    facts = [manifest(tree) for tree in trees.values()]
    start = min(one["as_of"] for one in facts)
    limits = (start, min(max(one["horizon"] for one in facts), start + 20.0))
    return rows.draw(found, limits, left=2.6, step=0.26, title="Date of each wall")


def differences(tree: xr.DataTree) -> Drawn:
    """Draw the effects of each group of inputs on the differences of the main outputs."""
    _, *others = sides(tree)
    panels = {
        output if len(others) == 1 else f"{output}, {name}": row
        for name, one in tree["decompositions"].children.items()
        for output, row in _explained(flat_decomposition(one.to_dataset())).items()
    }
    titles = [f"{name}, by {row['by']:.1f}" if "by" in row else name for name, row in panels.items()]
    fig, grid = base.grid(titles, 1.9, right=0.1, left=0.95)
    for axes, row in zip(grid, panels.values(), strict=True):
        _effects(axes, row)
    return Drawn(fig)


def _curves(trees: Trees, variable: str, at: dict) -> list[charts.CdfLine]:
    found = []
    for name, tree in trees.items():
        cdf = tree["cdf"].to_dataset()
        if all(value in cdf[dim].values for dim, value in at.items()):
            found.append(charts.CdfLine(cdf["date"].values, cdf[variable].sel(at).values, name))
    return found


def _middle(values: np.ndarray) -> Sequence[float]:
    start = max(0, (len(values) - _EACH) // 2)
    return values[start : start + _EACH].tolist()


def _explained(rows: dict[str, dict]) -> dict[str, dict]:
    """Return the outputs to be drawn: all if they are few, else the first ones of each family."""
    if len(rows) <= _EXPLAINED * len(_FAMILIES):
        return rows
    families = [[output for output in rows if output.startswith(family)] for family in _FAMILIES]
    return {output: rows[output] for family in families for output in family[:_EXPLAINED]}


def _effects(axes: Axes, row: dict) -> None:
    scale = 100.0 if row["unit"] == "probability" else 1.0
    groups = {group: own for group, own in row["groups"].items() if any(own.values())}

    def values(key: str) -> np.ndarray:
        return scale * np.array([own[key] if own[key] is not None else np.nan for own in groups.values()])

    places = np.arange(len(groups))
    axes.barh(places, values("shapley"), xerr=2.0 * values("mcse_shapley"), color=style.BLUE, height=0.55)
    axes.plot(values("from_other"), places, linestyle="", marker=">", color=style.ORANGE, markersize=5)
    axes.plot(values("from_first"), places, linestyle="", marker="<", color=style.GREEN, markersize=5)
    axes.axvline(0.0, color=style.GREY, linewidth=0.8)
    axes.set_yticks(places, list(groups))
    axes.set_ylim(max(len(groups), 1) - 0.5, -0.5)
    total = effect(row, "total", row["unit"])
    axes.set_xlabel(f"{unit_name(row['unit'])}; in all {total}")


def _alone(draw: Callable[[xr.DataTree], Drawn], how: str, tree: xr.DataTree) -> Figure:
    facts, names = manifest(tree), list(sides(tree))
    run = f"{facts['draws']:,} draws of each on common random numbers, seed {facts['seed']}."
    return style.headed(draw(tree).figure, " against ".join(names), f"{how} {run}")


EFFECTS = (
    "Bars: effect of taking a group of inputs from the first scenario, averaged over all orders, ± two "
    "standard errors. Triangles: the group alone into the other scenario (right), and last (left)."
)
FIGURES: dict[str, Callable[[xr.DataTree], Figure]] = {
    "dates": partial(
        _alone, lambda tree: dates(sides(tree)), "Chance that it has come by a date; the rest is never."
    ),
    **{
        name: partial(_alone, lambda tree, name=name: path(sides(tree), name), BANDS)
        for name in ("frontier_flop", "demand_tokens", "supply_tokens")
    },
    "differences": partial(_alone, differences, EFFECTS),
}
"""Every figure of a comparison's folder, by the name of its file."""
