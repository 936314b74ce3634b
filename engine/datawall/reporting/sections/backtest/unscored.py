"""Unscored questions of a backtest, and settings stated with hindsight."""

from collections.abc import Iterator

from datawall.backtesting.export import unanswered
from datawall.reporting import backtest_labels as words
from datawall.reporting.document import Block, Prose, Section, Table
from datawall.reporting.saved import SavedBacktest


def section(backtest: SavedBacktest) -> Section:
    """Return the section."""
    return Section(
        backtest.name("unscored"),
        "What could not be scored, and what was known only later?",
        "",
        (*_states(backtest), *_skipped(backtest), *_hindsight(backtest)),
    )


def _states(backtest: SavedBacktest) -> Iterator[Block]:
    states = backtest.group("questions")["state"].values.astype(str).tolist()
    yield Prose(
        f"Of {len(states):,} questions {states.count('happened'):,} have an answer, {states.count('open'):,} "
        f"are open (not yet, or only a lower bound) and {states.count('unresolved'):,} cannot be told yet. A "
        "date that has not come counts as an outcome. An amount that is only known to be at least its last "
        "record counts in no average: it can speak against a forecast, but never for it."
    )


def _skipped(backtest: SavedBacktest) -> Iterator[Block]:
    found = unanswered(backtest.manifest["skipped"])
    if not found:
        yield Prose("No forecaster was silent on anything that it was asked.")
        return
    rows = tuple(
        (
            f"{row['who']}: {', '.join(map(words.target, row['targets']))}",
            words.span(row["origins"]),
            row["reason"],
        )
        for row in found
    )
    yield Table(
        ("who, on what", "origins", "why"), rows, "What was not answered, at how many origins, and why"
    )


def _hindsight(backtest: SavedBacktest) -> Iterator[Block]:
    late: dict[str, list[float]] = {}
    for origin, names in backtest.manifest["hindsight"].items():
        for name in names:
            late.setdefault(name, []).append(float(origin))
    if not late:
        yield Prose("No input was stated with hindsight.")
        return
    yield Prose(
        "Inputs without evidence of their own keep the priors of today at every origin. Where such a prior "
        "rests on a source that came later, the forecast knew more than it could have."
    )
    rows = tuple((name, words.span(origins)) for name, origins in sorted(late.items()))
    yield Table(("input", "origins before its source"), rows, "Stated with hindsight")
