"""Backtest document: verdicts, then scores, forecasts, published tables and unscored questions."""

import math
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import numpy as np
import xarray as xr

from datawall.backtesting.export import unanswered
from datawall.backtesting.scores import held
from datawall.formatting import date, horizon, share
from datawall.formatting import skill as skill_text
from datawall.reporting import provenance
from datawall.reporting.document import Block, Cards, Figure, Page, Prose, Section, Table, Words
from datawall.reporting.figures import base, rows, style
from datawall.reporting.labels import came, target_label
from datawall.reporting.saved import SIMPLE, SavedBacktest
from datawall.reporting.sections import backtest_forecasts as forecasts
from datawall.reporting.sections import backtest_scores as scores

_NOTE = (
    "CRPS: the error of a whole distribution, in orders of magnitude for amounts, in years for dates. Skill: "
    "the share by which it is lower than the other's. ±: standard error over origins; none where they are "
    "too few."
)
_TABLES = (
    "The trend forecast of the mid-2024 discussion of small models and the data wall (S3-18 and S3-19 of "
    "priors/claims.toml) is two tables of when generations would be deployed, a base one and a bullish one. "
    "A row comes true by name, by compute, by both or by neither. Years off: what they said less what came, "
    "negative where they were too early; of what is still open at the most, and - where they can still be "
    "right."
)
_CLOCKS = {
    "name": "by name: release of a model of that number",
    "compute": "by compute: a run of as much compute",
}
_BESIDE = (
    "Beside it stands what datawall's baseline of today would have said at the same time, from what was "
    "known by then; off: years."
)


def document(backtest: SavedBacktest, *, in_full: bool = True) -> Page:
    """Return the document of a backtest; the terminal does not show it in full."""
    sections = tuple(parts(backtest, in_full=in_full))
    return Page(_title(backtest), _lead(backtest), tuple(_first(backtest)), sections, _NOTE)


def section(backtest: SavedBacktest) -> Section:
    """Return the opening as a section of a page that opens with another product."""
    return Section(backtest.name("verdict"), _title(backtest), _lead(backtest), tuple(_first(backtest)))


def parts(backtest: SavedBacktest, *, in_full: bool = True) -> Iterator[Section]:
    """Yield the sections that follow the opening, as far as the backtest has their data."""
    for part in _PARTS if in_full else _BRIEF:
        if found := part(backtest):
            yield found


def _lead(backtest: SavedBacktest) -> str:
    """Return the scenarios, origins and draws of the backtest, in words."""
    facts = backtest.manifest
    return (
        f"Forecasts of {', '.join(backtest.scenarios)} as they would have been made from {facts['start']} to "
        f"{facts['end']}, every {facts['every']} and at the dates of published forecasts, "
        f"{', '.join(facts['horizons'])} ahead, with what was known by then; scored against what is known "
        f"now. {facts['draws']:,} draws of each forecast, seed {facts['seed']}."
    )


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


def _reference(backtest: SavedBacktest) -> Section | None:
    """Return the section of the scored tables, if any."""
    if not backtest.has("reference"):
        return None
    return Section(
        backtest.name("reference"),
        "How have the tables of mid-2024 done?",
        "",
        (Prose(f"{_TABLES} {_BESIDE}"), *_reference_blocks(backtest.group("reference"), backtest)),
    )


def _reference_blocks(found: xr.Dataset, backtest: SavedBacktest) -> Iterator[Block]:
    for clock, title in _CLOCKS.items():
        yield _reference_figure(found, clock, title.capitalize(), backtest.name(f"reference-{clock}"))
        yield _reference_table(found, clock, title)


def _reference_figure(found: xr.Dataset, clock: str, title: str, name: str) -> Figure:
    drawn = [_dates_of(row, clock) for row in _rows(found)]
    limits = 2024.0, float(np.ceil(max(2030.0, found["predicted"].max() + 1.0)))
    return base.block(
        name,
        lambda: rows.draw(drawn, limits, left=2.2, step=0.3),
        f"{title}: the dates of mid-2024, those of datawall's baseline as of then, and what came",
        f"{title}. Diamond: the date in the table. Bar: the 80 % interval of datawall's baseline, with a "
        "dot at the median; an arrow where it ends beyond the axis. Upright stroke: the day it came; none: "
        "still open.",
    )


