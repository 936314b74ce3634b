"""What could not be scored, and what was stated with hindsight."""

import re
from collections.abc import Iterable, Iterator

from datawall.page.blocks import Block, Prose, Section, Table
from datawall.page.saved_backtest import SavedBacktest
from datawall.page.sections.backtest import naming

DIGITS = re.compile(r"\d+")


def asked(backtest: SavedBacktest) -> bool:  # noqa: ARG001
    """Return True: that there is nothing to tell is worth telling."""
    return True


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
    groups: dict[tuple[str, str, str], list[tuple[float, str]]] = {}
    for who, target, origin, reason in backtest.manifest["skipped"]:
        alike = DIGITS.sub("", reason)  # the same reason at two origins differs in its dates
        groups.setdefault((who, target, alike), []).append((origin, reason))
    if not groups:
        yield Prose("No forecaster was silent on anything that it was asked.")
        return
    rows = tuple(
        (f"{who}: {naming.target(target)}", _span(origin for origin, _ in found), found[0][1])
        for (who, target, _), found in groups.items()
    )
    yield Table(("who, on what", "origins", "why"), rows, "Left unanswered")


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
    rows = tuple((name, _span(origins)) for name, origins in sorted(late.items()))
    yield Table(("input", "origins before its source"), rows, "Stated with hindsight")


def _span(origins: Iterable[float]) -> str:
    """Return how many origins there are, and from when to when."""
    found = sorted(origins)
    if len(found) == 1:
        return f"{found[0]:.1f}"
    return f"{len(found)}, {found[0]:.1f} to {found[-1]:.1f}"
