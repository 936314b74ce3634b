"""Charts by year: distributions of dates, fans of quantities, stacked shares."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from textwrap import fill

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.ticker import PercentFormatter

from datawall.formatting import amount, share
from datawall.reporting.document import Hover
from datawall.reporting.figures import base, style
from datawall.reporting.figures.base import Drawn, label_ends

_LETTERS = 20
"""Letters on a line of the label of a curve or a fan."""


@dataclass(frozen=True)
class CdfLine:
    """The distribution of one date: dates, the probability of each or earlier, and a label."""

    dates: np.ndarray
    probability: np.ndarray
    label: str


def cdf_panels(panels: Mapping[str, Sequence[CdfLine]]) -> Drawn:
    """Draw a panel of curves under each title, two in a row."""
    fig, axes = base.grid(list(panels), right=0.9)
    hovers = [_panel(own, curves, every=10) for own, curves in zip(axes, panels.values(), strict=True)]
    return Drawn(fig, tuple(hovers))


def cdfs(curves: Sequence[CdfLine], title: str) -> Drawn:
    """Draw curves in one panel, each in a group that can be switched off."""
    fig, axes = base.one(3.4, right=1.6, title=title)
    return Drawn(fig, (_panel(axes, curves, every=4),))


def _panel(axes: Axes, curves: Sequence[CdfLine], every: int) -> Hover:
    limits = (min(float(c.dates[0]) for c in curves), max(float(c.dates[-1]) for c in curves))
    _probabilities(axes, limits, every)
    ends = []
    for k, curve in enumerate(curves):
        colour, dash = style.SERIES[k % 5], style.DASHES[k % 5]
        (line,) = axes.plot(curve.dates, curve.probability, color=colour, linestyle=dash, linewidth=2)
        line.set_gid(f"curve{k}-{1 + axes.figure.axes.index(axes)}")
        last = float(curve.probability[-1])
        ends.append((last, f"{fill(curve.label, _LETTERS)}\n{share(last)}", colour))
    label_ends(axes, ends, line=0.12 if every == 10 else 0.065)
    years = range(int(np.ceil(limits[0])), int(limits[1]) + 1)
    return base.hover(axes, limits, [(float(year), _cdfs_note(curves, year)) for year in years])


def _probabilities(axes: Axes, limits: tuple[float, float], every: int) -> None:
    style.years(axes, *limits, every)
    axes.set_ylim(0, 1)
    axes.yaxis.set_major_formatter(PercentFormatter(1.0))
    axes.set_ylabel("probability")


def _cdfs_note(curves: Sequence[CdfLine], year: int) -> str:
    lines = [f"by {year}"]
    for curve in curves:
        if curve.dates[0] <= year <= curve.dates[-1]:
            probability = float(np.interp(year, curve.dates, curve.probability))
            lines.append(f"{curve.label}: {share(probability)}".replace("\n", " "))
    return "\n".join(lines)


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
        Label and colour of the median.
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
class FanLine:
    """A path to compare with, and its label."""

    years: np.ndarray
    values: np.ndarray
    label: str
    colour: str


def fans(
    shown: Sequence[Fan],
    unit: str,
    lines: Sequence[FanLine] = (),
    known: Sequence[tuple[float, float]] = (),
    log: bool = True,
    floor: float = 0.0,
    title: str = "",
) -> Drawn:
    """Draw quantities by year.

    Parameters
    ----------
    shown, lines
        Fans and lines to draw.
    unit
        Their common unit.
    known
        Known dates and values, drawn as points.
    log
        Whether the values are shown in powers of ten.
    floor
        The least value that is shown.
    title
        Title of the axes.
    """
    fig, axes = base.one(3.9, right=1.6, title=title)
    ends = []
    for k, one in enumerate(shown):
        before = len(axes.get_children())
        _bands(axes, one)
        for part, artist in enumerate(axes.get_children()[before:]):
            artist.set_gid(f"fan{k}-{part}")
        ends.append((max(_last(one.at(0.5)), floor), fill(one.label, _LETTERS), one.colour))
    for k, line in enumerate(lines):
        axes.plot(
            line.years, line.values, color=line.colour, linestyle=style.DASHES[1 + k % 4], linewidth=1.3
        )
        ends.append((_last(line.values), line.label, line.colour))
    if known:
        axes.plot(*zip(*known, strict=True), "o", color=style.INK, markersize=3, zorder=5)
    everything = [one.at(q) for one in shown for q in (0.05, 0.95)] + [line.values for line in lines]
    values = np.concatenate([*everything, np.array([value for _, value in known])])
    limits = _limits(shown, known)
    style.years(axes, *limits)
    values = values[np.isfinite(values) & (values > floor)] if log else values[np.isfinite(values)]
    if log and len(values):
        base.powers(axes, unit, values.min() / 2, values.max() * 2)
    elif len(values):
        axes.set_ylim(min(0.0, values.min()), 1.05 * values.max() or 1.0)
        axes.set_ylabel(unit)
    label_ends(axes, [end for end in ends if np.isfinite(end[0])], line=0.055)
    notes = [(float(year), _note(shown, k)) for k, year in enumerate(shown[0].years)]
    return Drawn(fig, (base.hover(axes, limits, notes),))


def _bands(axes: Axes, one: Fan) -> None:
    """Draw the 50, 80 and 90 % bands and the median."""
    for lower, upper, opacity in style.BANDS:
        axes.fill_between(
            one.years, one.at(lower), one.at(upper), color=one.colour, alpha=opacity, linewidth=0
        )
    axes.plot(one.years, one.at(0.5), color=one.colour, linewidth=2)


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


def stacked(years: np.ndarray, shares: np.ndarray, labels: Sequence[str], title: str) -> Drawn:
    """Draw shares of shape (year, label), one for each ceiling, on top of each other."""
    fig, axes = base.one(3.2, right=1.75, title=title)
    edges = np.concatenate([np.zeros((len(years), 1)), np.cumsum(shares, axis=1)], axis=1)
    placed = -np.inf
    for k, label in enumerate(labels):
        colour = style.CEILINGS[label]
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
    _probabilities(axes, limits, 2)
    notes = []
    for k, year in enumerate(years):
        found = (f"{label}: {share(value)}" for label, value in zip(labels, shares[k], strict=True))
        notes.append((float(year), "\n".join([f"{year:.6g}", *found])))
    return Drawn(fig, (base.hover(axes, limits, notes),))
