"""Which inputs drive an answer, and what would be worth knowing."""

from collections.abc import Iterator, Mapping
from typing import Any

from datawall.reporting.document import Block, Section, Table
from datawall.reporting.figures import svg
from datawall.reporting.saved.sensitivity import SavedAnalysis
from datawall.reporting.terminal.sensitivity import SHOWN, by_importance, draw

COLUMNS = {"shapley": "Shapley effect", "rank_correlation": "rank correlation", "pawn": "PAWN"}


def section(analysis: SavedAnalysis, place: int) -> Section:
    """Return the section of the analysis that stands at a place among those of the page."""
    flat = analysis.flat
    return Section(
        f"drivers-{place}",
        f"What drives {flat['output']}?",
        f"Scenario {flat['manifest']['scenario']}. A Shapley effect is the share of the answer's variance "
        "that an input accounts for, what it shares with correlated inputs split fairly; together they make "
        "one.",
        tuple(_blocks(flat, place)),
    )


def _blocks(flat: Mapping[str, Any], place: int) -> Iterator[Block]:
    drawing = draw(flat)
    if drawing is not None:
        yield svg.block(
            f"drivers-{place}",
            drawing,
            f"Inputs that drive {flat['output']}, the most important first",
            "Left: the answer with each input at its 10 % and its 90 % quantile. Right: Shapley effects, "
            "with their standard errors.",
        )
    yield _inputs(flat)
    if flat["groups"] and flat["value_of_information"]:
        yield _groups(flat)


def _inputs(flat: Mapping[str, Any]) -> Table:
    shown = {name: title for name, title in COLUMNS.items() if name in flat["indices"]}
    rows = tuple(
        (name, *(_number(flat["indices"][index].get(name)) for index in shown))
        for name in by_importance(flat)[:SHOWN]
    )
    return Table(("input", *shown.values()), rows, "Indices, with their standard errors")


def _groups(flat: Mapping[str, Any]) -> Table:
    kinds = {"crps": "CRPS less", "interval": "80 % interval less"}
    shown = {kind: title for kind, title in kinds.items() if kind in flat["value_of_information"]}
    rows = tuple(
        (
            name,
            ", ".join(group["inputs"]),
            *(_number(flat["value_of_information"][kind]["groups"]["share"].get(name)) for kind in shown),
        )
        for name, group in flat["groups"].items()
    )
    return Table(
        ("group", "inputs", *shown.values()), rows, "How much surer the answer would be if a group were known"
    )


def _number(found: Mapping[str, float | None] | None) -> str:
    if found is None or found["value"] is None:
        return "-"
    return (
        f"{found['value']:.3f} ± {found['mcse']:.3f}"
        if found["mcse"] is not None
        else f"{found['value']:.3f}"
    )
