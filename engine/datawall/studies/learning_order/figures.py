"""Figure and table of the learning-order experiment."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import matplotlib
import numpy as np
from matplotlib.ticker import PercentFormatter

from datawall.reporting.document import Page
from datawall.reporting.document import Table as DocumentTable
from datawall.reporting.figures import style

if TYPE_CHECKING:
    from collections.abc import Mapping

    import xarray as xr
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_BANDS = style.BANDS[1:]


def _shades(count: int) -> np.ndarray:
    """Return colours from dark to light that keep their order in any common colour vision."""
    return matplotlib.colormaps["viridis"](np.linspace(0.0, 0.85, count))


def _label_curve(axes: Axes, steps: np.ndarray, accuracy: np.ndarray, threshold: float, text: str) -> None:
    """Label a curve where it reaches the threshold, or else at its end."""
    above = accuracy >= threshold
    if above.any():
        at = int(np.argmax(above))
        x, y, side = steps[at], threshold, "center"
    else:
        x, y, side = steps[-1] * 1.15, accuracy[-1], "left"
    colour = axes.lines[-1].get_color()
    axes.text(x, y, text, size=9, weight="bold", color=colour, ha=side, va="center", zorder=4).set_bbox(
        {"facecolor": "white", "edgecolor": "none", "pad": 1.2}
    )


def _end_heights(ends: np.ndarray, least: float = 0.03) -> np.ndarray:
    """Return heights near the given ones, in the same order, at least `least` apart."""
    placed = np.empty_like(ends)
    previous = -np.inf
    for index in np.argsort(ends, kind="stable"):
        previous = placed[index] = max(ends[index], previous + least)
    return placed


def _curves(axes: Axes, tree: xr.DataTree) -> None:
    accuracy = tree["curves"].to_dataset()["accuracy"]
    steps, threshold = accuracy["step"].values, float(tree["constant_data"].to_dataset()["threshold"])
    signs, mean = accuracy["k"].values, accuracy.mean("seed").values
    learned = (mean >= threshold).any(axis=1)
    ends = np.where(learned, np.inf, mean[:, -1])
    # the fewer signs, the higher the label where two ends meet
    heights = _end_heights(ends[::-1])[::-1]
    for row, colour in enumerate(_shades(len(signs))):
        axes.plot(steps, accuracy.values[row].T, color=colour, linewidth=0.7, alpha=0.45)
        axes.plot(steps, mean[row], color=colour, linewidth=2)
        curve = mean[row] if learned[row] else np.append(mean[row, :-1], heights[row])
        _label_curve(axes, steps, curve, threshold, f"k = {signs[row]}" if row == 0 else f"{signs[row]}")
    axes.axhline(threshold, color=style.GREY, linewidth=0.8, linestyle=(0, (2, 2)), zorder=1)
    axes.text(steps[0], threshold + 0.008, "learned", size=8, color=style.GREY, va="bottom")
    axes.set_xscale("log")
    axes.set_ylim(0.46, 1.01)
    axes.yaxis.set_major_formatter(PercentFormatter(1.0))
    axes.set_xlabel("training steps", size=10)
    axes.set_ylabel("accuracy on held-out data", size=10)
    axes.set_title("Accuracy, a colour for each k", size=10, color=style.INK, loc="left")


def _line(axes: Axes, tree: xr.DataTree) -> None:
    """Draw the posterior of the regression line: steps to learn against k."""
    posterior = tree["posterior"].to_dataset()
    ends = tree["observed_data"].to_dataset()["k"].values[[0, -1]]
    k = np.linspace(ends[0] - 0.3, ends[1] + 0.3, 60)
    centre = float(tree["constant_data"].to_dataset()["centre"])
    intercept, slope = (posterior[name].values.reshape(-1, 1) for name in ("intercept", "slope"))
    lines = intercept + slope * (k - centre)
    for lower, upper, opacity in _BANDS:
        low, high = 10.0 ** np.quantile(lines, [lower, upper], axis=0)
        axes.fill_between(k, low, high, color=style.GREY, alpha=opacity, linewidth=0)
    axes.plot(k, 10.0 ** np.median(lines, axis=0), color=style.GREY, linewidth=1.5)


def _steps(axes: Axes, tree: xr.DataTree) -> None:
    _line(axes, tree)
    observed, censored = (
        tree["observed_data"].to_dataset()["log10_steps"],
        tree["constant_data"].to_dataset()["censored"].values,
    )
    offsets = np.linspace(-0.3, 0.3, observed.sizes["seed"] + 2)[1:-1]
    signs, budget = observed["k"].values, float(tree["constant_data"].to_dataset()["budget"])
    for row, colour in enumerate(_shades(len(signs))):
        x, y, stopped = signs[row] + offsets, 10.0 ** observed.values[row], censored[row]
        axes.scatter(x[~stopped], y[~stopped], s=22, color=colour, linewidth=0, zorder=3)
        for where in x[stopped]:
            axes.annotate(
                "",
                (where, 1.5 * budget),
                (where, budget),
                arrowprops={"arrowstyle": "-|>", "color": colour, "shrinkA": 0, "shrinkB": 0},
            )
    if censored.any():
        axes.axhline(budget, color=style.GREY, linewidth=0.8, linestyle=(0, (2, 2)), zorder=1)
        axes.text(
            0.98,
            0.03,
            "dashed: the budget of steps\narrow: not learned within it",
            transform=axes.transAxes,
            size=8,
            color=style.GREY,
            ha="right",
        )
    axes.set_yscale("log")
    axes.set_ylim(top=2.2 * budget)
    axes.set_xlim(signs[0] - 0.5, signs[-1] + 0.5)
    axes.set_xticks(signs)
    axes.set_xlabel("k, signs in the product", size=10)
    axes.set_ylabel("training steps to learn", size=10)
    axes.set_title(_claim(tree), size=10, color=style.INK, loc="left")


def _claim(tree: xr.DataTree) -> str:
    low, middle, high = np.quantile(tree["posterior"].to_dataset()["ooms_per_two"].values, [0.1, 0.5, 0.9])
    return f"Two more signs: 10^{middle:.2f} times the steps ({low:.2f} to {high:.2f}, 80 %)"


def draw(tree: xr.DataTree) -> Figure:
    """Draw accuracy against training steps, and steps to learn against k with the posterior of the delay."""
    facts = json.loads(tree.attrs["manifest"])
    title = "In which order a small network learns: the sign of a product of k standard normals"
    reading = (
        f"Lines: mean and each of {facts['seeds']} seeds, fresh data at every step. Right: each network, and "
        f"the fitted line with its 50 and 80 % bands. {facts['steps']:,} steps, seed {facts['seed']}."
    )
    fig = style.panel(12, 4.7)
    left, right = fig.subplots(1, 2, width_ratios=(6, 5))
    fig.subplots_adjust(left=0.065, right=0.985, top=0.97, bottom=0.12, wspace=0.24)
    _curves(left, tree)
    _steps(right, tree)
    for axes in (left, right):
        style.finish(axes)
    return style.headed(fig, title, reading)


def document(flat: Mapping[str, Any]) -> Page:
    """Return the document of an experiment: the k learned, and the steps that took."""
    facts, ooms = flat["manifest"], flat["ooms_per_two"]
    rows = []
    for k, row in flat["learned"].items():
        steps = row["median_steps"]
        middle = f"{steps:,.0f}" if steps else f"> {facts['steps']:,}"
        rows.append((str(k), f"{row['networks']} of {facts['seeds']}", middle))
    title = (
        f"Two more signs cost {ooms['q50']:.2f} orders of magnitude of training steps "
        f"({ooms['q10']:.2f} to {ooms['q90']:.2f}, 80 %)"
    )
    trust = (
        f"R-hat {facts['r_hat']:.3f}, effective sample size {facts['ess']:.0f}, "
        f"{facts['divergences']} divergences"
    )
    learned = DocumentTable(("k", "learned", "median steps"), tuple(rows), "Which k were learned", trust)
    return Page("Learning order", title, (learned,), ())
