"""Forecasts and outcomes of a backtest by origin: the largest run, and dates."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import xarray as xr

from datawall.formatting import amount, date
from datawall.formatting import horizon as ahead
from datawall.reporting import backtest_labels
from datawall.reporting import backtest_labels as words
from datawall.reporting.document import Block, Figure, Prose, Section, Table
from datawall.reporting.figures import origins, rows, style, svg
from datawall.reporting.saved import SavedBacktest

BESIDE = (
    "Beside it stands what datawall's baseline of today would have said at the same time, from what was "
    "known by then; off: years."
)


def section(backtest: SavedBacktest) -> Section | None:
    """Return the section of the scored tables, if any."""
    if not backtest.has("reference"):
        return None
    return Section(
        backtest.name("reference"),
        "How have the tables of mid-2024 done?",
        "",
        (Prose(f"{words.REFERENCE} {BESIDE}"), *_blocks(backtest.group("reference"), backtest)),
    )


def _blocks(found: xr.Dataset, backtest: SavedBacktest) -> Iterator[Block]:
    for clock, title in words.REFERENCE_CLOCKS.items():
        yield _figure(found, clock, title.capitalize(), backtest.name(f"reference-{clock}"))
        yield _reference_table(found, clock, title)


def _figure(found: xr.Dataset, clock: str, title: str, name: str) -> Figure:
    drawn = [_row(row, clock) for row in _rows(found)]
    limits = 2024.0, float(np.ceil(max(2030.0, found["predicted"].max() + 1.0)))
    return svg.block(
        name,
        lambda: rows.draw(drawn, limits, left=2.2, step=0.3),
        f"{title}: the dates of mid-2024, those of datawall's baseline as of then, and what came",
        f"{title}. Diamond: the date in the table. Bar: the 80 % interval of datawall's baseline, with a "
        "dot at the median; an arrow where it ends beyond the axis. Upright stroke: the day it came; none: "
        "still open.",
    )


def _row(row: Mapping[str, Any], clock: str) -> rows.Row:
    marks = [(row["predicted"], "d", style.ORANGE)]
    if row[f"{clock}_state"] == "happened":
        marks.append((row[f"{clock}_outcome"], "|", style.INK))
    interval = np.array([row[f"our_{clock}_q{q}"] for q in (10, 50, 90)])
    return rows.Row(words.generation(row), style.BLUE, interval, marks=tuple(marks))


def _rows(found: xr.Dataset) -> Iterator[dict[str, Any]]:
    """Yield each row as a mapping of column names."""
    for place in range(found.sizes["row"]):
        yield {str(name): values.item() for name, values in found.isel(row=place).items()}


def _reference_table(found: xr.Dataset, clock: str, title: str) -> Table:
    cells = [
        (
            words.generation(row),
            date(row["predicted"]),
            words.came(row[f"{clock}_outcome"], row[f"{clock}_state"] == "open"),
            words.off(row, clock),
            words.ours(row, clock),
        )
        for row in _rows(found)
    ]
    columns = ("row", "said", "it came", "off", "datawall (80 %)")
    return Table(columns, tuple(cells), f"The tables of mid-2024, {title}")


TARGET = "largest_run"
TITLES = {
    "first_above": "First known run above an amount of compute",
    "release_by_compute": "First known run of a generation's compute",
    "release_by_name": "Release of a generation by its name",
}


def largest_run(backtest: SavedBacktest) -> Section | None:
    """Return the forecasts of the largest run at each origin, if any."""
    if not backtest.answers(backtest.who, TARGET).sizes["question"]:
        return None
    return Section(
        backtest.name("largest-run"),
        "What would have been said of the largest run?",
        "The compute of the largest training run that the public would know of, forecast from what was known "
        "at each date, and what then came. Since the laboratories fell silent, what came is only known to be "
        "at least the record of then.",
        (_levels_figure(backtest),),
    )


def _levels_figure(backtest: SavedBacktest) -> Figure:
    answers = backtest.answers(backtest.who, TARGET)
    horizons = np.unique(answers["horizon"].values)
    panels = {f"{ahead(float(h))} ahead": _levels_panel(_at(answers, h)) for h in horizons}
    return svg.block(
        backtest.name("largest-run"),
        lambda: origins.levels(panels, "FLOP"),
        "Forecasts of the largest known training run against what came, a panel for each horizon",
        "Bars: 80 % and 50 % intervals, with a dot at the median, each for the date that it looked ahead to. "
        "Diamond: what came. Hollow triangle: still open, at least so much. Neither: not to be told yet.",
        table=_levels(answers),
    )


def _at(answers: xr.Dataset, horizon: float) -> xr.Dataset:
    return answers.isel(question=np.flatnonzero(answers["horizon"] == horizon))


def _levels_panel(answers: xr.Dataset) -> origins.Levels:
    return origins.Levels(
        (answers["origin"] + answers["horizon"]).values,
        _quantiles(answers),
        came(answers),
        answers["state"].values == "open",
    )


def _quantiles(answers: xr.Dataset) -> np.ndarray:
    return 10.0 ** answers["quantile"].sel(level=list(origins.QUANTILES)).values


def came(answers: xr.Dataset) -> np.ndarray:
    """Return the outcomes: a lower bound if open, nan if unknown."""
    is_open = answers["state"].values == "open"
    return 10.0 ** np.where(is_open, answers["window_last"], answers["outcome"])


def _levels(answers: xr.Dataset) -> Table:
    ordered = answers.sortby(["horizon", "origin"])
    columns = ("made, horizon", "10 %", "25 %", "median", "75 %", "90 %", "what came")
    states = ordered["state"].values == "open"
    rows = tuple(
        (
            f"{float(origin):.1f}, {ahead(float(horizon))}",
            *map(amount, quantiles.tolist()),
            origins.told(float(outcome), bool(is_open)),
        )
        for origin, horizon, quantiles, outcome, is_open in zip(
            ordered["origin"].values,
            ordered["horizon"].values,
            _quantiles(ordered),
            came(ordered),
            states,
            strict=True,
        )
    )
    return Table(columns, rows, "Largest known training run, FLOP")


def dates(backtest: SavedBacktest) -> Section | None:
    """Return the forecasts of dates at each origin with their outcomes, if any were asked for."""
    if not any(_panels(backtest, target) for target in TITLES):
        return None
    return Section(
        backtest.name("dates"),
        "When would things have come?",
        "A generation by compute is a hundredfold more training compute than the one before, counted from "
        "GPT-4; by name it is what is sold under the name. The two are kept apart.",
        tuple(_figures(backtest)),
    )


def _figures(backtest: SavedBacktest) -> Iterator[Figure]:
    for target, title in TITLES.items():
        found = _panels(backtest, target)
        if found:
            titles = {backtest_labels.item(target, item): one for item, one in found.items()}
            shown = {f"{name}: {_said(one)}": one for name, one in titles.items()}
            yield svg.block(
                backtest.name(target.replace("_", "-")),
                lambda shown=shown: origins.dates(shown),
                f"{title}: the date forecast at each origin, and the day that it came",
                f"{title}. Bars: 80 % and 50 % intervals, with a dot at the median; an arrow where an "
                "interval ends beyond the axis. Line across: the day it came; dashed: not by then, still "
                "open. Dotted: the day of the forecast itself.",
                table=_table(titles, title),
            )


def _panels(backtest: SavedBacktest, target: str) -> dict[str, origins.Dates]:
    """Return the forecasts of each item, the one with the longest horizon at each origin."""
    found = {}
    for item in backtest.items(target):
        answers = backtest.answers(backtest.who, target, item).sortby(["origin", "horizon"])
        if answers.sizes["question"]:
            last = np.diff(answers["origin"].values, append=np.inf) > 0.0
            day, is_open = _day(backtest.asked(target, item))
            quantiles = answers["quantile"].sel(level=list(origins.QUANTILES)).values[last]
            found[item] = origins.Dates(answers["origin"].values[last], quantiles, day, is_open)
    return found


def _day(asked: xr.Dataset) -> tuple[float | None, bool]:
    """Return the date of an event, or the date up to which it had not happened, and whether it is open.

    The date is None if unknown. An event that is open in all closed windows may have happened since.
    """
    came = asked["came"].values
    if np.isfinite(came).any():
        return float(came[np.isfinite(came)].min()), False
    watched = asked["window_last"].values[asked["state"].values == "open"]
    return (float(watched.max()), True) if len(watched) else (None, False)


def _said(one: origins.Dates) -> str:
    if one.day is None:
        return "cannot be told yet"
    day = backtest_labels.came(one.day, one.open)
    return day if one.open else f"came {day}"


def _table(panels: dict[str, origins.Dates], title: str) -> Table:
    rows = tuple(
        (f"{name}, {origin:.1f}", *(date(float(q)) for q in quantiles), _said(one))
        for name, one in panels.items()
        for origin, quantiles in zip(one.origins, one.quantiles, strict=True)
    )
    return Table(("what, made", "10 %", "25 %", "median", "75 %", "90 %", "what came"), rows, title)
