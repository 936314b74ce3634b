"""Sensitivity document: drivers of a quantity of interest, and the value of information."""

from collections.abc import Iterator, Mapping
from typing import Any

from datawall.formatting import date, estimate, quantity
from datawall.reporting import provenance
from datawall.reporting.document import Block, Page, Section, Table
from datawall.reporting.figures import base
from datawall.reporting.figures.sensitivity import SHOWN, by_importance, drivers, panels
from datawall.reporting.provenance import command_of

_INDICES = {"shapley": "Shapley", "rank_correlation": "rank corr.", "pawn": "PAWN", "gradient": "gradient"}
_WORTH = {"crps": "CRPS less", "interval": "80 % interval less"}

type _Flat = Mapping[str, Any]


KEYS = ("output", "indices", "groups", "tornado", "value_of_information", "manifest")
"""Keys that every analysis has in its summary."""


def document(flat: _Flat, *, in_full: bool = True) -> Page:
    """Return the document of an analysis.

    Parameters
    ----------
    flat
        As `datawall.analysis.sensitivity.export.sensitivity_summary` returns it.
    in_full
        Whether to add all sections behind the answer; the terminal shows the answer alone.
    """
    title = f"What drives {flat['output']}?"
    found = [section(flat)] if not in_full else [section(flat), provenance_of(flat)]
    return Page(title, _lead(flat), (), tuple(found))


def section(flat: _Flat, place: int = 0) -> Section:
    """Return the section of an analysis, given its index among those of the page."""
    return Section(
        f"drivers-{place}", f"What drives {flat['output']}?", _lead(flat), tuple(_blocks(flat, place))
    )


def _lead(flat: _Flat) -> str:
    facts = flat["manifest"]
    unit = flat["unit"]
    answer = quantity(flat["answer"], unit)
    return (
        f"{flat['output']} in {facts['scenario']} as of {facts['as_of']:.2f}: {answer} ({unit}), "
        f"{facts['draws']:,} draws, seed {facts['seed']}. Shapley and Sobol' explain: {flat['measure']}. A "
        "Shapley effect is the share that an input accounts for, what it shares with correlated inputs split "
        f"fairly; ± is a standard error. {len(facts['without_effect'])} uncertain inputs change nothing."
    )


def _blocks(flat: _Flat, place: int) -> Iterator[Block]:
    methods = set(flat["manifest"]["methods"])
    if panels(flat):
        yield base.block(
            f"drivers-{place}",
            lambda: drivers(flat),
            f"Inputs that drive {flat['output']}, the most important first",
            "The answer with each input at its 10 % and its 90 % quantile, and Shapley effects with two "
            "standard errors, as far as they were worked out.",
        )
    if methods - {"tornado", "sobol"}:
        yield _inputs(flat)
    if "sobol" in methods:
        yield _components(flat)
    if methods & {"shapley", "information"}:
        yield _groups(flat)
    if "tornado" in methods:
        yield _tornado(flat)


def _inputs(flat: _Flat) -> Table:
    indices, crps = flat["indices"], flat["value_of_information"].get("crps")
    shown = {index: head for index, head in _INDICES.items() if index in indices}
    if "gradient" in shown:
        shown["gradient"] = f"gradient, {flat['manifest']['own_unit']}/sd"
    kinds, rows = {"shapley": "share", "pawn": "size"}, []
    for name in by_importance(flat)[:SHOWN]:
        cells = [estimate(indices[index].get(name), kinds.get(index, "index")) for index in shown]
        rows.append((name, *cells, *([estimate(crps["inputs"]["share"][name])] if crps else [])))
    columns = ("input", *shown.values(), *([_WORTH["crps"]] if crps else []))
    return Table(columns, tuple(rows), "Which inputs drive it?")


def _components(flat: _Flat) -> Table:
    first, total = flat["indices"]["sobol_first"], flat["indices"]["sobol_total"]
    names = sorted(total, key=lambda name: -(total[name]["value"] or 0.0))[:SHOWN]
    rows = tuple((_short(name), estimate(first[name]), estimate(total[name])) for name in names)
    caption = "Sobol' indices; inputs that are correlated count as one"
    return Table(("inputs", "first", "total"), rows, caption)


def _short(component: str) -> str:
    """Return a component by its first input and the number of inputs tied to it."""
    first, *others = component.split(" + ")
    return f"{first} and {len(others)} tied to it" if others else first


def _groups(flat: _Flat) -> Table:
    information = flat["value_of_information"]
    has_shapley = any("shapley" in group for group in flat["groups"].values())
    rows = []
    for name, group in flat["groups"].items():
        cells = [estimate(group["shapley"])] if has_shapley else []
        cells += [estimate(kind["groups"]["share"].get(name)) for kind in information.values()]
        rows.append((name, str(len(group["inputs"])), *cells))
    heads = ["Shapley"] * has_shapley + [_WORTH[kind] for kind in information]
    return Table(
        ("group", "inputs", *heads), tuple(rows), "By group, and how much surer its knowledge would make"
    )


def _tornado(flat: _Flat) -> Table:
    def span(sides: list[float | str | None], unit: str) -> str:
        return " to ".join(quantity(side, unit) for side in sides)

    rows = []
    for name in by_importance(flat)[:SHOWN]:
        row = flat["tornado"][name]
        ends = (end if isinstance(end, str) else quantity(end, "") for end in row["input"])
        own = flat["manifest"]["output_unit"]
        rows.append((name, *ends, span(row["at_distribution"], flat["unit"]), span(row["at_median"], own)))
    caption = f"The answer ({flat['unit']}) with an input at its 10 % and its 90 % quantile"
    columns = ("input", "from", "to", "others as they then are", "others at medians: output")
    return Table(columns, tuple(rows), caption)


def provenance_of(flat: _Flat, place: int = 0) -> Section:
    """Return the provenance of an analysis, and the command that reproduces it."""
    facts = flat["manifest"]
    rows = [
        ("scenario", f"{facts['scenario']}, SHA-256 {facts['scenario_digest']}"),
        ("as of", date(facts["as_of"], 3)),
        ("draws, seed, sampler", f"{facts['draws']:,}, {facts['seed']}, {facts['sampler']}"),
        ("versions", provenance.versions(facts)),
    ]
    title = f"Where does the analysis of {flat['output']} come from?"
    return provenance.section(f"drivers-provenance-{place}", title, rows, command_of(facts))
