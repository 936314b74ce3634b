"""Skill of the forecast against simple and published forecasts."""

from collections.abc import Iterator, Sequence

import numpy as np

from datawall.formatting import horizon
from datawall.formatting import skill as skill_text
from datawall.reporting import backtest_labels as words
from datawall.reporting.document import Block, Figure, Section, Table
from datawall.reporting.figures import scores, style, svg
from datawall.reporting.saved import SIMPLE, SavedBacktest, Skill

LIMITS = -1.0, 1.0
UNIT = "skill: share by which the CRPS is lower"
COLUMNS = ("against, what", "skill", "CRPS", "its CRPS", "questions")


def section(backtest: SavedBacktest) -> Section | None:
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
        tuple(_blocks(backtest)),
    )


def _blocks(backtest: SavedBacktest) -> Iterator[Block]:
    compared = backtest.references(backtest.who)
    simple = [name for name in compared if name in SIMPLE]
    others = [name for name in compared if name not in SIMPLE]
    if simple:
        yield _against_simple(backtest, simple)
        yield _table(backtest, simple, f"Does {backtest.who} beat simple forecasts?")
        yield _by_horizon(backtest, simple)
    if others:
        yield _against_published(backtest, others)
        yield _table(backtest, others, "Against others, on what both answered, at all horizons")
    yield from _of_others(backtest)
    yield _scores(backtest)


def _against_simple(backtest: SavedBacktest, simple: Sequence[str]) -> Figure:
    rows = {
        words.target(target): {f"against {other}": _number(backtest, other, target) for other in simple}
        for target in _compared(backtest, simple)
    }
    return svg.block(
        backtest.name("skill"),
        lambda: scores.dots(rows, LIMITS, UNIT, [(0.0, style.INK)]),
        "Skill of the forecast against persistence and trend, by target",
        "All horizons together. Right of the line the forecast is better. Lines: 95 % intervals; an arrow "
        "where the value lies beyond the axis.",
    )


def _against_published(backtest: SavedBacktest, others: Sequence[str]) -> Figure:
    targets = _compared(backtest, others)
    rows = {
        other: {
            words.target(target): _number(backtest, other, target)
            for target in targets
            if backtest.skill(backtest.who, other, target).questions
        }
        for other in others
    }
    return svg.block(
        backtest.name("skill-published"),
        lambda: scores.dots(rows, LIMITS, UNIT, [(0.0, style.INK)]),
        "Skill of the forecast against each published one, at the date of that one",
        "All horizons together; both know only what was known at the date of the published forecast. One "
        "origin each: these are a handful of questions that depend on each other.",
    )


def _number(backtest: SavedBacktest, other: str, target: str) -> scores.Number:
    found = backtest.skill(backtest.who, other, target)
    return found.skill, found.error


def _compared(backtest: SavedBacktest, others: Sequence[str]) -> list[str]:
    """Return the targets on which any of the forecasters was compared."""
    return [
        target
        for target in backtest.targets
        if any(backtest.skill(backtest.who, other, target).questions for other in others)
    ]


def _table(backtest: SavedBacktest, others: Sequence[str], caption: str) -> Table:
    rows = [
        (f"{other}: {words.target(target)}", *_cells(backtest.skill(backtest.who, other, target)))
        for other in others
        for target in _compared(backtest, [other])
    ]
    return Table(COLUMNS, tuple(rows), caption)


def _of_others(backtest: SavedBacktest) -> Iterator[Table]:
    """Yield the skill of the other scenarios against their references."""
    for who in backtest.scenarios[1:]:
        rows = [
            (f"{other}: {words.target(target)}", *_cells(backtest.skill(who, other, target)))
            for other in backtest.references(who)
            for target in backtest.targets
            if backtest.skill(who, other, target).questions
        ]
        if rows:
            yield Table(COLUMNS, tuple(rows), f"{who} against others, at all horizons", folded=True)


def _cells(found: Skill) -> tuple[str, ...]:
    errors = f"{found.crps:.3f}", f"{found.crps_reference:.3f}"
    return (skill_text(found.skill, found.error), *errors, str(found.questions))


def _by_horizon(backtest: SavedBacktest, simple: Sequence[str]) -> Table:
    horizons = [years for years in backtest.horizons(backtest.who) if years > 0.0]
    rows = []
    for other in simple:
        for target in _compared(backtest, [other]):
            found = [backtest.skill(backtest.who, other, target, years) for years in horizons]
            cells = (skill_text(one.skill, one.error) for one in found)
            rows.append((f"{other}: {words.target(target)}", *cells))
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
                rows.append((f"{words.target(target)}: {who}", *means, str(own.sizes["question"])))
    columns = ("what, forecast", "CRPS", "log score, nats", "Brier score", "80 % width", "questions")
    title = "Mean scores, each on what it answered; CRPS and width in orders of magnitude or years"
    return Table(columns, tuple(rows), title)


def _mean(values: np.ndarray) -> str:
    return "-" if np.isnan(values).all() else f"{np.nanmean(values):.3f}"
