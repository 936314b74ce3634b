"""Parts that several figures share."""

import numpy as np
import xarray as xr
from matplotlib.axes import Axes

from datawall.reporting import style

DOTS = 20
BEYOND = "An arrow: the end lies beyond the axis; no dot: the median does."


def fan(axes: Axes, summary: xr.Dataset, variable: str, colour: str) -> None:
    """Draw the 50, 80 and 90 % bands and the median of a path."""
    values = summary[variable]
    for lower, upper, opacity in style.BANDS:
        low, high = (values.sel(quantile=level).values for level in (lower, upper))
        axes.fill_between(values["year"].values, low, high, color=colour, alpha=opacity, linewidth=0)
    axes.plot(values["year"].values, values.sel(quantile=0.5).values, color=colour, linewidth=2)


def label_ends(axes: Axes, ends: list[tuple[float, str, str]], least: float = 0.06) -> None:
    """Write labels right of the axes at the given heights, within the axes and a share of them apart."""
    fractions = [axes.transAxes.inverted().transform(axes.transData.transform((0, y)))[1] for y, _, _ in ends]
    order = np.argsort(fractions)
    room = 1.0 - least * np.arange(len(order))[::-1]
    placed = -np.inf
    for index, highest in zip(order, room, strict=True):
        placed = min(max(fractions[index], placed + least), highest)
        _, text, colour = ends[index]
        axes.text(1.012, placed, text, transform=axes.transAxes, color=colour, size=9, va="center")


def interval(axes: Axes, row: float, dates: np.ndarray, colour: str, limits: tuple[float, float]) -> None:
    """Draw the 80 % interval and the median in a row: arrows for ends outside the axis, a dot inside it."""
    low, middle, high = np.clip(dates, *limits)
    axes.plot([low, high], [row, row], color=colour, linewidth=3, solid_capstyle="butt", alpha=0.45)
    if dates[2] > limits[1]:
        axes.plot(limits[1], row, marker=">", color=colour, markersize=6, clip_on=False)
    if dates[0] < limits[0]:
        axes.plot(limits[0], row, marker="<", color=colour, markersize=6, clip_on=False)
    if limits[0] <= dates[1] <= limits[1]:
        axes.plot(middle, row, marker="o", color=colour, markersize=6, zorder=4, clip_on=False)


def quantile_dots(dates: np.ndarray, cdf: np.ndarray) -> tuple[np.ndarray, int, int]:
    """Return the dates of `DOTS` equally likely dots, and how many fall to the past and to never.

    Parameters
    ----------
    dates
        Increasing dates, of shape (k,) [decimal year].
    cdf
        Probability of each date or earlier, of shape (k,).
    """
    levels = (np.arange(DOTS) + 0.5) / DOTS
    past, never = int(np.sum(levels < cdf[0])), int(np.sum(levels > cdf[-1]))
    inside = levels[past : DOTS - never]
    return np.interp(inside, cdf, dates), past, never


def dots(axes: Axes, base: float, dates: np.ndarray, colour: str, limits: tuple[float, float]) -> None:
    """Stack the dots of one row, in bins as wide as a dot."""
    width = (limits[1] - limits[0]) / 75
    bins = np.round((dates - limits[0]) / width).astype(int)
    heights = [int(np.sum(bins[:index] == bins[index])) for index in range(len(bins))]
    heights = base + 0.2 * np.array(heights)
    axes.scatter(limits[0] + bins * width, heights, s=26, color=colour, linewidth=0, zorder=3, clip_on=False)
