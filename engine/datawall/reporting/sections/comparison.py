"""Comparison document: differences of scenarios and their causes; and several forecasts side by side."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from datawall.analysis.comparison.export import effect, sentence, unit_name
from datawall.formatting import amount, between, date, share
from datawall.model.outputs import paths_of, title_of
from datawall.reporting import provenance
from datawall.reporting.document import Block, Label, Page, Prose, Section, Table
from datawall.reporting.figures import base
from datawall.reporting.figures import comparison as figures
from datawall.reporting.figures.forecast import BANDS
from datawall.reporting.labels import title, wall_label
from datawall.reporting.provenance import command_of
from datawall.reporting.saved import SavedComparison, SavedRun
from datawall.reporting.sections import cells

_DATES = ("wall.", "compute_date[", "release.raw[")
_YEAR = 2030
"""Year of the probabilities shown."""
_EVERY = 2
"""Years between the rows of a path."""
_NOTE = (
    "± is the Monte Carlo standard error of the difference, from common random numbers; ±?: too near past or "
    "never to tell. Where swapping some inputs makes a median past or never, the chance by a date is "
    "explained instead."
)
_SHARES = "share: average over all orders of swapping; shares sum to the difference"

type _Row = Mapping[str, Any]


def document(found: SavedComparison, asked: Iterable[str] | None = None, *, in_full: bool = True) -> Page:
    """Return the document of a comparison.

    Parameters
    ----------
    found
        The comparison.
    asked
        Outputs to decompose in full; by default the first one.
    in_full
        Whether to add all sections behind the answer; the terminal shows the answer alone.
    """
    name = " against ".join(found.names)
    first = tuple(Prose(sentence) for sentence in _answers(found))
    sections = tuple(parts(found, asked, in_full=in_full))
    return Page(f"How do the scenarios differ? {name}", _lead(found), first, sections, _NOTE)


def opening(found: SavedComparison) -> Section:
    """Return the answer as a section of a page that opens with another product."""
    name = " and ".join(found.names)
    first = tuple(Prose(sentence) for sentence in _answers(found))
    return Section(f"compared-{found.place}", f"How do {name} differ?", f"{_lead(found)} {_NOTE}", first)


def _lead(found: SavedComparison) -> str:
    """Return the scenarios and draws of the comparison, in words."""
    facts = found.manifest
    dates = ", ".join(f"{name} as of {one['as_of']:.2f}" for name, one in facts["scenarios"].items())
    return (
        f"{dates}; {facts['draws']:,} draws of each and of every hybrid, seed {facts['seed']}. Past and "
        f"dates count from {facts['as_of']:.2f}, the earliest as-of date; horizon and questions are those of "
        f"{found.names[0]}."
    )


def parts(
    found: SavedComparison, asked: Iterable[str] | None = None, *, in_full: bool = True
) -> Iterator[Section]:
    """Yield the sections: dates, paths, causes and provenance."""
    place = found.place
    first, *others = found.names
    yield Section(
        f"compared-dates-{place}",
        "How do the dates differ?",
        "",
        (
            base.block(
                f"compared-dates-{place}",
                lambda: figures.dates(figures.sides(found.tree)),
                "Probability that each thing has come by a date, a curve for each scenario",
                "Chance that it has come by a date, and at the horizon; the rest is never.",
            ),
            *(
                block
                for other in others
                for block in (_dates(found, first, other), _chances(found, first, other))
            ),
        ),
    )
    yield Section(f"compared-paths-{place}", "How do the paths differ?", "", tuple(_paths(found)))
    yield Section(
        f"compared-causes-{place}",
        "Which inputs make it so?",
        "Groups of inputs are swapped between the scenarios one at a time, in all orders.",
        tuple(_causes(found, asked, in_full=in_full)),
    )
    if in_full:
        tables = tuple(_inputs(found, other) for other in others)
        lead = "What the scenarios say of each input, where they do not say the same."
        yield Section(f"compared-inputs-{place}", "Which inputs differ?", lead, tables)
        yield _provenance(found)


def _answers(found: SavedComparison) -> Iterator[str]:
    """Yield the difference of the first output from each of the other scenarios, in words."""
    first = found.names[0]
    for other, rows in found.flat["decompositions"].items():
        output, row = next(iter(rows.items()))
        yield sentence(first, other, output, row)


def _quantities(found: SavedComparison, first: str, other: str) -> tuple[_Row, _Row, _Row]:
    sides = (found.flat["scenarios"][name]["quantities"] for name in (first, other))
    return (*sides, found.flat["differences"][other]["quantities"])


def _dates(found: SavedComparison, first: str, other: str) -> Table:
    one, two, apart = _quantities(found, first, other)
    rows = tuple(
        (
            Label(title(name), name.removeprefix("wall.").replace("compute_date", "run")),
            *(between(side[name], lambda value: date(value, 2)) for side in (one, two)),
            effect(row, "q50", "years"),
        )
        for name, row in apart.items()
        if name.startswith(_DATES)
    )
    columns = ("what", first, other, "difference")
    return Table(columns, rows, "When: median (10 % to 90 %), and the difference in years")


def _chances(found: SavedComparison, first: str, other: str) -> Table:
    one, two = (found.flat["scenarios"][name]["probabilities"] for name in (first, other))
    rows = []
    for name, row in found.flat["differences"][other]["probabilities"].items():
        if name.startswith(_DATES) and name.endswith(f"<={_YEAR}"):
            date_ = name.removesuffix(f"<={_YEAR}")
            what = Label(title(date_), date_.removeprefix("wall.").replace("compute_date", "run"))
        elif name.startswith("binding.") and name.endswith(f"[{_YEAR}]"):
            what = name.removesuffix(f"[{_YEAR}]")
        else:
            continue
        sides = (share(side[name]["value"], 1) if name in side else "-" for side in (one, two))
        rows.append((what, *sides, effect(row, "value", "probability")))
    caption = f"Chance of it by {_YEAR}, and of what sets the largest run then"
    return Table(("what", first, other, "points"), tuple(rows), caption)


def _paths(found: SavedComparison) -> Iterator[Block]:
    first, *others = found.names
    for variable, about in ((output.name, output.title) for output in paths_of("compute")):
        yield base.block(
            f"compared-{variable.replace('_', '-')}-{found.place}",
            lambda variable=variable: figures.path(figures.sides(found.tree), variable),
            f"{about}, by year, for each scenario",
            f"{about}. {BANDS}",
            toggles=tuple((name, f"fan{k}") for k, name in enumerate(found.names)),
        )
        yield from (_path(found, first, other, variable) for other in others)


def _path(found: SavedComparison, first: str, other: str, variable: str) -> Table:
    one, two, apart = _quantities(found, first, other)
    names = [name for name in apart if name.startswith(f"{variable}[")]
    rows = []
    for name in names[1::_EVERY]:
        ratio, error = apart[name]["q50"], apart[name]["mcse_q50"]
        shown = (
            "-" if ratio is None else f"{ratio:.3g} ±{error:.1g}" if error is not None else f"{ratio:.3g} ±?"
        )
        sides = (between(side[name], amount) for side in (one, two))
        rows.append((name.removeprefix(f"{variable}[").rstrip("]"), *sides, shown))
    caption = f"{title_of(variable)}: median (10 % to 90 %)"
    return Table(("year", first, other, "ratio"), tuple(rows), caption, folded=True)


def _causes(found: SavedComparison, asked: Iterable[str] | None, *, in_full: bool) -> Iterator[Block]:
    yield base.block(
        f"compared-causes-{found.place}",
        lambda: figures.differences(found.tree),
        "Effect of each group of inputs on the difference of the main outputs",
        figures.EFFECTS,
    )
    first, *others = found.names
    for other in others:
        rows = found.flat["decompositions"][other]
        chosen = list(asked or [next(iter(rows))])
        counted = [output for output, row in rows.items() if row["total"] is not None]
        shown = [output for output in counted if in_full or output in chosen]
        yield from (
            _cause(first, other, output, rows[output], folded=output not in chosen) for output in shown
        )
        for output, row in rows.items():
            if output not in shown:
                yield Prose(sentence(first, other, output, row))


def _cause(first: str, other: str, output: str, row: _Row, *, folded: bool) -> Table:
    """Return the effects of each group of inputs on one output."""
    unit = row["unit"]
    what = f"median of {output}" if row["measure"] == "median" else f"chance of {output} by {row['by']:.2f}"
    rows = [
        (group, *(effect(own, key, unit) for key in ("shapley", "from_other", "from_first")))
        for group, own in row["groups"].items()
    ]
    rows.append(("all", effect(row, "total", unit), "", ""))
    columns = (f"inputs of {first}", "share", f"alone into {other}", f"last into {first}")
    caption = f"Why the {what} differs, {unit_name(unit)}"
    return Table(columns, tuple(rows), caption, _SHARES, folded)


def _inputs(found: SavedComparison, other: str) -> Table:
    """Return the priors in which two scenarios differ."""
    first = found.names[0]
    one, two = (found.manifest["scenarios"][name]["resolved"]["priors"] for name in (first, other))
    rows = tuple(
        (name, *(_statement(side.get(name)) for side in (one, two)))
        for name in {**one, **two}
        if _statement(one.get(name)) != _statement(two.get(name))
    )
    return Table(("input", first, other), rows)


def _statement(prior: _Row | None) -> str:
    """Return a prior in words: its family and its parameters as stated."""
    if prior is None:
        return "-"
    stated = prior["statement"]
    about = (f"{key} {_brief(value)}" for key, value in stated.items() if key != "family")
    return f"{stated['family']}: {', '.join(about)}" + ("" if prior["unit"] == "1" else f" ({prior['unit']})")


def _brief(value: Any) -> str:
    if isinstance(value, list):
        return f"{len(value)} values" if len(value) > 6 else " ".join(map(_brief, value))
    return amount(value, 3) if isinstance(value, float) and not 1900 < value < 2200 else str(value)


def _provenance(found: SavedComparison) -> Section:
    facts = found.manifest
    rows = [(f"scenario {name}", f"SHA-256 {one['digest']}") for name, one in facts["scenarios"].items()]
    rows += [
        ("draws, seed, sampler", f"{facts['draws']:,}, {facts['seed']}, {facts['sampler']}"),
        ("versions", provenance.versions(facts)),
    ]
    title = "Where does the comparison come from?"
    return provenance.section(f"compared-provenance-{found.place}", title, rows, command_of(facts))


def side_by_side(runs: Sequence[SavedRun], names: Sequence[str]) -> Section:
    """Return the section of several forecasts side by side, each by its label on the page."""
    return Section(
        "comparison",
        "How do the scenarios differ?",
        "The same input has the same random numbers in every run with the same seed and sampler, so what "
        "differs is what the scenarios say.",
        tuple(_runs_blocks(runs, names)),
    )


def _common(runs: Sequence[SavedRun], prefix: str) -> list[str]:
    """Return the quantities common to all runs."""
    return [name for name in runs[0].names(prefix) if all(name in run.flat["quantities"] for run in runs)]


def _runs_blocks(runs: Sequence[SavedRun], names: Sequence[str]) -> Iterator[Block]:
    def trees() -> figures.Trees:
        return {name: run.tree for name, run in zip(names, runs, strict=True)}

    wall = (runs[0].names("wall.tokens") or runs[0].names("wall."))[0].removeprefix("wall.")
    yield base.block(
        "scenario-curves",
        lambda: figures.curves(trees(), wall),
        f"Probability that the wall {wall_label(wall)} has been reached, for each scenario",
        f"Wall: {wall_label(wall)}. Each curve starts at its own as-of date, at the share that is past.",
        toggles=tuple((name, f"curve{k}") for k, name in enumerate(names)),
    )
    for variable in ("frontier_flop", "supply_tokens"):
        about = title_of(variable)
        yield base.block(
            f"scenario-{variable.replace('_', '-')}",
            lambda variable=variable: figures.path(trees(), variable),
            f"{about} by year, for each scenario",
            f"{about}. Line: median; bands: 50, 80 and 90 %.",
            toggles=tuple((name, f"fan{k}") for k, name in enumerate(names)),
        )
    walls = [name.removeprefix("wall.") for name in _common(runs, "wall.")]
    yield base.block(
        "scenario-walls",
        lambda: figures.intervals(trees(), walls),
        "80 % interval and median of each wall in each scenario",
        "Bar: 80 % interval, with a dot at the median; an arrow where an end lies beyond the axis.",
    )
    yield _runs_table(runs, names, [name for prefix in _DATES for name in _common(runs, prefix)])


def _runs_table(runs: Sequence[SavedRun], names: Sequence[str], quantities: Sequence[str]) -> Table:
    found = [
        (
            Label(title(name), name),
            *((cells.short(run, name), " (", *cells.spread(run, name), ")") for run in runs),
        )
        for name in quantities
    ]
    return Table(("median (80 %)", *names), tuple(found), "Dates in each scenario")
