"""Interval plots of dates in rows: medians, 80 % intervals and quantile dots."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from matplotlib.axes import Axes

from datawall.formatting import share
from datawall.reporting.figures import base, style
from datawall.reporting.figures.base import Drawn

DOTS = 20
BEYOND = "An arrow: the end lies beyond the axis; no dot: the median does."


@dataclass(frozen=True)
class Row:
    """Row of an interval plot.

    Attributes
    ----------
    label, colour
        Label and colour of the row.
    interval
        10, 50 and 90 % quantiles [decimal year]; None for none.
    curve
        Dates and the probability of each or earlier, to be drawn as dots; None for none.
    span
        A start and an end, known or forecast by another source, to be drawn as a thin line; None for none.
    points
        Dates and their labels.
    marks
        Dates, each with a marker and a colour.
    past, never
        Probability of lying before the as-of date and of not coming within the horizon.
    """

    label: str
    colour: str
    interval: np.ndarray | None = None
    curve: tuple[np.ndarray, np.ndarray] | None = None
    span: tuple[float, float] | None = None
    points: tuple[tuple[float, str], ...] = field(default=())
    marks: tuple[tuple[float, str, str], ...] = ()
    past: float = 0.0
    never: float = 0.0

    @property
    def note(self) -> str:
        """Probabilities beyond the axis, in words."""
        parts = ((self.past, "past"), (self.never, "never"))
        return ", ".join(f"{share(value)} {what}" for value, what in parts if value >= 0.005)


def draw(
    rows: Sequence[Row], limits: tuple[float, float], left: float, step: float = 0.42, title: str = ""
) -> Drawn:
    """Draw rows from the top down over an axis of years; `left` is the room for labels [inch]."""
    fig, axes = base.one(step * len(rows) + 0.7, left=left, right=1.5, title=title)
    for place, row in enumerate(rows):
        level = len(rows) - 1.0 - place
        _row(axes, row, level, limits)
        axes.annotate(
            row.note,
            (1.03, level),
            xycoords=("axes fraction", "data"),
            size=8,
            color=style.GREY,
            va="center",
        )
    axes.set_yticks(range(len(rows)), [row.label for row in reversed(rows)])
    axes.set_ylim(-0.6, len(rows) - 0.2)
    axes.grid(axis="y", visible=False)
    style.years(axes, *limits)
    return Drawn(fig)


def _row(axes: Axes, row: Row, level: float, limits: tuple[float, float]) -> None:
    if row.interval is not None and np.isfinite(row.interval).any():
        _interval(axes, level - (0.15 if row.curve else 0.0), row.interval, row.colour, limits)
    if row.curve is not None:
        dots = _quantile_dots(*row.curve)
        _dots(axes, level + 0.05, dots[dots <= limits[1]], row.colour, limits)
    if row.span is not None:
        axes.plot(row.span, (level, level), color=row.colour, linewidth=1.2, marker="D", markersize=4)
    for date, marker, colour in row.marks:
        if limits[0] <= date <= limits[1]:
            axes.plot(date, level, marker=marker, color=colour, markersize=9, markeredgewidth=2, zorder=5)
    for place, (date, label) in enumerate(row.points):
        if limits[0] <= date <= limits[1]:
            axes.plot(date, level, marker="|", color=row.colour, markersize=8)
            above = place % 2 == 0  # labels of neighbours on opposite sides, to avoid overlap
            height, side = (level + 0.25, "bottom") if above else (level - 0.25, "top")
            axes.text(date, height, label, size=8, color=row.colour, ha="center", va=side)


def _interval(axes: Axes, row: float, dates: np.ndarray, colour: str, limits: tuple[float, float]) -> None:
    """Draw the 80 % interval and the median in a row: arrows for ends outside the axis, a dot inside it."""
    low, middle, high = np.clip(dates, *limits)
    axes.plot([low, high], [row, row], color=colour, linewidth=3, solid_capstyle="butt", alpha=0.45)
    if dates[2] > limits[1]:
        axes.plot(limits[1], row, marker=">", color=colour, markersize=6, clip_on=False)
    if dates[0] < limits[0]:
        axes.plot(limits[0], row, marker="<", color=colour, markersize=6, clip_on=False)
    if limits[0] <= dates[1] <= limits[1]:
        axes.plot(middle, row, marker="o", color=colour, markersize=6, zorder=4, clip_on=False)


def _quantile_dots(dates: np.ndarray, cdf: np.ndarray) -> np.ndarray:
    """Return the dates of `DOTS` equally likely dots, less those in the past and at never."""
    levels = (np.arange(DOTS) + 0.5) / DOTS
    return np.interp(levels[(levels >= cdf[0]) & (levels <= cdf[-1])], cdf, dates)


def _dots(axes: Axes, base: float, dates: np.ndarray, colour: str, limits: tuple[float, float]) -> None:
    """Stack the dots of one row, in bins as wide as a dot."""
    width = (limits[1] - limits[0]) / 75
    bins = np.round((dates - limits[0]) / width).astype(int)
    heights = [int(np.sum(bins[:index] == bins[index])) for index in range(len(bins))]
    heights = base + 0.2 * np.array(heights)
    axes.scatter(limits[0] + bins * width, heights, s=26, color=colour, linewidth=0, zorder=3, clip_on=False)
