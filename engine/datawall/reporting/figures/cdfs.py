"""Figures of cumulative distribution functions (CDFs) of dates."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from textwrap import fill

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import PercentFormatter

from datawall.formatting import share
from datawall.reporting.document import Hover
from datawall.reporting.figures import base, style
from datawall.reporting.figures.base import Drawn, label_ends

LETTERS = 20
"""Letters on a line of the label of a curve."""


@dataclass(frozen=True)
class CdfLine:
    """The distribution of one date: dates, the probability of each or earlier, and a label."""

    dates: np.ndarray
    probability: np.ndarray
    label: str


def grid(panels: Mapping[str, Sequence[CdfLine]]) -> Drawn:
    """Draw a panel of curves under each title, two in a row."""
    fig, axes = base.grid(list(panels), right=0.9)
    hovers = [_panel(own, curves, every=10) for own, curves in zip(axes, panels.values(), strict=True)]
    return Drawn(fig, tuple(hovers))


def one(curves: Sequence[CdfLine], title: str = "") -> Drawn:
    """Draw curves in one panel, each in a group that can be switched off."""
    fig, axes = base.one(3.4, right=1.6, title=title)
    return Drawn(fig, (_panel(axes, curves, every=4),))


def _panel(axes: Axes, curves: Sequence[CdfLine], every: int) -> Hover:
    limits = (min(float(c.dates[0]) for c in curves), max(float(c.dates[-1]) for c in curves))
    style.years(axes, *limits, every=every)
    axes.set_ylim(0, 1)
    axes.yaxis.set_major_formatter(PercentFormatter(1.0))
    axes.set_xlabel("year", size=9, color=style.INK)
    axes.set_ylabel("probability", size=9, color=style.INK)
    ends = []
    wrap = partial(fill, width=LETTERS)
    for k, curve in enumerate(curves):
        colour, dash = style.SERIES[k % 5], style.DASHES[k % 5]
        (line,) = axes.plot(curve.dates, curve.probability, color=colour, linestyle=dash, linewidth=2)
        line.set_gid(f"curve{k}-{1 + axes.figure.axes.index(axes)}")
        ends.append(
            (float(curve.probability[-1]), f"{wrap(curve.label)}\n{share(curve.probability[-1])}", colour)
        )
    label_ends(axes, ends, line=0.12 if every == 10 else 0.065)
    return base.hover(axes, limits, [(year, _note(curves, year)) for year in _whole_years(limits)])


def _whole_years(limits: tuple[float, float]) -> list[float]:
    return [float(year) for year in range(int(np.ceil(limits[0])), int(limits[1]) + 1)]


def _note(curves: Sequence[CdfLine], year: float) -> str:
    lines = [f"by {year:.0f}"]
    for curve in curves:
        if curve.dates[0] <= year <= curve.dates[-1]:
            probability = float(np.interp(year, curve.dates, curve.probability))
            lines.append(f"{curve.label}: {share(probability)}".replace("\n", " "))
    return "\n".join(lines)
