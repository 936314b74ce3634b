"""Forecast revisions from origin to origin, and the evidence behind them."""

from collections.abc import Iterator

import numpy as np
import xarray as xr

from datawall.formatting import date, share
from datawall.reporting.document import Block, Figure, Prose, Section, Table
from datawall.reporting.figures import origins, svg
from datawall.reporting.labels import title
from datawall.reporting.saved import SavedBacktest

SHOWN = 8
"""Largest number of revisions in a table."""
COLUMNS = ("between", "evidence on", "median, years", "by 2030", "what became known")


def section(backtest: SavedBacktest) -> Section | None:
    """Return the section, if the revisions of the answer are known."""
    if not backtest.has("revision/quantiles"):
        return None
    return Section(
        backtest.name("revision"),
        "How has the answer moved?",
        "The same questions, asked at one date after another, each time with what was known by then.",
        tuple(_blocks(backtest)),
    )


def _blocks(backtest: SavedBacktest) -> Iterator[Block]:
    yield _figure(backtest)
    if backtest.has("revision/moves"):
        yield Prose(
            "Each move is by the evidence on one thing that became known between two dates, with all else as "
            "it was at the earlier one: how far it shifts the median and the probability by 2030, with their "
            "standard errors. A median that is past or never cannot shift by years."
        )
        yield from _moves(backtest.group("revision/moves"))


def _figure(backtest: SavedBacktest) -> Figure:
    found = backtest.group("revision/quantiles")
    panels = {
        title(str(output)): origins.Dates(
            found["origin"].values,
            found["date"]
            .sel(output=output, quantile=list(origins.QUANTILES))
            .transpose("origin", ...)
            .values,
        )
        for output in found["output"].values
    }
    rows = tuple(
        (
            f"{title(str(output))}, {float(origin):.1f}",
            *(date(float(q)) for q in found["date"].sel(output=output, origin=origin).values),
            share(float(found["p_past"].sel(output=output, origin=origin))),
            share(float(found["p_never"].sel(output=output, origin=origin))),
        )
        for output in found["output"].values
        for origin in found["origin"].values
    )
    levels = tuple(share(float(level)) for level in found["quantile"].values)
    return svg.block(
        backtest.name("revision"),
        lambda: origins.dates(panels),
        "Forecast dates by the date of the forecast: how the answer moved as evidence came in",
        "Bars: 80 % and 50 % intervals, with a dot at the median; an arrow where an interval ends beyond the "
        "axis; one that begins below it begins in the past. Dotted: the day of the forecast itself.",
        table=Table(("what, asked", *levels, "past", "never"), rows, "Forecast dates"),
    )


def _moves(moves: xr.Dataset) -> Iterator[Table]:
    outputs = moves["output"].values.astype(str)[::-1]
    first = {output.partition(".")[0]: output for output in outputs}
    for output in reversed(first.values()):
        rows = tuple(map(_row, _largest(moves.sel(output=output))))
        if rows:
            yield Table(COLUMNS, rows, f"{title(output)}: what moved it most")


def _largest(moves: xr.Dataset) -> Iterator[xr.Dataset]:
    """Yield the largest revisions of the median, or of the probability if no medians can be compared."""
    flat = moves.stack(move=("pair", "module"), create_index=False)
    years, chance = (np.abs(flat[name].values) for name in ("shift", "probability_shift"))
    for place in np.lexsort((-chance, -np.nan_to_num(years)))[:SHOWN]:
        if years[place] or chance[place]:
            yield flat.isel(move=int(place))


def _row(move: xr.Dataset) -> tuple[str, ...]:
    shift, chance = float(move["shift"]), float(move["probability_shift"])
    return (
        f"{float(move['since']):.1f} to {float(move['until']):.1f}",
        str(move["module"].item()),
        f"{shift:+.2f} ± {float(move['shift_mcse']):.2f}" if np.isfinite(shift) else "-",
        f"{100 * chance:+.1f} % ± {100 * float(move['probability_shift_mcse']):.1f} %",
        str(move["evidence"].item()),
    )
