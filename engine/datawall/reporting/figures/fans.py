"""Quantities by year, with what is sure and what is not."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import xarray as xr
from matplotlib.figure import Figure

from datawall.formatting import amount
from datawall.reporting.document import Hover
from datawall.reporting.figures import base, style
from datawall.reporting.figures.style import fan, label_ends


@dataclass(frozen=True)
class Fan:
    """One quantity of a run.

    Attributes
    ----------
    summary
        The run's group of that name.
    variable
        The quantity.
    label, colour
        Of its median.
    """

    summary: xr.Dataset
    variable: str
    label: str
    colour: str

    @property
    def years(self) -> np.ndarray:
        """Its dates."""
        return self.summary["year"].values

    def at(self, quantile: float) -> np.ndarray:
        """Return a quantile at every date."""
        return self.summary[self.variable].sel(quantile=quantile).values


@dataclass(frozen=True)
class Line:
    """A path to compare with, and its label."""

    years: np.ndarray
    values: np.ndarray
    label: str
    colour: str


def draw(
    fans: Sequence[Fan],
    unit: str,
    lines: Sequence[Line] = (),
    known: Sequence[tuple[float, float]] = (),
    log: bool = True,
    floor: float = 0.0,
) -> tuple[Figure, tuple[Hover, ...]]:
    """Draw quantities by year.

    Parameters
    ----------
    fans, lines
        What is drawn.
    unit
        Of all of them.
    known
        Dates and values that are known, drawn as points.
    log
        Whether the values are shown in powers of ten.
    floor
        The least value that is shown.
    """
    fig, axes = base.one(3.9)
    ends = []
    for k, one in enumerate(fans):
        before = len(axes.get_children())
        fan(axes, one.summary, one.variable, one.colour)
        for part, artist in enumerate(axes.get_children()[before:]):
            artist.set_gid(f"fan{k}-{part}")
        ends.append((max(_last(one.at(0.5)), floor), one.label, one.colour))
    for k, line in enumerate(lines):
        axes.plot(
            line.years, line.values, color=line.colour, linestyle=style.DASHES[1 + k % 4], linewidth=1.3
        )
        ends.append((_last(line.values), line.label, line.colour))
    if known:
        axes.plot(*zip(*known, strict=True), "o", color=style.INK, markersize=3, zorder=5)
    everything = [one.at(q) for one in fans for q in (0.05, 0.95)] + [line.values for line in lines]
    values = np.concatenate([*everything, np.array([value for _, value in known])])
    limits = _limits(fans, known)
    style.years(axes, *limits, every=2 if limits[1] - limits[0] < 17 else 4)
    axes.set_xlabel("year", size=9, color=style.INK)
    values = values[np.isfinite(values) & (values > floor)] if log else values[np.isfinite(values)]
    if log and len(values):
        base.powers(axes, unit, values.min() / 2, values.max() * 2)
    elif len(values):
        axes.set_ylim(min(0.0, values.min()), 1.05 * values.max() or 1.0)
        axes.set_ylabel(unit, size=9, color=style.INK)
    label_ends(axes, [end for end in ends if np.isfinite(end[0])], least=0.055)
    notes = [(float(year), _note(fans, k)) for k, year in enumerate(fans[0].years)]
    return fig, (base.hover(axes, limits, notes),)


def _last(values: np.ndarray) -> float:
    finite = values[np.isfinite(values)]
    return float(finite[-1]) if len(finite) else np.nan


def _limits(fans: Sequence[Fan], known: Sequence[tuple[float, float]]) -> tuple[float, float]:
    dates = np.concatenate([one.years for one in fans])
    first = min([float(dates.min()), *(np.floor(date) for date, _ in known)])
    return first, float(dates.max())


def _note(fans: Sequence[Fan], k: int) -> str:
    lines = [f"{fans[0].years[k]:.6g}"]
    for one in fans:
        if k < len(one.years):
            low, middle, high = (amount(float(one.at(q)[k])) for q in (0.1, 0.5, 0.9))
            lines.append(f"{one.label}: {middle} (80 %: {low} to {high})".replace("\n", " "))
    return "\n".join(lines)
