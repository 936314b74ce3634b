"""Forecasts and outcomes of a backtest by origin: the largest run, dates, and revisions of the answer."""

from collections.abc import Iterator

import numpy as np
import xarray as xr

from datawall.formatting import amount, date, share
from datawall.formatting import horizon as ahead
from datawall.reporting.document import Block, Figure, Prose, Section, Table
from datawall.reporting.figures import backtest as figures
from datawall.reporting.figures import base
from datawall.reporting.labels import came, title
from datawall.reporting.saved import SavedBacktest

_SHOWN = 8
"""Largest number of revisions in a table."""
_COLUMNS = ("between", "evidence on", "median, years", "by 2030", "what became known")
TITLES = {
    "first_above": "First known run above an amount of compute",
    "release_by_compute": "First known run of a generation's compute",
    "release_by_name": "Release of a generation by its name",
}


def largest_run(backtest: SavedBacktest) -> Section | None:
    """Return the forecasts of the largest run at each origin, if any."""
    if not backtest.answers(backtest.who, "largest_run").sizes["question"]:
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
    answers = backtest.answers(backtest.who, "largest_run")
    horizons = np.unique(answers["horizon"].values)
    panels = {f"{ahead(float(h))} ahead": _levels_panel(_at(answers, h)) for h in horizons}
    return base.block(
        backtest.name("largest-run"),
        lambda: figures.levels(panels, "FLOP"),
        "Forecasts of the largest known training run against what came, a panel for each horizon",
        "Bars: 80 % and 50 % intervals, with a dot at the median, each for the date that it looked ahead to. "
        "Diamond: what came. Hollow triangle: still open, at least so much. Neither: not to be told yet.",
        table=_levels(answers),
    )


def _at(answers: xr.Dataset, horizon: float) -> xr.Dataset:
    return answers.isel(question=np.flatnonzero(answers["horizon"] == horizon))


def _levels_panel(answers: xr.Dataset) -> figures.Levels:
    return figures.Levels(
        (answers["origin"] + answers["horizon"]).values,
        _quantiles(answers),
        _outcomes(answers),
        answers["state"].values == "open",
    )


def _quantiles(answers: xr.Dataset) -> np.ndarray:
    return 10.0 ** answers["quantile"].sel(level=list(figures.QUANTILES)).values


