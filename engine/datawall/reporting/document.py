"""Document model: blocks of sections, rendered in the terminal, as HTML and as Markdown."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple


@dataclass(frozen=True)
class Value:
    """Printed number with its standard error and its key.

    Attributes
    ----------
    text
        As printed.
    error
        Its Monte Carlo standard error as printed; empty if not shown.
    key
        Its key in the run's ``summary.json``, such as ``quantities/wall.tokens[1]/q50``.
    run
        Index of the run on the page, from 0.
    """

    text: str
    key: str
    run: int = 0
    error: str = ""


@dataclass(frozen=True)
class Label:
    """Title of a quantity for a page, and for the terminal its name in its column, such as ``tokens[1]``."""

    text: str
    name: str


type Words = str | Value | Label | tuple[str | Value, ...]
"""Text with embedded numbers."""


@dataclass(frozen=True)
class Table:
    """Table whose first column names the rows.

    Attributes
    ----------
    columns, rows
        Heads and cells.
    caption
        Caption; if empty, the title of the section serves.
    note
        Reading aid, below the table.
    folded
        Whether a page shows it collapsed.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[Words, ...], ...]
    caption: str = ""
    note: str = ""
    folded: bool = False


@dataclass(frozen=True)
class Hover:
    """Hover notes of a figure.

    Attributes
    ----------
    box
        Left, right, top and bottom of the axes, as fractions of the figure from its upper left corner.
    limits
        Values at the left and the right edge.
    notes
        Values between the limits, and the lines shown at each.
    """

    box: tuple[float, float, float, float]
    limits: tuple[float, float]
    notes: tuple[tuple[float, str], ...]


class Drawing(NamedTuple):
    """Drawing as SVG and PNG, with its hover notes; a wide one has panels that scroll on a narrow page."""

    svg: str
    png: bytes
    hover: tuple[Hover, ...]
    wide: bool


@dataclass(frozen=True)
class Figure:
    """Figure, drawn lazily on first access; the terminal never draws it.

    Attributes
    ----------
    id
        Unique id on the page, and the name of its files.
    draw
        Function that draws it.
    alt
        Alternative text.
    caption
        Caption with a reading aid.
    table
        Its numbers.
    toggles
        Parts that can be hidden: labels, and prefixes of the ids in the drawing.
    themed
        Whether its colours follow the reader's theme; otherwise it stays light.
    """

    id: str
    draw: Callable[[], Drawing]
    alt: str
    caption: str
    table: Table | None = None
    toggles: tuple[tuple[str, str], ...] = ()
    themed: bool = True

    @cached_property
    def drawing(self) -> Drawing:
        """The drawing."""
        return self.draw()


@dataclass(frozen=True)
class Prose:
    """A paragraph."""

    text: Words


@dataclass(frozen=True)
class Code:
    """Lines of shell code."""

    text: str


@dataclass(frozen=True)
class Cards:
    """Headline numbers, each with a label and a remark."""

    cards: tuple[tuple[str, Words, Words], ...]


@dataclass(frozen=True)
class Banner:
    """Highlighted paragraph of level ``"error"`` or ``"note"``."""

    level: str
    text: Words


type Block = Table | Figure | Prose | Code | Cards | Banner


@dataclass(frozen=True)
class Section:
    """Heading and the blocks under it."""

    id: str
    title: str
    lead: Words
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Page:
    """Whole document: title, subtitle, opening, sections and reading aid."""

    title: str
    lead: Words
    first: tuple[Block, ...]
    sections: tuple[Section, ...]
    note: str = ""

    @property
    def answer(self) -> str:
        """The first paragraph."""
        return next((plain(block.text) for block in self.first if isinstance(block, Prose)), plain(self.lead))


def parts_of(words: Words) -> tuple[str | Value | Label, ...]:
    """Return the parts of a text: strings and numbers."""
    return words if isinstance(words, tuple) else (words,)


def plain(words: Words) -> str:
    """Return text as a plain string, without the keys of its numbers."""
    return "".join(part if isinstance(part, str) else part.text for part in parts_of(words))
