"""What a condition says of the inputs, for the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.markup import escape
from rich.table import Table

from datawall.scenario.markdown import number

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rich.console import RenderableType

SHOWN = 12
"""Inputs in the table and in the figure; the files have all."""
SURE = 4.0
"""Standard errors by which an input must have moved to be shown."""

type Row = Mapping[str, Any]


def moved_most(rows: Mapping[str, Row]) -> dict[str, Row]:
    """Return the inputs that have moved most, of those that surely have."""
    sure = {name: row for name, row in rows.items() if _has_moved(row)}
    return dict(list(sure.items())[:SHOWN])


def _has_moved(row: Row) -> bool:
    if row["information"] is None:  # it is known
        return True
    return (
        abs(row["shift"]) > SURE * row["mcse_shift"]
        or abs(row["width_ratio"] - 1.0) > SURE * row["mcse_width_ratio"]
    )


def belief(row: Row, when: str) -> str:
    """Return what is believed of an input ``"before"`` or ``"after"``, in a few words.

    Examples
    --------
    >>> belief({"unit": "year", "after_q10": 2027.1, "after_q50": 2029.0, "after_q90": 2031.0}, "after")
    '2029.0 (2027.1 to 2031.0)'
    >>> belief({"unit": "choice", "after[unused]": 0.25, "after[used]": 0.75}, "after")
    'unused 25 %, used 75 %'
    """
    if row["unit"] == "choice":
        shares = {key: share for key, share in row.items() if key.startswith(f"{when}[")}
        return ", ".join(
            f"{key[len(when) + 1 : -1]} {100 * share:.0f} %" for key, share in shares.items() if share
        )
    low, middle, high = (number(row[f"{when}_q{level}"], row["unit"]) for level in (10, 50, 90))
    return middle if low == high else f"{middle} ({low} to {high})"


def given_tables(flat: Mapping[str, Any]) -> list[RenderableType]:
    """Return what was given and which inputs it has moved; nothing where nothing was given."""
    if "given" not in flat:
        return []
    facts = flat["given"]
    met = (
        "every draw meets it"
        if facts["acceptance"] == 1.0
        else (
            f"{facts['draws_accepted']:,} of {flat['manifest']['draws']:,} draws meet it "
            f"({facts['acceptance']:.3%} ±{facts['mcse_acceptance']:.3%})"
        )
    )
    head = f"given [bold]{escape(', '.join(facts['conditions']))}[/]: {met}"
    title = "Which inputs has this moved? Median (80 % interval)"
    table = Table(title=title, title_justify="left", title_style="bold", box=None, pad_edge=False)
    for column in ("input", "before", "after"):
        table.add_column(column, overflow="fold")
    for column in ("shift in sd", "width"):
        table.add_column(column, justify="right", no_wrap=True)
    for name, row in moved_most(facts["inputs"]).items():
        shift = "known" if row["shift"] is None else f"{row['shift']:+.2f} [dim]±{row['mcse_shift']:.3f}[/]"
        width = f"x{row['width_ratio']:.2f} [dim]±{row['mcse_width_ratio']:.3f}[/]"
        table.add_row(escape(name), belief(row, "before"), belief(row, "after"), shift, width)
    return [head, table]