def _outcomes(answers: xr.Dataset) -> np.ndarray:
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
            figures.told(float(outcome), bool(is_open)),
        )
        for origin, horizon, quantiles, outcome, is_open in zip(
            ordered["origin"].values,
            ordered["horizon"].values,
            _quantiles(ordered),
            _outcomes(ordered),
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
    for target, about in TITLES.items():
        found = _panels(backtest, target)
        if found:
            titles = {_item(target, item): one for item, one in found.items()}
            shown = {f"{name}: {_said(one)}": one for name, one in titles.items()}
            yield base.block(
                backtest.name(target.replace("_", "-")),
                lambda shown=shown: figures.dates(shown),
                f"{about}: the date forecast at each origin, and the day that it came",
                f"{about}. Bars: 80 % and 50 % intervals, with a dot at the median; an arrow where an "
                "interval ends beyond the axis. Line across: the day it came; dashed: not by then, still "
                "open. Dotted: the day of the forecast itself.",
                table=_table(titles, about),
            )


def _panels(backtest: SavedBacktest, target: str) -> dict[str, figures.Dates]:
    """Return the forecasts of each item, the one with the longest horizon at each origin."""
    found = {}
    for item in backtest.items(target):
        answers = backtest.answers(backtest.who, target, item).sortby(["origin", "horizon"])
        if answers.sizes["question"]:
            last = np.diff(answers["origin"].values, append=np.inf) > 0.0
            day, is_open = _day(backtest.asked(target, item))
            quantiles = answers["quantile"].sel(level=list(figures.QUANTILES)).values[last]
            found[item] = figures.Dates(answers["origin"].values[last], quantiles, day, is_open)
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


def _said(one: figures.Dates) -> str:
    if one.day is None:
        return "cannot be told yet"
    day = came(one.day, one.open)
    return day if one.open else f"came {day}"


def _table(panels: dict[str, figures.Dates], title: str) -> Table:
    rows = tuple(
        (f"{name}, {origin:.1f}", *(date(float(q)) for q in quantiles), _said(one))
        for name, one in panels.items()
        for origin, quantiles in zip(one.origins, one.quantiles, strict=True)
    )
    return Table(("what, made", "10 %", "25 %", "median", "75 %", "90 %", "what came"), rows, title)


def _item(about: str, name: str) -> str:
    """Return the label of an item of a target.

    Examples
    --------
    >>> _item("first_above", "1e+26"), _item("release_by_name", "GPT-5")
    ('10²⁶ FLOP', 'GPT-5')
    """
    return f"{amount(float(name))} FLOP" if about == "first_above" else name


def revision(backtest: SavedBacktest) -> Section | None:
    """Return the section, if the revisions of the answer are known."""
    if not backtest.has("revision/quantiles"):
        return None
    return Section(
        backtest.name("revision"),
        "How has the answer moved?",
        "The same questions, asked at one date after another, each time with what was known by then.",
        tuple(_revision_blocks(backtest)),
    )


def _revision_blocks(backtest: SavedBacktest) -> Iterator[Block]:
    yield _revision_figure(backtest)
    if backtest.has("revision/moves"):
        yield Prose(
            "Each move is by the evidence on one thing that became known between two dates, with all else as "
            "it was at the earlier one: how far it shifts the median and the probability by 2030, with their "
            "standard errors. A median that is past or never cannot shift by years."
        )
        yield from _moves(backtest.group("revision/moves"))


def _revision_figure(backtest: SavedBacktest) -> Figure:
    found = backtest.group("revision/quantiles")
    panels = {
        title(str(output)): figures.Dates(
            found["origin"].values,
            found["date"]
            .sel(output=output, quantile=list(figures.QUANTILES))
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
    return base.block(
        backtest.name("revision"),
        lambda: figures.dates(panels),
        "Forecast dates by the date of the forecast: how the answer moved as evidence came in",
        "Bars: 80 % and 50 % intervals, with a dot at the median; an arrow where an interval ends beyond the "
        "axis; one that begins below it begins in the past. Dotted: the day of the forecast itself.",
        table=Table(("what, asked", *levels, "past", "never"), rows, "Forecast dates"),
    )


def _moves(moves: xr.Dataset) -> Iterator[Table]:
    outputs = moves["output"].values.astype(str)[::-1]
    first = {output.partition(".")[0]: output for output in outputs}
    for output in reversed(first.values()):
        rows = tuple(map(_move, _largest(moves.sel(output=output))))
        if rows:
            yield Table(_COLUMNS, rows, f"{title(output)}: what moved it most")


def _largest(moves: xr.Dataset) -> Iterator[xr.Dataset]:
    """Yield the largest revisions of the median, or of the probability if no medians can be compared."""
    flat = moves.stack(move=("pair", "module"), create_index=False)
    years, chance = (np.abs(flat[name].values) for name in ("shift", "probability_shift"))
    for place in np.lexsort((-chance, -np.nan_to_num(years)))[:_SHOWN]:
        if years[place] or chance[place]:
            yield flat.isel(move=int(place))


def _move(move: xr.Dataset) -> tuple[str, ...]:
    shift, chance = float(move["shift"]), float(move["probability_shift"])
    return (
        f"{float(move['since']):.1f} to {float(move['until']):.1f}",
        str(move["module"].item()),
        f"{shift:+.2f} ± {float(move['shift_mcse']):.2f}" if np.isfinite(shift) else "-",
        f"{100 * chance:+.1f} % ± {100 * float(move['probability_shift_mcse']):.1f} %",
        str(move["evidence"].item()),
    )
