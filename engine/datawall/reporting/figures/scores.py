"""Scores of a backtest: numbers with their standard errors, and distributions of PIT values."""

from collections.abc import Mapping, Sequence
from textwrap import fill

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.ticker import PercentFormatter

from datawall.backtesting.scoring import Ecdf
from datawall.reporting.figures import base, style
from datawall.reporting.figures.base import Drawn

COLOURS = (*style.SERIES, style.GREY)
MARKERS = "osD^vP"
LEFT, STEP, KEY = 2.1, 0.13, 0.2
"""Width of row labels, and heights of each number in a row and of a line of the key [inch]."""
WRAP, LETTERS = 28, 60
"""Letters on a line of a label, and of the key."""
REACH = 1.96
"""Half-width of a 95 % interval in standard errors."""

type Number = tuple[float, float]
"""A number and its standard error."""


def dots(
    rows: Mapping[str, Mapping[str, Number]],
    limits: tuple[float, float],
    unit: str,
    marks: Sequence[tuple[float, str]],
) -> Drawn:
    """Draw a dot plot of shares: a row for each label, its numbers one below the other.

    Parameters
    ----------
    rows
        For each row its numbers by the name of their series.
    limits
        Limits of the axis; numbers beyond it are drawn as arrows.
    unit
        Name of the axis.
    marks
        Numbers to be drawn as lines across all rows, and their colours.
    """
    series = list(dict.fromkeys(name for numbers in rows.values() for name in numbers))
    beside = len(series) if sum(map(len, series)) <= LETTERS else 1
    keys = KEY * -(-len(series) // beside)
    fig, axes = base.one((0.2 + STEP * len(series)) * len(rows) + keys + 0.7, left=LEFT, right=0.3, top=keys)
    for mark, colour in marks:
        axes.axvline(mark, color=colour, linewidth=1.2, linestyle=(0, (4, 2)), zorder=1)
    for place, numbers in enumerate(rows.values()):
        for name, number in numbers.items():
            k = series.index(name)
            shift = 0.62 * ((k + 0.5) / len(series) - 0.5)
            _dot(axes, place + shift, number, limits, COLOURS[k % 6], MARKERS[k % 6])
    axes.set_ylim(len(rows) - 0.5, -0.5)
    axes.set_yticks(range(len(rows)), [fill(label, WRAP) for label in rows])
    axes.grid(axis="y", visible=False)
    axes.set_xlim(*limits)
    axes.xaxis.set_major_formatter(PercentFormatter(1.0))
    axes.set_xlabel(unit, size=9, color=style.INK)
    _legend(axes, series, beside)
    return Drawn(fig)


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


def _legend(axes: Axes, series: Sequence[str], beside: int) -> None:
    handles = [
        Line2D([], [], color=COLOURS[k % 6], marker=MARKERS[k % 6], linestyle="none", markersize=5.5)
        for k in range(len(series))
    ]
    axes.legend(
        handles,
        series,
        loc="lower left",
        bbox_to_anchor=(0.0, 1.0),
        ncols=beside,
        frameon=False,
        fontsize=8.5,
        labelcolor=style.INK,
        borderpad=0.1,
        handletextpad=0.1,
        columnspacing=1.2,
    )


def pits(panels: Mapping[str, Ecdf]) -> Drawn:
    """Draw PIT ECDFs minus the uniform CDF with their bands, a panel under each title, on one scale."""
    fig, axes = base.grid(list(panels))
    reach = 1.1 * max(np.abs(np.stack(one[1:]) - one.at).max() for one in panels.values())
    for own, one in zip(axes, panels.values(), strict=True):
        own.fill_between(
            one.at, one.low - one.at, one.high - one.at, color=style.GREY, alpha=0.25, linewidth=0
        )
        own.axhline(0.0, color=style.GREY, linewidth=1, linestyle=":")
        own.plot(one.at, one.share - one.at, color=style.BLUE, linewidth=1.8, drawstyle="steps-post")
        own.set_xlim(0, 1)
        own.set_ylim(-reach, reach)
        own.xaxis.set_major_formatter(PercentFormatter(1.0))
        own.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
        own.set_xlabel("quantile of the forecast", size=9, color=style.INK)
        own.set_ylabel("came below, less claimed", size=9, color=style.INK)
    return Drawn(fig)
