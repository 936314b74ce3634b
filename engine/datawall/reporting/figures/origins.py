"""Forecasts at successive origins against their outcomes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from datawall.formatting import amount, date
from datawall.reporting.figures import base, style
from datawall.reporting.figures.base import Drawn

QUANTILES = (0.1, 0.25, 0.5, 0.75, 0.9)
AHEAD = 10.0
"""Dates shown after the last origin [years]."""
MARGIN = 0.4
"""Room at the ends of an axis [years]."""
SHORT = 4.0
"""Span of an axis below which each year is labelled [years]."""
HEIGHT = 2.0
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
    fig, axes = base.grid(list(panels), HEIGHT)
    ends = np.concatenate([one.at for one in panels.values()])
    values = np.concatenate([np.r_[one.quantiles.ravel(), one.outcome] for one in panels.values()])
    values = values[np.isfinite(values)]
    limits = _limits(ends)
    hovers = []
    for own, one in zip(axes, panels.values(), strict=True):
        base.powers(own, unit, values.min() / 2, values.max() * 2)
        _bars(own, one.at, one.quantiles)
        _outcomes(own, one)
        style.years(own, *limits, every=2)
        own.set_xlabel("year looked ahead to", size=9, color=style.INK)
        hovers.append(base.hover(own, limits, _level_notes(one)))
    return Drawn(fig, tuple(hovers))


def dates(panels: Mapping[str, Dates]) -> Drawn:
    """Draw forecasts of dates by forecast origin, a panel under each title, on one scale."""
    fig, axes = base.grid(list(panels))
    origins = np.concatenate([one.origins for one in panels.values()])
    limits = _limits(origins)
    top = limits[1] + AHEAD
    hovers = []
    for own, one in zip(axes, panels.values(), strict=True):
        own.set_ylim(limits[0], top + MARGIN)
        own.plot(limits, limits, color=style.GREY, linewidth=1, linestyle=":")
        _bars(own, one.origins, one.quantiles, limits[0], top)
        if one.day is not None:
            own.axhline(one.day, color=style.INK, linewidth=1.4, linestyle="--" if one.open else "-")
        style.years(own, *limits, every=2 if limits[1] - limits[0] > SHORT else 1)
        own.yaxis.set_major_locator(MaxNLocator(6, integer=True))
        own.yaxis.set_major_formatter(own.xaxis.get_major_formatter())
        own.set_xlabel("date of the forecast", size=9, color=style.INK)
        own.set_ylabel("year", size=9, color=style.INK)
        hovers.append(base.hover(own, limits, _date_notes(one)))
    return Drawn(fig, tuple(hovers))


def _limits(found: np.ndarray) -> tuple[float, float]:
    return float(found.min()) - MARGIN, float(found.max()) + MARGIN


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
    for chosen, marker, fill in ((told & ~one.open, "D", style.INK), (told & one.open, "^", style.PAPER)):
        axes.plot(
            one.at[chosen],
            one.outcome[chosen],
            linestyle="none",
            marker=marker,
            markersize=3.6 if marker == "D" else 5,
            color=style.INK,
            markerfacecolor=fill,
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
