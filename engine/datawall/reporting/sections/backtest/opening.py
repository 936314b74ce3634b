"""What a reader of a backtest sees first: the verdicts, and four numbers."""

import math
from collections.abc import Iterable, Iterator

from datawall.backtesting.scores import held
from datawall.formatting import horizon, share
from datawall.reporting import backtest_labels
from datawall.reporting.document import Block, Cards, Page, Prose, Section, Words
from datawall.reporting.saved.backtest import SIMPLE, SavedBacktest
from datawall.reporting.sections.backtest import (
    calibration,
    dates,
    largest_run,
    provenance,
    reference,
    revision,
    skill,
    unscored,
)

PARTS = (largest_run, calibration, skill, dates, reference, revision, unscored, provenance)
CLAIMED = 0.8
"""Mass of the intervals that the cards show."""


def page(backtest: SavedBacktest, rest: Iterable[Section] = (), title: str | None = None) -> Page:
    """Return the page of a backtest, with the rest of the page's sections after its own."""
    sections = (*parts(backtest), *rest)
    return Page(title or _title(backtest), lead(backtest), tuple(_first(backtest)), sections)


def section(backtest: SavedBacktest) -> Section:
    """Return the opening as a section, for a page that shows runs first."""
    return Section(backtest.name("verdict"), _title(backtest), lead(backtest), tuple(_first(backtest)))


def parts(backtest: SavedBacktest) -> Iterator[Section]:
    """Yield what follows the opening, as far as the backtest has it."""
    return (part.section(backtest) for part in PARTS if part.asked(backtest))


def lead(backtest: SavedBacktest) -> str:
    """Return what was asked, of whom and when."""
    asked = backtest_labels.asked(backtest.manifest)
    return f"Forecasts of {', '.join(backtest.scenarios)} as they would have been made {asked}"


def _title(backtest: SavedBacktest) -> str:
    return f"How good would past forecasts have been? {' and '.join(backtest.scenarios)}"


def _first(backtest: SavedBacktest) -> Iterator[Block]:
    yield Prose(" ".join(backtest.manifest["verdicts"]))
    cards = tuple(_cards(backtest))
    if cards:
        yield Cards(cards)
    if backtest.manifest["remarks"]:
        yield Prose(" ".join(backtest.manifest["remarks"]))


def _cards(backtest: SavedBacktest) -> Iterator[tuple[str, Words, Words]]:
    for years in (1.0, 2.0):
        inside, count = held(backtest.scored(backtest.who), "level", years)
        if count:
            yield f"Amounts inside 80 % intervals, {horizon(years)} ahead", share(inside), f"of {count}"
    for other in backtest.references(backtest.who):
        found = backtest.skill(backtest.who, other, "largest_run")
        if other in SIMPLE and found.questions:
            value = backtest_labels.with_error(found.skill, math.nan)
            error = f"± {share(found.error)} (standard error)" if found.error < 1.0 else ""
            yield f"Largest run: skill against {other}", value, error or f"{found.questions} questions"
