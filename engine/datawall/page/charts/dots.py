"""Numbers with their standard errors, below each other."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import PercentFormatter

from datawall.page.charts import base
from datawall.reporting import style

COLOURS = (*style.SERIES, style.GREY)
MARKERS = "osD^vP"
REACH = 1.96
"""Standard errors to either side of a number, for 95 %."""

type Number = tuple[float, float]
"""A number and its standard error."""


def draw(
    rows: Mapping[str, Mapping[str, Number]],
    limits: tuple[float, float],
    unit: str,
    marks: Sequence[tuple[float, str]],
    left: float = 2.1,
) -> Figure:
    """Draw shares, a row for each label, with its numbers one below the other.

    Parameters
    ----------
    rows
        For each row its numbers by the name of their series.
    limits
        Of the axis; what lies beyond is an arrow.
    unit
        Name of the axis.
    marks
        Numbers to be drawn as lines across all rows, and their colours.
    left
        Room for the labels of rows [inch].
    """
    series = list(dict.fromkeys(name for numbers in rows.values() for name in numbers))
    fig, axes = base.one(0.17 * len(series) * len(rows) + 0.28 * len(rows) + 1.1, left=left, right=0.3)
    top = axes.get_position().y1 - 0.3 / fig.get_figheight()
    box = axes.get_position()
    axes.set_position((box.x0, box.y0, box.width, top - box.y0))
    for mark, colour in marks:
        axes.axvline(mark, color=colour, linewidth=1.2, linestyle=(0, (4, 2)), zorder=1)
    for place, numbers in enumerate(rows.values()):
        for name, number in numbers.items():
            k = series.index(name)
            shift = 0.62 * ((k + 0.5) / len(series) - 0.5)
            _dot(axes, place + shift, number, limits, COLOURS[k % 6], MARKERS[k % 6])
    axes.set_ylim(len(rows) - 0.5, -0.5)
    axes.set_yticks(range(len(rows)), list(rows))
    axes.grid(axis="y", visible=False)
    axes.set_xlim(*limits)
    axes.xaxis.set_major_formatter(PercentFormatter(1.0))
    axes.set_xlabel(unit, size=9, color=style.INK)
    _legend(axes, series)
    return fig


def _dot(
    axes: Axes, level: float, number: Number, limits: tuple[float, float], colour: str, marker: str
) -> None:
    value, error = number
    if not np.isfinite(value):
        return
    if np.isfinite(error):
        ends = np.clip([value - REACH * error, value + REACH * error], *limits)
        axes.plot(ends, [level, level], color=colour, linewidth=1.4, alpha=0.7)
    beyond = value < limits[0] or value > limits[1]
    shown = ("<" if value < limits[0] else ">") if beyond else marker
    axes.plot(np.clip(value, *limits), level, marker=shown, color=colour, markersize=5.5, clip_on=False)


def _legend(axes: Axes, series: Sequence[str]) -> None:
    handles = [
        Line2D([], [], color=COLOURS[k % 6], marker=MARKERS[k % 6], linestyle="none", markersize=5.5)
        for k in range(len(series))
    ]
    axes.legend(
        handles,
        series,
        loc="lower left",
        bbox_to_anchor=(0.0, 1.0),
        ncols=len(series),
        frameon=False,
        fontsize=8.5,
        labelcolor=style.INK,
        borderpad=0.1,
        handletextpad=0.1,
        columnspacing=1.2,
    )
