"""Calibration of a backtest: interval coverage and PIT distributions."""

import math
from collections.abc import Iterator

import numpy as np

from datawall.backtesting.questions import TARGETS
from datawall.backtesting.scores import MASSES
from datawall.backtesting.scoring import Ecdf, pit_ecdf, pit_values
from datawall.formatting import horizon, share
from datawall.reporting import backtest_labels as words
from datawall.reporting.document import Block, Figure, Prose, Section, Table
from datawall.reporting.figures import scores, svg
from datawall.reporting.saved import SavedBacktest

FEWEST = 5
"""Fewest outcomes for which their distribution is shown."""
BAND, SEED = 0.95, 0


def section(backtest: SavedBacktest) -> Section | None:
    """Return the section, or None if no outcome has been scored."""
    if not backtest.has(f"coverage/{backtest.who}"):
        return None
    return Section(
        backtest.name("calibration"),
        "Do the intervals hold what they claim?",
        "Of what came, an 80 % interval should hold 80 %: less, and the forecast was too sure of itself; "
        "more, and it was not sure enough. A date that is still open counts by what it may yet be. Forecasts "
        "of neighbouring dates share their outcomes, so these count for less than their number.",
        tuple(_blocks(backtest)),
    )


def _blocks(backtest: SavedBacktest) -> Iterator[Block]:
    yield _dots(backtest)
    yield _by_target(backtest)
    if len(backtest.forecasters) > 1:
        yield _by_forecaster(backtest)
    if len(backtest.horizons(backtest.who)) > 2:  # all, and more than one
        yield _by_horizon(backtest)
    panels = {
        title: pit_ecdf(pit_values(bounds, SEED), BAND, SEED)
        for title, bounds in _bounds(backtest).items()
        if len(bounds) >= FEWEST
    }
    if panels:
        yield _pits(backtest, panels)
    if backtest.has(f"widening/{backtest.who}"):
        found = backtest.group(f"widening/{backtest.who}")
        if found["factor"].notnull():
            yield _factors(backtest)
            yield Prose(_widening(*(float(found[name]) for name in ("factor", "low", "high"))))


def _dots(backtest: SavedBacktest) -> Figure:
    rows = {}
    for years in backtest.horizons(backtest.who):
        count = backtest.coverage(backtest.who, MASSES[0], years)[1]
        if count:
            rows[f"{horizon(years)}, {count} questions"] = {
                f"{share(mass)} intervals": (backtest.coverage(backtest.who, mass, years)[0], np.nan)
                for mass in MASSES
            }
    return svg.block(
        backtest.name("coverage"),
        lambda: scores.dots(
            rows,
            (0.0, 1.0),
            "share of what came inside",
            [(mass, scores.COLOURS[k]) for k, mass in enumerate(MASSES)],
        ),
        "Share of the outcomes that 50, 80 and 95 % intervals held, by horizon, beside what they should hold",
        "A mark left of the dashed line of its colour: intervals too narrow; right of it: too wide.",
    )


def _by_target(backtest: SavedBacktest) -> Table:
    named = ["", *backtest.targets]
    rows = tuple(_row(words.target(name) if name else "all", backtest, backtest.who, name) for name in named)
    return Table(_columns("what"), rows, "By target, all horizons together")


def _by_forecaster(backtest: SavedBacktest) -> Table:
    covered = [name for name in backtest.forecasters if backtest.has(f"coverage/{name}")]
    rows = tuple(_row(name, backtest, name) for name in covered)
    return Table(
        _columns("forecast"), rows, "How often did intervals hold what happened, each on what it answered?"
    )


def _by_horizon(backtest: SavedBacktest) -> Table:
    rows = tuple(
        _row(horizon(years), backtest, backtest.who, years=years)
        for years in backtest.horizons(backtest.who)
        if years
    )
    return Table(_columns("ahead"), rows, f"By horizon, forecasts of {backtest.who}", folded=True)


def _columns(first: str) -> tuple[str, ...]:
    return (first, *(f"in {share(mass)}" for mass in MASSES), "questions")


def _row(
    label: str, backtest: SavedBacktest, who: str, target: str = "", years: float = 0.0
) -> tuple[str, ...]:
    found = [backtest.coverage(who, mass, years, target) for mass in MASSES]
    return (label, *(share(held) if count else "-" for held, count in found), str(found[0][1]))


def _pits(backtest: SavedBacktest, panels: dict[str, Ecdf]) -> Figure:
    return svg.block(
        backtest.name("pit"),
        lambda: scores.pits(panels),
        "How much more often than claimed what came lay below each quantile of its forecast, with bands",
        "How often what came lay below a quantile of its forecast, less how often that was claimed. Of right "
        f"claims about things that are independent, the line stays in the grey band over its whole length in "
        f"{share(BAND)} of cases. Above zero on the left and below on the right: intervals too narrow. Above "
        "everywhere: less came than was forecast, or earlier; below: more, or later. What is open counts at "
        "random among what it still may be.",
    )


def _bounds(backtest: SavedBacktest) -> dict[str, np.ndarray]:
    """Return the bounds of amounts and of dates apart, so that their errors cannot cancel."""
    scored = backtest.scored(backtest.who)
    bounds = np.stack([scored["pit_low"], scored["pit_high"]], axis=1)
    kinds = np.array([TARGETS[target].kind for target in scored["target"].values.astype(str)], str)
    return {"amounts": bounds[kinds == "level"], "dates": bounds[kinds == "date"]}


def _factors(backtest: SavedBacktest) -> Table:
    rows = []
    for who in backtest.scenarios:
        if backtest.has(f"widening/{who}"):
            found = backtest.group(f"widening/{who}")
            factor, low, high = (_factor(float(found[name])) for name in ("factor", "low", "high"))
            rows.append((who, factor, f"{low} to {high}" if "?" not in (low, high) else "?"))
    return Table(
        ("forecasts", "factor", "90 % interval"),
        tuple(rows),
        "By which factor should intervals be wider?",
        "∞: outcomes lie beyond all draws; ?: too few origins to tell",
    )


def _factor(value: float) -> str:
    return "?" if math.isnan(value) else "∞" if math.isinf(value) else f"{value:.2f}"


def _widening(factor: float, low: float, high: float) -> str:
    """Return the factor by which the 80 % intervals were too narrow, in words.

    Examples
    --------
    >>> _widening(1.4, 1.1, 1.8)[:69]
    'To hold 80 % of the outcomes, the 80 % intervals would have had to be'
    >>> _widening(math.inf, 2.0, math.inf)
    'No widening makes the 80 % intervals hold 80 % of the outcomes: too many lie beyond all draws.'
    """
    if math.isinf(factor):
        return (
            "No widening makes the 80 % intervals hold 80 % of the outcomes: too many lie beyond all draws."
        )
    spread = f" (90 %: {low:.2f} to {high:.2f})" if math.isfinite(low) else ""
    return (
        f"To hold 80 % of the outcomes, the 80 % intervals would have had to be {factor:.2f} times as wide"
        f"{spread}, in standard deviations where a forecast is a normal distribution. datawall forecast "
        "--calibrated widens by the factor of the largest run alone, and says so; it never narrows."
    )
