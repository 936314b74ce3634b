"""The largest run as it was foreseen at each origin."""

import numpy as np
import xarray as xr

from datawall.formatting import amount
from datawall.formatting import horizon as ahead
from datawall.reporting.document import Figure, Section, Table
from datawall.reporting.figures import origins, svg
from datawall.reporting.saved.backtest import SavedBacktest

TARGET = "largest_run"


def asked(backtest: SavedBacktest) -> bool:
    """Return whether there is a forecast of it."""
    return backtest.answers(backtest.who, TARGET).sizes["question"] > 0


def section(backtest: SavedBacktest) -> Section:
    """Return the section."""
    return Section(
        backtest.name("largest-run"),
        "What would have been said of the largest run?",
        "The compute of the largest training run that the public would know of, forecast from what was known "
        "at each date, and what then came. Since the laboratories fell silent, what came is only known to be "
        "at least the record of then.",
        (_figure(backtest),),
    )


def _figure(backtest: SavedBacktest) -> Figure:
    answers = backtest.answers(backtest.who, TARGET)
    horizons = np.unique(answers["horizon"].values)
    panels = {f"{ahead(float(h))} ahead": _panel(_at(answers, h)) for h in horizons}
    drawing, hover = origins.levels(panels, "FLOP")
    return svg.block(
        backtest.name("largest-run"),
        drawing,
        "Forecasts of the largest known training run against what came, a panel for each horizon",
        "Bars: 80 % and 50 % intervals, with a dot at the median, each for the date that it looked ahead to. "
        "Diamond: what came. Hollow triangle: still open, at least so much. Neither: not to be told yet.",
        table=_table(answers),
        hover=hover,
    )


def _at(answers: xr.Dataset, horizon: float) -> xr.Dataset:
    return answers.isel(question=np.flatnonzero(answers["horizon"] == horizon))


def _panel(answers: xr.Dataset) -> origins.Levels:
    return origins.Levels(
        (answers["origin"] + answers["horizon"]).values,
        _quantiles(answers),
        came(answers),
        answers["state"].values == "open",
    )


def _quantiles(answers: xr.Dataset) -> np.ndarray:
    return 10.0 ** answers["quantile"].sel(level=list(origins.QUANTILES)).values


def came(answers: xr.Dataset) -> np.ndarray:
    """Return what came; where it is open, what it is at least; nan where it cannot be told."""
    is_open = answers["state"].values == "open"
    return 10.0 ** np.where(is_open, answers["window_last"], answers["outcome"])


def _table(answers: xr.Dataset) -> Table:
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
