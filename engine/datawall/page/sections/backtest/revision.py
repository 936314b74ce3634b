"""How the answer moved from origin to origin, and which evidence moved it."""

from collections.abc import Iterator

import numpy as np

from datawall.page import picture
from datawall.page.blocks import Block, Figure, Section, Table
from datawall.page.charts import origins
from datawall.page.saved_backtest import SavedBacktest
from datawall.reporting.words import date, share, wall_label

SHOWN = 20
"""Moves in the table: the largest."""


def asked(backtest: SavedBacktest) -> bool:
    """Return whether the moves of the answer are known."""
    return backtest.has("revision/quantiles")


def section(backtest: SavedBacktest) -> Section:
    """Return the section."""
    return Section(
        backtest.name("revision"),
        "How has the answer moved?",
        "The same questions, asked at one date after another, each time with what was known by then.",
        tuple(_blocks(backtest)),
    )


def _blocks(backtest: SavedBacktest) -> Iterator[Block]:
    yield _figure(backtest)
    if backtest.has("revision/moves"):
        yield _moves(backtest)


def _figure(backtest: SavedBacktest) -> Figure:
    found = backtest.group("revision/quantiles")
    panels = {
        _label(str(output)): origins.Dates(
            found["origin"].values,
            found["date"].sel(output=output, quantile=list(origins.QUANTILES)).transpose("origin", ...).values,
        )
        for output in found["output"].values
    }
    drawing, hover = origins.dates(panels)
    rows = tuple(
        (
            f"{_label(str(output))}, {float(origin):.1f}",
            *(date(float(q)) for q in found["date"].sel(output=output, origin=origin).values),
            share(float(found["p_past"].sel(output=output, origin=origin))),
            share(float(found["p_never"].sel(output=output, origin=origin))),
        )
        for output in found["output"].values
        for origin in found["origin"].values
    )
    levels = tuple(share(float(level)) for level in found["quantile"].values)
    return picture.block(
        backtest.name("revision"),
        drawing,
        "Forecast dates by the date of the forecast: how the answer moved as evidence came in",
        "Bars: 80 % and 50 % intervals, with a dot at the median; an arrow where an interval ends beyond the "
        "axis. Dotted: the day of the forecast itself.",
        table=Table(("what, asked", *levels, "past", "never"), rows, "Forecast dates"),
        hover=hover,
    )


def _moves(backtest: SavedBacktest) -> Table:
    moves = backtest.group("revision/moves")
    shift = moves["shift"].transpose("step", "module").values
    order = np.argsort(-np.abs(np.nan_to_num(shift)), axis=None)[:SHOWN]
    rows = []
    for step, module in zip(*np.unravel_index(order, shift.shape), strict=True):
        one = moves.isel(step=int(step), module=int(module))
        rows.append(
            (
                f"{float(one['from']):.1f} to {float(one['to']):.1f}",
                str(one["module"].item()),
                f"{float(one['shift']):+.2f} ± {float(one['error']):.2f}",
                str(one["evidence"].item()),
            )
        )
    columns = ("between", "evidence on", "shift of the median, years", "what became known")
    return Table(columns, tuple(rows), "The largest moves, each by the evidence on one thing")


def _label(output: str) -> str:
    return wall_label(output.removeprefix("wall.")) if output.startswith("wall.") else output
