"""When things were forecast to come, at each origin, and when they came."""

from collections.abc import Iterator

import numpy as np
import xarray as xr

from datawall.formatting import date
from datawall.reporting import backtest_labels
from datawall.reporting.document import Figure, Section, Table
from datawall.reporting.figures import origins, svg
from datawall.reporting.saved.backtest import SavedBacktest

TITLES = {
    "first_above": "First known run above an amount of compute",
    "release_by_compute": "First known run of a generation's compute",
    "release_by_name": "Release of a generation by its name",
}


def asked(backtest: SavedBacktest) -> bool:
    """Return whether there is a forecast of a date."""
    return any(_panels(backtest, target) for target in TITLES)


def section(backtest: SavedBacktest) -> Section:
    """Return the section."""
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
            drawing, hover = origins.dates({f"{name}: {_said(one)}": one for name, one in titles.items()})
            yield svg.block(
                backtest.name(target.replace("_", "-")),
                drawing,
                f"{title}: the date forecast at each origin, and the day that it came",
                f"{title}. Bars: 80 % and 50 % intervals, with a dot at the median; an arrow where an "
                "interval ends beyond the axis. Line across: the day it came; dashed: not by then, still "
                "open. Dotted: the day of the forecast itself.",
                table=_table(titles, title),
                hover=hover,
            )


def _panels(backtest: SavedBacktest, target: str) -> dict[str, origins.Dates]:
    """Return the forecasts of each item, those with the longest look ahead where there are several."""
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
    """Return when something came, or until when it had not, and whether it is open; None if none can tell.

    What is open in the windows that are over may have come since.
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