def _dates_of(row: Mapping[str, Any], clock: str) -> rows.Row:
    marks = [(row["predicted"], "d", style.ORANGE)]
    if row[f"{clock}_state"] == "happened":
        marks.append((row[f"{clock}_outcome"], "|", style.INK))
    interval = np.array([row[f"our_{clock}_q{q}"] for q in (10, 50, 90)])
    return rows.Row(_generation(row), style.BLUE, interval, marks=tuple(marks))


def _rows(found: xr.Dataset) -> Iterator[dict[str, Any]]:
    """Yield each row as a mapping of column names."""
    for place in range(found.sizes["row"]):
        yield {str(name): values.item() for name, values in found.isel(row=place).items()}


def _reference_table(found: xr.Dataset, clock: str, title: str) -> Table:
    cells = [
        (
            _generation(row),
            date(row["predicted"]),
            came(row[f"{clock}_outcome"], row[f"{clock}_state"] == "open"),
            _off(row, clock),
            _ours(row, clock),
        )
        for row in _rows(found)
    ]
    columns = ("row", "said", "it came", "off", "datawall (80 %)")
    return Table(columns, tuple(cells), f"The tables of mid-2024, {title}")


def _generation(row: Mapping[str, Any]) -> str:
    """Return the label of a row of the tables of mid-2024.

    Examples
    --------
    >>> _generation({"index": 4.7, "table": "baseline"}), _generation({"index": 5.0, "table": "bullish"})
    ('GPT-4.7 (their base table)', 'GPT-5 (their bullish table)')
    """
    # the table has the name of our current scenario, which is shown beside it
    name = "base" if row["table"] == "baseline" else row["table"]
    return f"GPT-{row['index']:g} (their {name} table)"


def _off(row: Mapping[str, Any], clock: str) -> str:
    """Return the error of a row in years, positive if late; for an open event, a bound on it.

    Examples
    --------
    >>> _off({"name_state": "happened", "name_error": 0.63}, "name")
    '+0.6'
    >>> _off({"name_state": "open", "name_error": -0.4}, "name")
    '≤ -0.4'
    >>> _off({"name_state": "open", "name_error": 3.44}, "name")
    '-'
    """
    error = row[f"{clock}_error"]
    if row[f"{clock}_state"] == "happened":
        return f"{error:+.1f}"
    return f"≤ {error:+.1f}" if error < 0.0 else "-"


def _ours(row: Mapping[str, Any], clock: str) -> str:
    """Return our own forecast of a row: median and 80 % interval.

    Examples
    --------
    >>> _ours({"our_name_q10": 2025.0, "our_name_q50": 2027.0, "our_name_q90": "inf"}, "name")
    '2027.0 (2025.0-never)'
    """
    low, middle, high = (date(float(row[f"our_{clock}_q{q}"])) for q in (10, 50, 90))
    return f"{middle} ({low}-{high})"


def _unscored(backtest: SavedBacktest) -> Section:
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
            f"{row['who']}: {', '.join(map(target_label, row['targets']))}",
            _span(row["origins"]),
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
    rows = tuple((name, _span(origins)) for name, origins in sorted(late.items()))
    yield Table(("input", "origins before its source"), rows, "Stated with hindsight")


def _span(origins: Iterable[float]) -> str:
    """Return one origin, or the number of origins and their range.

    Examples
    --------
    >>> _span([2019.0]), _span([2021.0, 2019.0, 2020.5])
    ('2019.0', '3, 2019.0 to 2021.0')
    """
    found = sorted(origins)
    if len(found) == 1:
        return date(found[0])
    return f"{len(found)}, {date(found[0])} to {date(found[-1])}"


_BRIEF = (scores.calibration, scores.skill, _reference, _unscored)
_PARTS = (
    forecasts.largest_run,
    scores.calibration,
    scores.skill,
    forecasts.dates,
    _reference,
    forecasts.revision,
    _unscored,
    _provenance,
)
