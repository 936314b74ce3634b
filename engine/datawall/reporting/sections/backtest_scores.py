"""Scores of a backtest: interval coverage, PIT distributions, and skill against other forecasts."""

import math
from collections.abc import Iterator, Sequence

import numpy as np

from datawall.backtesting.questions import TARGETS
from datawall.backtesting.scores import MASSES
from datawall.backtesting.scoring import Ecdf, pit_ecdf, pit_values
from datawall.formatting import horizon, share
from datawall.formatting import skill as skill_text
from datawall.reporting.document import Block, Figure, Prose, Section, Table
from datawall.reporting.figures import backtest as figures
from datawall.reporting.figures import base, style
from datawall.reporting.labels import target_label
from datawall.reporting.saved import SIMPLE, SavedBacktest

_FEWEST = 5
"""Fewest outcomes for which their distribution is shown."""
_BAND, _SEED = 0.95, 0
_LIMITS = -1.0, 1.0
_UNIT = "skill: share by which the CRPS is lower"
_COLUMNS = ("against, what", "skill", "CRPS", "its CRPS", "questions")


def calibration(backtest: SavedBacktest) -> Section | None:
    """Return the section, or None if no outcome has been scored."""
    if not backtest.has(f"coverage/{backtest.who}"):
        return None
    return Section(
        backtest.name("calibration"),
        "Do the intervals hold what they claim?",
        "Of what came, an 80 % interval should hold 80 %: less, and the forecast was too sure of itself; "
        "more, and it was not sure enough. A date that is still open counts by what it may yet be. Forecasts "
        "of neighbouring dates share their outcomes, so these count for less than their number.",
        tuple(_calibration_blocks(backtest)),
    )


