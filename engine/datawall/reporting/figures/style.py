"""One look for every figure: palette, type and axes."""

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from datawall.reporting.figures import style

# Okabe and Ito's palette, told apart with any common colour vision, darkened until words in it can be read
BLUE = "#0072B2"
ORANGE = "#BF5200"
GREEN = "#007A58"
PURPLE = "#AA4499"
GREY = "#5F6670"
INK = "#1F2430"
GRID = "#E4E7EB"

PAPER = "#FFFFFF"
AMBER = "#8A6100"

DARK = {
    BLUE: "#62B5EA",
    ORANGE: "#FF9F55",
    GREEN: "#45C79F",
    PURPLE: "#E293D3",
    AMBER: "#E0B040",
    GREY: "#A9B2BE",
    INK: "#E8ECF2",
    GRID: "#333B47",
    PAPER: "#14181F",
}
"""Each colour on a dark page."""
VARIABLES = {
    BLUE: "blue",
    ORANGE: "orange",
    GREEN: "green",
    PURPLE: "purple",
    AMBER: "amber",
    GREY: "grey",
    INK: "ink",
    GRID: "grid",
    PAPER: "paper",
}
"""The name of each colour in a style sheet."""
SERIES = (BLUE, ORANGE, GREEN, PURPLE, AMBER)
"""Colours of things that stand side by side, in order."""
CEILINGS = (ORANGE, GREEN, PURPLE, AMBER, GREY, BLUE)
"""Colours of ceilings, in order."""
DASHES = ("-", (0, (5, 1.5)), (0, (1.5, 1)), (0, (5, 1.5, 1.5, 1.5)), (0, (8, 2)))
"""Lines to tell them apart without colour."""

BANDS = ((0.05, 0.95, 0.14), (0.1, 0.9, 0.16), (0.25, 0.75, 0.24))
"""Lower quantile, upper quantile and opacity of the bands of a fan, widest first."""


def css() -> str:
    """Return the colours as variables of a style sheet, for light and dark pages."""
    light = "".join(f"--{name}:{colour};" for colour, name in VARIABLES.items())
    dark = "".join(f"--{name}:{DARK[colour]};" for colour, name in VARIABLES.items())
    return f":root{{{light}}}@media screen and (prefers-color-scheme:dark){{:root{{{dark}}}}}\n"


def panel(width: float, height: float) -> Figure:
    """Return an empty figure without a title, for a page that writes its own [inch]."""
    return Figure((width, height), facecolor=PAPER)


def figure(width: float, height: float, title: str, subtitle: str) -> Figure:
    """Return an empty figure with its title and a line or two that say how to read it [inch]."""
    fig = Figure((width, height), facecolor="white")
    left = 0.35 / width
    fig.text(left, 1.0 - 0.3 / height, title, size=13, weight="bold", color=INK, va="center")
    fig.text(left, 1.0 - 0.5 / height, subtitle, size=9, color=GREY, va="top", linespacing=1.4)
    return fig


def finish(axes: Axes) -> None:
    """Leave the axes as light as they can be."""
    axes.spines[["top", "right"]].set_visible(False)
    axes.spines[["left", "bottom"]].set_color(GREY)
    axes.tick_params(colors=INK, labelsize=9, length=3)
    axes.grid(color=GRID, linewidth=0.8)
    axes.set_axisbelow(True)


def years(axes: Axes, start: float, end: float, every: int = 2) -> None:
    """Label the horizontal axis with whole years."""
    axes.set_xlim(start, end)
    first = int(-(-start // every) * every)
    axes.set_xticks(range(first, int(end) + 1, every))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda year, _: f"{year:.0f}"))


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
