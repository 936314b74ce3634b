"""Outcomes: the questions open at a date, and their resolution."""

from collections.abc import Iterator, Sequence

import numpy as np

from datawall.backtesting.questions import BY_COMPUTE, BY_NAME, TARGETS, ForecastQuestion
from datawall.backtesting.records import newest, series_of, threshold, watched_until
from datawall.backtesting.scoring import Outcome

_ITEMS: dict[str, tuple[str, ...]] = {
    "first_above": ("1e+24", "1e+25", "1e+26", "1e+27"),
    BY_COMPUTE: ("GPT-4.5", "GPT-5"),
    BY_NAME: ("GPT-4", "GPT-5", "GPT-6"),
}
"""Thresholds or names of each date target."""


def questions_at(origin: float, horizons: Sequence[float]) -> list[ForecastQuestion]:
    """Return the questions of one origin [decimal year], for some horizons [years].

    The date of an event is in question only if it was not known to have happened by then.
    """
    return [ForecastQuestion(*asked, origin, horizon) for asked in _asked(origin) for horizon in horizons]


def _asked(origin: float) -> Iterator[tuple[str, str]]:
    for target, description in TARGETS.items():
        if description.kind == "level":
            yield target, ""
            continue
        record = series_of(target, origin).record(origin)
        yield from ((target, item) for item in _ITEMS[target] if record < threshold(target, item))


def resolve(question: ForecastQuestion) -> Outcome | None:
    """Return the outcome of one of `questions_at` by the evidence known today, in log10 or decimal years.

    A level is the record of the figures published by then; before then it is unresolved, which is None. Where
    figures have been kept secret since some date, later records are only known to be no less than the one of
    that date. A date is observed from the origin until the horizon, once the whole window has been watched: a
    truncated window would stand for a longer horizon than it covers, most often where the event came early.
    """
    if TARGETS[question.target].kind == "level":
        return _level(question)
    return seen_so_far(question) if question.until <= watched_until(question.target) else None


def came(question: ForecastQuestion) -> float:
    """Return the date of an event, by the evidence known today: inf if not yet happened, nan for a level."""
    if TARGETS[question.target].kind == "level":
        return np.nan
    return series_of(question.target).first_above(threshold(question.target, question.item))


def seen_so_far(question: ForecastQuestion) -> Outcome | None:
    """Return the outcome of a date since the origin, censored where watching has ended.

    The horizon may lie ahead. The outcome is None where the target was not watched after the origin.
    """
    last = min(question.until, watched_until(question.target))
    if last <= question.origin:
        return None
    date = came(question)
    return Outcome(value=date if date <= last else np.inf, first=question.origin, last=last)


def _level(question: ForecastQuestion) -> Outcome | None:
    if question.until > newest(question.target):
        return None
    series = series_of(question.target)
    if question.until <= series.told_until:
        record = series.record(question.until)
        return Outcome(value=record) if np.isfinite(record) else None
    known = series.known_by(question.origin).record(question.origin)
    at_least = series.record(series.told_until)
    # a bound already known at the origin is no information
    return Outcome(value=np.inf, last=at_least) if at_least > known else None
