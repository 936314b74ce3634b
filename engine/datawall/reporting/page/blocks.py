"""What a report is made of: plain data that every renderer understands."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Drawing


@dataclass(frozen=True)
class Value:
    """A number of a run's summary, printed so that it can be traced back.

    Attributes
    ----------
    number
        As the summary has it: a float, ``"past"``, ``"never"`` or None.
    text
        As it is printed.
    quantity, key
        Where it stands in the summary, such as ``wall.tokens[1]`` and ``q50``.
    run
        The name of the run, where a page shows several.
    """

    number: float | str | None
    text: str
    quantity: str
    key: str
    run: str = ""


type Span = str | float | Value
type Text = str | tuple[Span, ...]
"""Words, or words with values between them."""


@dataclass(frozen=True)
class Table:
    """Rows under headings; the first cell of a row names it.

    `name` is that of its CSV file. A float is printed to four digits and written to the file in full.
    """

    name: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Text | Value | float, ...], ...]
    caption: str = ""


@dataclass(frozen=True)
class Hover:
    """What a panel of a figure tells at the year under the pointer.

    Attributes
    ----------
    panel
        Index of the axes in the drawing.
    years
        Increasing places on the horizontal axis [decimal year].
    lines
        Name of each line, and what it says at each of the years.
    """

    panel: int
    years: tuple[float, ...]
    lines: tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True)
class Figure:
    """A drawing with its caption, its description for those who cannot see it, and the numbers behind it.

    Attributes
    ----------
    id
        Unique in the page; the name of its files.
    drawing
        A matplotlib figure about 8 inches wide, without a title.
    title, caption
        What is seen, in a few words, and how to read it.
    alt
        What it shows, for those who cannot see it.
    narrow
        The same for a screen about 4 inches wide; without it the drawing is made smaller.
    table
        The numbers behind it, folded away below it.
    hover
        What its panels tell under the pointer.
    toggles
        Names of what can be hidden: the i-th hides what the drawing gave the gid ``toggle-i``.
    raster
        Whether the page embeds a PNG: for drawings with thousands of marks.
    """

    id: str
    drawing: Drawing
    title: str
    caption: str
    alt: str
    narrow: Drawing | None = None
    table: Table | None = None
    hover: tuple[Hover, ...] = ()
    toggles: tuple[str, ...] = ()
    raster: bool = False


@dataclass(frozen=True)
class Prose:
    """A paragraph."""

    text: Text


@dataclass(frozen=True)
class Banner:
    """A line that must not be missed; an error is red."""

    level: Literal["note", "warning", "error"]
    text: str


@dataclass(frozen=True)
class Code:
    """Lines to be typed or read as they are."""

    text: str


@dataclass(frozen=True)
class Card:
    """One number on the first screen, under a label and above a remark."""

    label: str
    value: Text
    remark: Text = ""


@dataclass(frozen=True)
class Cards:
    """A row of cards."""

    cards: tuple[Card, ...]


@dataclass(frozen=True)
class Folded:
    """Blocks that wait under a heading until they are asked for."""

    title: str
    blocks: tuple[Block, ...]


type Block = Prose | Banner | Code | Cards | Table | Figure | Folded


@dataclass(frozen=True)
class Section:
    """A part of the page with its heading, a sentence or two that say what is found, and its blocks."""

    id: str
    title: str
    lead: Text
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Page:
    """A whole report: first screen, then sections.

    Attributes
    ----------
    title
        The heading of the page.
    subtitle
        Scenario, as-of date and size of the run.
    answer
        Two sentences with numbers.
    blocks
        The rest of the first screen.
    sections
        In the order in which they are read.
    """

    title: str
    subtitle: str
    answer: Text
    blocks: tuple[Block, ...]
    sections: tuple[Section, ...] = field(default=())


def spans(text: Text | Value | float) -> tuple[Span, ...]:
    """Return a text as its parts."""
    return text if isinstance(text, tuple) else (text,)


def figures_and_tables(blocks: tuple[Block, ...]) -> tuple[list[Figure], list[Table]]:
    """Return every figure and every table of some blocks, those behind figures and folds included."""
    figures: list[Figure] = []
    tables: list[Table] = []
    for block in blocks:
        match block:
            case Figure():
                figures.append(block)
                tables += [block.table] if block.table else []
            case Table():
                tables.append(block)
            case Folded():
                inner = figures_and_tables(block.blocks)
                figures += inner[0]
                tables += inner[1]
    return figures, tables
