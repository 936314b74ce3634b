"""Opening of a backtest report: the verdicts, and four numbers."""

import math
from collections.abc import Iterable, Iterator

from datawall.backtesting.scores import held
from datawall.formatting import horizon, share
from datawall.formatting import skill as skill_text
from datawall.reporting import backtest_labels
from datawall.reporting.document import Block, Cards, Page, Prose, Section, Words
from datawall.reporting.saved import SIMPLE, SavedBacktest
from datawall.reporting.sections import provenance
from datawall.reporting.sections.backtest import calibration, forecasts, revision, skill, unscored
from datawall.reporting.sections.backtest import forecasts as reference

NOTE = (
    "CRPS: the error of a whole distribution, in orders of magnitude for amounts, in years for dates. "
    "Skill: the "
    "share by which it is lower than the other's. ±: standard error over origins; none where they are "
    "too few."
)
CLAIMED = 0.8
"""Nominal coverage of the intervals on the cards."""


def document(
    backtest: SavedBacktest, title: str | None = None, rest: Iterable[Section] = (), *, in_full: bool = True
) -> Page:
    """Return the document of a backtest.

    Parameters
    ----------
    backtest
        The backtest.
    title
        Title; by default a question with the names of its scenarios.
    rest
        Sections of other products.
    in_full
        Whether to add all sections behind the answer; the terminal shows the answer alone.
    """
    sections = (*parts(backtest, in_full=in_full), *rest)
    return Page(title or _title(backtest), _lead(backtest), tuple(_first(backtest)), sections, NOTE)


def section(backtest: SavedBacktest) -> Section:
    """Return the opening as a section of a page that opens with another product."""
    return Section(backtest.name("verdict"), _title(backtest), _lead(backtest), tuple(_first(backtest)))


def parts(backtest: SavedBacktest, *, in_full: bool = True) -> Iterator[Section]:
    """Yield the sections that follow the opening, as far as the backtest has their data."""
    for part in PARTS if in_full else BRIEF:
        if found := part(backtest):
            yield found


def _lead(backtest: SavedBacktest) -> str:
    """Return the scenarios, origins and draws of the backtest, in words."""
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
            value = skill_text(found.skill, math.nan)
            error = f"± {share(found.error)} (standard error)" if found.error < 1.0 else ""
            yield f"Largest run: skill against {other}", value, error or f"{found.questions} questions"


def _provenance(backtest: SavedBacktest) -> Section:
    """Return the provenance of the scores, and the command that reproduces them."""
    facts = backtest.manifest
    rows = (
        *((f"scenario {name}", f"SHA-256 {digest}") for name, digest in facts["scenario_digests"].items()),
        ("origins", f"{facts['start']} to {facts['end']}, every {facts['every']}"),
        ("draws, seed", f"{facts['draws']:,}, {facts['seed']}"),
        ("digest of the code", facts["code_digest"]),
        ("versions", provenance.versions(facts)),
    )
    again = "The same command with the same versions and evidence gives the same scores."
    title = "Where do the scores come from?"
    return provenance.section(backtest.name("provenance"), title, rows, facts["command"], again=again)


BRIEF = (calibration.section, skill.section, reference.section, unscored.section)
PARTS = (
    forecasts.largest_run,
    calibration.section,
    skill.section,
    forecasts.dates,
    reference.section,
    revision.section,
    unscored.section,
    _provenance,
)
