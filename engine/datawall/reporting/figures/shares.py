"""Probabilities that add up to one, by year."""

from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from datawall.formatting import share
from datawall.reporting.document import Hover
from datawall.reporting.figures import base, style


def stacked(years: np.ndarray, shares: np.ndarray, labels: Sequence[str]) -> tuple[Figure, tuple[Hover, ...]]:
    """Draw shares of shape (year, label) on top of each other."""
    fig, axes = base.one(3.2, right=1.75)
    edges = np.concatenate([np.zeros((len(years), 1)), np.cumsum(shares, axis=1)], axis=1)
    placed = -np.inf
    for k, label in enumerate(labels):
        colour = style.CEILINGS[k % 6]
        axes.fill_between(years, edges[:, k], edges[:, k + 1], color=colour, alpha=0.75, linewidth=0)
        axes.plot(years, edges[:, k + 1], color=style.PAPER, linewidth=0.8)
        if shares[:, k].max() > 0.005:
            placed = max((edges[-1, k] + edges[-1, k + 1]) / 2, placed + 0.075)
            axes.text(
                1.012,
                placed,
                f"{label}, {share(shares[-1, k])}",
                transform=axes.transAxes,
                color=colour,
                size=9,
                va="center",
            )
    limits = (float(years[0]), float(years[-1]))
    style.years(axes, *limits)
    axes.set_ylim(0, 1)
    axes.yaxis.set_major_formatter(PercentFormatter(1.0))
    axes.set_xlabel("year", size=9, color=style.INK)
    axes.set_ylabel("probability", size=9, color=style.INK)
    notes = []
    for k, year in enumerate(years):
        found = (f"{label}: {share(value)}" for label, value in zip(labels, shares[k], strict=True))
        notes.append((float(year), "\n".join([f"{year:.6g}", *found])))
    return fig, (base.hover(axes, limits, notes),)