def _calibration_blocks(backtest: SavedBacktest) -> Iterator[Block]:
    who, horizons = backtest.who, backtest.horizons(backtest.who)
    yield _dots(backtest)
    rows = [_row("all", backtest, who)]
    rows += [_row(target_label(name), backtest, who, name) for name in backtest.targets]
    yield _coverage("what", rows, "By target, all horizons together")
    if len(backtest.forecasters) > 1:
        covered = (name for name in backtest.forecasters if backtest.has(f"coverage/{name}"))
        caption = "How often did intervals hold what happened, each on what it answered?"
        yield _coverage("forecast", [_row(name, backtest, name) for name in covered], caption)
    if len(horizons) > 2:  # all, and more than one
        rows = [_row(horizon(years), backtest, who, years=years) for years in horizons if years]
        yield _coverage("ahead", rows, f"By horizon, forecasts of {who}", folded=True)
    panels = {
        title: pit_ecdf(pit_values(bounds, _SEED), _BAND, _SEED)
        for title, bounds in _bounds(backtest).items()
        if len(bounds) >= _FEWEST
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
    return base.block(
        backtest.name("coverage"),
        lambda: figures.dots(
            rows,
            (0.0, 1.0),
            "share of what came inside",
            [(mass, figures.COLOURS[k]) for k, mass in enumerate(MASSES)],
        ),
        "Share of the outcomes that 50, 80 and 95 % intervals held, by horizon, beside what they should hold",
        "A mark left of the dashed line of its colour: intervals too narrow; right of it: too wide.",
    )


def _coverage(first: str, rows: Sequence[tuple[str, ...]], caption: str, *, folded: bool = False) -> Table:
    columns = (first, *(f"in {share(mass)}" for mass in MASSES), "questions")
    return Table(columns, tuple(rows), caption, folded=folded)


def _row(
    label: str, backtest: SavedBacktest, who: str, target: str = "", years: float = 0.0
) -> tuple[str, ...]:
    found = [backtest.coverage(who, mass, years, target) for mass in MASSES]
    return (label, *(share(held) if count else "-" for held, count in found), str(found[0][1]))


def _pits(backtest: SavedBacktest, panels: dict[str, Ecdf]) -> Figure:
    return base.block(
        backtest.name("pit"),
        lambda: figures.pits(panels),
        "How much more often than claimed what came lay below each quantile of its forecast, with bands",
        "How often what came lay below a quantile of its forecast, less how often that was claimed. Of right "
        f"claims about things that are independent, the line stays in the grey band over its whole length "
        f"in {share(_BAND)} of cases. Above zero on the left and below on the right: intervals too narrow. "
        "Above everywhere: less came than was forecast, or earlier; below: more, or later. What is open "
        "counts at random among what it still may be.",
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


def skill(backtest: SavedBacktest) -> Section | None:
    """Return the section, if the forecast was compared with any other."""
    if not backtest.references(backtest.who):
        return None
    return Section(
        backtest.name("skill"),
        "Is it better than simple forecasts, and than published ones?",
        "The continuous ranked probability score (CRPS) is the error of a whole distribution, in orders of "
        "magnitude for amounts and in years for dates. Skill is the share by which it is lower than that of "
        "another forecast of the same questions: 100 % is perfect, 0 % no better, below 0 % worse. "
        "Persistence says that the record stays; trend and drift that its growth goes on, on a line or from "
        "the last record. Standard errors resample the origins in blocks; there is none where the origins "
        "are too few, and very unsure is one above 100 %.",
        tuple(_skill_blocks(backtest)),
    )


def _skill_blocks(backtest: SavedBacktest) -> Iterator[Block]:
    who, compared = backtest.who, backtest.references(backtest.who)
    simple = [name for name in compared if name in SIMPLE]
    others = [name for name in compared if name not in SIMPLE]
    if simple:
        yield _against_simple(backtest, simple)
        yield Table(_COLUMNS, _skills(backtest, who, simple), f"Does {who} beat simple forecasts?")
        yield _skill_by_horizon(backtest, simple)
    if others:
        yield _against_published(backtest, others)
        caption = "Against others, on what both answered, at all horizons"
        yield Table(_COLUMNS, _skills(backtest, who, others), caption)
    for one in backtest.scenarios[1:]:
        if rows := _skills(backtest, one, backtest.references(one)):
            yield Table(_COLUMNS, rows, f"{one} against others, at all horizons", folded=True)
    yield _scores(backtest)


def _against_simple(backtest: SavedBacktest, simple: Sequence[str]) -> Figure:
    rows = {
        target_label(target): {f"against {other}": _number(backtest, other, target) for other in simple}
        for target in _compared(backtest, simple)
    }
    return base.block(
        backtest.name("skill"),
        lambda: figures.dots(rows, _LIMITS, _UNIT, [(0.0, style.INK)]),
        "Skill of the forecast against persistence and trend, by target",
        "All horizons together. Right of the line the forecast is better. Lines: 95 % intervals; an arrow "
        "where the value lies beyond the axis.",
    )


def _against_published(backtest: SavedBacktest, others: Sequence[str]) -> Figure:
    rows = {
        other: {
            target_label(target): _number(backtest, other, target) for target in _compared(backtest, [other])
        }
        for other in others
    }
    return base.block(
        backtest.name("skill-published"),
        lambda: figures.dots(rows, _LIMITS, _UNIT, [(0.0, style.INK)]),
        "Skill of the forecast against each published one, at the date of that one",
        "All horizons together; both know only what was known at the date of the published forecast. One "
        "origin each: these are a handful of questions that depend on each other.",
    )


def _number(backtest: SavedBacktest, other: str, target: str) -> figures.Number:
    found = backtest.skill(backtest.who, other, target)
    return found.skill, found.error


def _compared(backtest: SavedBacktest, others: Sequence[str], who: str = "") -> list[str]:
    """Return the targets on which any of the forecasters was compared."""
    return [
        target
        for target in backtest.targets
        if any(backtest.skill(who or backtest.who, other, target).questions for other in others)
    ]


def _skills(backtest: SavedBacktest, who: str, others: Sequence[str]) -> tuple[tuple[str, ...], ...]:
    """Return the rows of a table of skill scores at all horizons."""
    rows = []
    for other in others:
        for target in _compared(backtest, [other], who):
            found = backtest.skill(who, other, target)
            errors = f"{found.crps:.3f}", f"{found.crps_reference:.3f}"
            cells = (skill_text(found.skill, found.error), *errors, str(found.questions))
            rows.append((f"{other}: {target_label(target)}", *cells))
    return tuple(rows)


def _skill_by_horizon(backtest: SavedBacktest, simple: Sequence[str]) -> Table:
    horizons = [years for years in backtest.horizons(backtest.who) if years > 0.0]
    rows = []
    for other in simple:
        for target in _compared(backtest, [other]):
            found = [backtest.skill(backtest.who, other, target, years) for years in horizons]
            cells = (skill_text(one.skill, one.error) for one in found)
            rows.append((f"{other}: {target_label(target)}", *cells))
    columns = ("against, what", *map(horizon, horizons))
    return Table(columns, tuple(rows), "Skill by horizon")


def _scores(backtest: SavedBacktest) -> Table:
    compared = [name for name in backtest.forecasters if name in (*backtest.scenarios, *SIMPLE)]
    rows, scored_by = [], {who: backtest.scored(who) for who in compared}
    for target in backtest.targets:
        for who, scored in scored_by.items():
            own = scored.isel(question=np.flatnonzero(scored["target"] == target))
            if own.sizes["question"]:
                means = (_mean(own[name].values) for name in ("crps", "log_score", "brier", "width80"))
                rows.append((f"{target_label(target)}: {who}", *means, str(own.sizes["question"])))
    columns = ("what, forecast", "CRPS", "log score, nats", "Brier score", "80 % width", "questions")
    title = "Mean scores, each on what it answered; CRPS and width in orders of magnitude or years"
    return Table(columns, tuple(rows), title)


def _mean(values: np.ndarray) -> str:
    return "-" if np.isnan(values).all() else f"{np.nanmean(values):.3f}"
