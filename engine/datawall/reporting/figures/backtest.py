"""Forecasts at successive origins against their outcomes."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from textwrap import fill

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator, PercentFormatter

from datawall.backtesting.scoring import Ecdf
from datawall.formatting import amount, date
from datawall.reporting.figures import base, style
from datawall.reporting.figures.base import Drawn

COLOURS = (*style.SERIES, style.GREY)
_MARKERS = "osD^vP"
_LEFT, _STEP, _KEY = 2.1, 0.13, 0.2
"""Width of row labels, and heights of each number in a row and of a line of the key [inch]."""
_WRAP, _LETTERS = 28, 60
"""Letters on a line of a label, and of the key."""
_REACH = 1.96
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
    beside = len(series) if sum(map(len, series)) <= _LETTERS else 1
    keys = _KEY * -(-len(series) // beside)
    fig, axes = base.one(
        (0.2 + _STEP * len(series)) * len(rows) + keys + 0.7, left=_LEFT, right=0.3, top=keys
    )
    for mark, colour in marks:
        axes.axvline(mark, color=colour, linewidth=1.2, linestyle=(0, (4, 2)), zorder=1)
    for place, numbers in enumerate(rows.values()):
        for name, number in numbers.items():
            k = series.index(name)
            shift = 0.62 * ((k + 0.5) / len(series) - 0.5)
            _dot(axes, place + shift, number, limits, COLOURS[k % 6], _MARKERS[k % 6])
    axes.set_ylim(len(rows) - 0.5, -0.5)
    axes.set_yticks(range(len(rows)), [fill(label, _WRAP) for label in rows])
    axes.grid(axis="y", visible=False)
    axes.set_xlim(*limits)
    axes.xaxis.set_major_formatter(PercentFormatter(1.0))
    axes.set_xlabel(unit)
    _legend(axes, series, beside)
    return Drawn(fig)


def _dot(
    axes: Axes, level: float, number: Number, limits: tuple[float, float], colour: str, marker: str
) -> None:
    value, error = number
    if not np.isfinite(value):
        return
    if np.isfinite(error):
        ends = np.clip([value - _REACH * error, value + _REACH * error], *limits)
        axes.plot(ends, [level, level], color=colour, linewidth=1.4, alpha=0.7)
    beyond = value < limits[0] or value > limits[1]
    shown = ("<" if value < limits[0] else ">") if beyond else marker
    axes.plot(np.clip(value, *limits), level, marker=shown, color=colour, markersize=5.5, clip_on=False)


def _legend(axes: Axes, series: Sequence[str], beside: int) -> None:
    handles = [
        Line2D([], [], color=COLOURS[k % 6], marker=_MARKERS[k % 6], linestyle="none", markersize=5.5)
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
        own.set_xlabel("quantile of the forecast")
        own.set_ylabel("came below, less claimed")
    return Drawn(fig)


QUANTILES = (0.1, 0.25, 0.5, 0.75, 0.9)
_AHEAD = 10.0
"""Dates shown after the last origin [years]."""
_MARGIN = 0.4
"""Room at the ends of an axis [years]."""
_SHORT = 4.0
"""Span of an axis below which each year is labelled [years]."""
_HEIGHT = 2.0
"""Height of a panel of amounts [inch]."""


@dataclass(frozen=True)
class Levels:
    """Forecasts of an amount, with outcomes.

    Attributes
    ----------
    at
        Target dates of the forecasts, shape (n,) [decimal year].
    quantiles
        Of each forecast at `QUANTILES`, shape (n, 5).
    outcome
        Outcomes, shape (n,): a lower bound if open, nan if unknown.
    open
        Whether each outcome is open, shape (n,).
    """

    at: np.ndarray
    quantiles: np.ndarray
    outcome: np.ndarray
    open: np.ndarray


@dataclass(frozen=True)
class Dates:
    """Forecasts of a date, with its outcome.

    Attributes
    ----------
    origins
        Forecast origins, shape (n,) [decimal year].
    quantiles
        Of each forecast at `QUANTILES`, shape (n, 5) [decimal year]; -inf is past, inf is never.
    day
        Date of the event, or the date up to which it had not happened [decimal year]; None to draw neither.
    open
        Whether the event had not happened yet.
    """

    origins: np.ndarray
    quantiles: np.ndarray
    day: float | None = None
    open: bool = False


def levels(panels: Mapping[str, Levels], unit: str) -> Drawn:
    """Draw forecasts of amounts by target date, a panel under each title, on one scale."""
    fig, axes = base.grid(list(panels), _HEIGHT)
    ends = np.concatenate([one.at for one in panels.values()])
    values = np.concatenate([np.r_[one.quantiles.ravel(), one.outcome] for one in panels.values()])
    values = values[np.isfinite(values)]
    limits = _limits(ends)
    hovers = []
    for own, one in zip(axes, panels.values(), strict=True):
        base.powers(own, unit, values.min() / 2, values.max() * 2)
        _bars(own, one.at, one.quantiles)
        _outcomes(own, one)
        style.years(own, *limits, 2, "year looked ahead to")
        hovers.append(base.hover(own, limits, _level_notes(one)))
    return Drawn(fig, tuple(hovers))


def dates(panels: Mapping[str, Dates]) -> Drawn:
    """Draw forecasts of dates by forecast origin, a panel under each title, on one scale."""
    fig, axes = base.grid(list(panels))
    origins = np.concatenate([one.origins for one in panels.values()])
    limits = _limits(origins)
    top = limits[1] + _AHEAD
    hovers = []
    for own, one in zip(axes, panels.values(), strict=True):
        own.set_ylim(limits[0], top + _MARGIN)
        own.plot(limits, limits, color=style.GREY, linewidth=1, linestyle=":")
        _bars(own, one.origins, one.quantiles, limits[0], top)
        if one.day is not None:
            own.axhline(one.day, color=style.INK, linewidth=1.4, linestyle="--" if one.open else "-")
        style.years(own, *limits, 2 if limits[1] - limits[0] > _SHORT else 1, "date of the forecast")
        own.yaxis.set_major_locator(MaxNLocator(6, integer=True))
        own.yaxis.set_major_formatter(own.xaxis.get_major_formatter())
        own.set_ylabel("year")
        hovers.append(base.hover(own, limits, _date_notes(one)))
    return Drawn(fig, tuple(hovers))


def _limits(found: np.ndarray) -> tuple[float, float]:
    return float(found.min()) - _MARGIN, float(found.max()) + _MARGIN


def _bars(
    axes: Axes, at: np.ndarray, quantiles: np.ndarray, bottom: float = -np.inf, top: float = np.inf
) -> None:
    """Draw 80 % and 50 % intervals and medians between two limits, with an arrow where one ends above."""
    shown = np.clip(quantiles, bottom, top)
    axes.vlines(at, shown[:, 0], shown[:, 4], color=style.BLUE, alpha=0.35, linewidth=2)
    axes.vlines(at, shown[:, 1], shown[:, 3], color=style.BLUE, alpha=0.5, linewidth=4.5)
    inside = (quantiles[:, 2] >= bottom) & (quantiles[:, 2] <= top)
    axes.plot(
        at[inside], quantiles[inside, 2], color=style.BLUE, marker="o", markersize=3.5, linestyle="none"
    )
    beyond = quantiles[:, 4] > top
    axes.plot(
        at[beyond],
        np.full(beyond.sum(), top),
        color=style.BLUE,
        marker="^",
        markersize=4.5,
        linestyle="none",
        clip_on=False,
    )


def _outcomes(axes: Axes, one: Levels) -> None:
    """Draw the outcomes: diamonds if known, hollow triangles for lower bounds."""
    told = np.isfinite(one.outcome)
    for chosen, marker, inside in ((told & ~one.open, "D", style.INK), (told & one.open, "^", style.PAPER)):
        axes.plot(
            one.at[chosen],
            one.outcome[chosen],
            linestyle="none",
            marker=marker,
            markersize=3.6 if marker == "D" else 5,
            color=style.INK,
            markerfacecolor=inside,
            zorder=4,
        )


def told(outcome: float, is_open: bool) -> str:
    """Return the outcome of an amount in words.

    Examples
    --------
    >>> told(5e26, True), told(2.1e25, False), told(float("nan"), False)
    ('at least 5\N{MULTIPLICATION SIGN}10²⁶', '2.1\N{MULTIPLICATION SIGN}10²⁵', 'not to be told yet')
    """
    if np.isnan(outcome):
        return "not to be told yet"
    return f"at least {amount(outcome)}" if is_open else amount(outcome)


def _level_notes(one: Levels) -> list[tuple[float, str]]:
    return [
        (float(at), f"{at:.1f}: {_interval(quantiles, amount)}\ncame: {told(float(outcome), bool(is_open))}")
        for at, quantiles, outcome, is_open in zip(one.at, one.quantiles, one.outcome, one.open, strict=True)
    ]


def _date_notes(one: Dates) -> list[tuple[float, str]]:
    return [
        (float(origin), f"forecast of {origin:.1f}: {_interval(quantiles, date)}")
        for origin, quantiles in zip(one.origins, one.quantiles, strict=True)
    ]


def _interval(quantiles: np.ndarray, say: Callable[[float], str]) -> str:
    low, middle, high = (say(float(value)) for value in quantiles[[0, 2, 4]])
    return f"{middle} (80 %: {low} to {high})"
