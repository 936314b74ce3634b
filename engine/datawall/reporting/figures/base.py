"""Axes, margins and hover notes shared by all drawings."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

from datawall.formatting import RAISED
from datawall.reporting.document import Hover
from datawall.reporting.figures import style

WIDTH = 6.8
"""Width of a drawing [inch]."""


class Drawn(NamedTuple):
    """Figure with its hover notes."""

    figure: Figure
    hover: tuple[Hover, ...] = ()


def one(
    height: float,
    left: float = 0.7,
    right: float = 1.25,
    bottom: float = 0.5,
    top: float = 0.15,
    title: str = "",
) -> tuple[Figure, Axes]:
    """Return a figure with one pair of axes, margins around them [inch], and a title above them."""
    top += 0.2 if title else 0.0
    height += 0.2 if title else 0.0
    fig = style.panel(WIDTH, height)
    axes = fig.add_axes(
        (left / WIDTH, bottom / height, 1 - (left + right) / WIDTH, 1 - (bottom + top) / height)
    )
    axes.set_title(title, size=9.5, weight="bold", color=style.INK, loc="left")
    style.finish(axes)
    return fig, axes


def grid(
    titles: Sequence[str], height: float = 1.55, right: float = 0.25, left: float = 0.68
) -> tuple[Figure, list[Axes]]:
    """Return a figure with axes under each title, two in a row, with room right of each [inch]."""
    step, bottom = height + 0.8, 0.45
    rows = -(-len(titles) // 2)
    whole = step * rows + 0.1
    fig = style.panel(WIDTH, whole)
    found = []
    for k, title in enumerate(titles):
        x, y = left + (k % 2) * WIDTH / 2, bottom + step * (rows - 1 - k // 2)
        width = WIDTH / 2 - left - right
        axes = fig.add_axes((x / WIDTH, y / whole, width / WIDTH, height / whole))
        axes.set_title(title, size=9.5, weight="bold", color=style.INK, loc="left")
        style.finish(axes)
        found.append(axes)
    return fig, found


def powers(axes: Axes, unit: str, low: float, high: float) -> None:
    """Label the vertical axis in powers of ten."""
    axes.set_yscale("log")
    axes.set_ylim(low, high)
    axes.yaxis.set_major_locator(LogLocator(10.0, numticks=8))
    axes.yaxis.set_minor_formatter(NullFormatter())
    axes.yaxis.set_major_formatter(FuncFormatter(_power))
    axes.set_ylabel(unit, size=9, color=style.INK)


def _power(value: float, _: object) -> str:
    return f"10{str(int(f'{value:.0e}'.split('e')[1])).translate(RAISED)}"


def hover(axes: Axes, limits: tuple[float, float], notes: list[tuple[float, str]]) -> Hover:
    """Return the hover notes of the axes."""
    box = axes.get_position()
    inside = tuple((x, text) for x, text in notes if limits[0] <= x <= limits[1])
    return Hover((box.x0, box.x1, 1 - box.y1, 1 - box.y0), limits, inside)


def label_ends(axes: Axes, ends: list[tuple[float, str, str]], line: float = 0.06) -> None:
    """Write labels right of the axes at the given heights, apart by a share of the axes for each line."""
    if not ends:
        return
    fractions = [axes.transAxes.inverted().transform(axes.transData.transform((0, y)))[1] for y, _, _ in ends]
    order = np.argsort(fractions)
    sizes = line * np.array([1 + ends[index][1].count("\n") for index in order])
    gaps = (sizes[1:] + sizes[:-1]) / 2
    extra = (sizes - line) / 2  # half the height beyond one line, so that long labels stay inside the axes
    room = 1.0 - extra[-1:] - np.concatenate([np.cumsum(gaps[::-1])[::-1], [0.0]])
    placed = -np.inf
    for index, highest, gap, least in zip(order, room, [0.0, *gaps], extra, strict=True):
        placed = min(max(fractions[index], placed + gap, least), highest)
        _, text, colour = ends[index]
        axes.text(1.012, placed, text, transform=axes.transAxes, color=colour, size=9, va="center")
