"""Figure of a sensitivity analysis: the tornado above the Shapley effects."""

import math
from collections.abc import Callable, Mapping
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from datawall.reporting.figures import base, style
from datawall.reporting.figures.base import Drawn

SHOWN = 15
"""Largest number of inputs in a table or figure; the rest hardly matter."""
_STEP = 0.24
"""Height of the row of an input [inch]."""


def by_importance(flat: Mapping[str, Any]) -> list[str]:
    """Return the inputs in decreasing order of the first available index."""
    for index in ("shapley", "pawn", "rank_correlation", "gradient"):
        if found := flat["indices"].get(index):
            return sorted(found, key=lambda name: -abs(found[name]["value"] or 0.0))
    if crps := flat["value_of_information"].get("crps"):
        gain = crps["inputs"]["gain"]
        return sorted(gain, key=lambda name: -gain[name]["value"])
    return sorted(flat["tornado"], key=lambda name: -_swing(flat["tornado"][name]["at_distribution"]))


def _placed(side: float | str | None, past: float, never: float) -> float:
    """Return an answer as a number for the axis."""
    if isinstance(side, str):
        return past if side == "past" else never
    return math.nan if side is None else side


def _swing(sides: list[float | str | None]) -> float:
    """Return the distance between two answers; past and never lie beyond all dates."""
    low, high = (_placed(side, -math.inf, math.inf) for side in sides)
    return 0.0 if low == high else abs(high - low)


def panels(flat: Mapping[str, Any]) -> dict[str, Callable[..., None]]:
    """Return the drawing function of each panel whose index was computed, by its title."""
    tornado = {"The answer with an input at its 10 % (blue) and 90 % (orange)": _tornado}
    shapley = {"Shapley effect, dependence included": _shapley}
    return (tornado if flat["tornado"] else {}) | (shapley if flat["indices"].get("shapley") else {})


def drivers(flat: Mapping[str, Any]) -> Drawn:
    """Draw the tornado above the Shapley effects, if they were computed.

    Parameters
    ----------
    flat
        As `datawall.analysis.sensitivity.export.sensitivity_summary` returns it.
    """
    names = by_importance(flat)[:SHOWN]
    shown = panels(flat)
    own, left, gap = _STEP * len(names), 2.1, 0.85
    height = (own + gap) * len(shown)
    fig = style.panel(base.WIDTH, height)
    for k, (title, panel) in enumerate(shown.items()):
        bottom = 0.5 + (own + gap) * (len(shown) - 1 - k)
        box = (left / base.WIDTH, bottom / height, 1 - (left + 0.25) / base.WIDTH, own / height)
        axes = base.axes_in(fig, box, title)
        panel(axes, flat, names)
        axes.set_yticks(range(len(names)), names)
        axes.set_ylim(len(names) - 0.5, -0.5)
    return Drawn(fig)


def draw(flat: Mapping[str, Any]) -> Figure | None:
    """Return the standalone figure of an analysis; None if there is nothing to draw."""
    if not panels(flat):
        return None
    facts = flat["manifest"]
    note = (
        f"Scenario {facts['scenario']} as of {facts['as_of']:.2f}, {facts['draws']:,} draws, seed "
        f"{facts['seed']}. Explained: {flat['measure']}."
    )
    return style.headed(drivers(flat).figure, f"What drives {flat['output']}", note)


def _tornado(axes: Axes, flat: Mapping[str, Any], names: list[str]) -> None:
    facts, unit = flat["manifest"], flat["unit"]
    limits = (facts["as_of"], facts["horizon"]) if unit == "year" else (-math.inf, math.inf)
    for row, name in enumerate(names):
        low, high = (_placed(side, *limits) for side in flat["tornado"][name]["at_distribution"])
        axes.plot([low, high], [row, row], color=style.GREY, linewidth=7, alpha=0.3, solid_capstyle="butt")
        axes.plot(low, row, marker="o", color=style.BLUE, markersize=6, clip_on=False, zorder=4)
        axes.plot(high, row, marker="o", color=style.ORANGE, markersize=6, clip_on=False, zorder=4)
    if not isinstance(flat["answer"], str):
        axes.axvline(flat["answer"], color=style.GREY, linewidth=1, linestyle=(0, (2, 2)), zorder=1)
    label = unit
    if unit == "year":
        style.years(axes, *limits, 4)
        label = "date; at the ends past and never"
    elif unit == "probability":
        axes.xaxis.set_major_formatter(PercentFormatter(1.0))
    elif facts["own_unit"] == "oom":
        axes.set_xscale("log")
    axes.set_xlabel(label)


def _shapley(axes: Axes, flat: Mapping[str, Any], names: list[str]) -> None:
    found = [flat["indices"]["shapley"][name] for name in names]
    axes.barh(
        range(len(names)),
        [row["value"] for row in found],
        xerr=[2.0 * row["mcse"] for row in found],
        color=style.BLUE,
        alpha=0.75,
        height=0.62,
        error_kw={"elinewidth": 1, "ecolor": style.INK},
    )
    axes.xaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
    axes.set_xlim(left=0.0)
    axes.set_xlabel("share of the variance (lines: two standard errors)")
