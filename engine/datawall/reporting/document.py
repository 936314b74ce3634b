"""Document model: the blocks of which sections are made, and which terminal, HTML and Markdown render."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple


@dataclass(frozen=True)
class Value:
    """A number as it is printed, and which one it is.

    Attributes
    ----------
    text
        As printed.
    error
        Its Monte Carlo standard error as printed; empty where it is not shown.
    key
        Where it stands in the run's ``summary.json``, such as ``quantities/wall.tokens[1]/q50``.
    run
        Place of the run on the page, from 0.
    """

    text: str
    key: str
    run: int = 0
    error: str = ""


@dataclass(frozen=True)
class Label:
    """A quantity by its title and by its name, which the command line takes.

    Attributes
    ----------
    text
        Its title, for a page.
    name
        Its name in its column, such as ``tokens[1]``, for the terminal.
    """

    text: str
    name: str


type Words = str | Value | Label | tuple[str | Value, ...]
"""Text with numbers in it."""


@dataclass(frozen=True)
class Table:
    """A table; the first column names the rows.

    Attributes
    ----------
    columns, rows
        Heads and cells.
    caption
        What it shows; where there is none, the title of the section says so.
    note
        How to read it, below.
    folded
        Whether a page folds it away until it is asked for.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[Words, ...], ...]
    caption: str = ""
    note: str = ""
    folded: bool = False


@dataclass(frozen=True)
class Hover:
    """What to show where a reader points at a figure.

    Attributes
    ----------
    box
        Left, right, top and bottom of the axes, as fractions of the figure from its upper left corner.
    limits
        The values at the left and the right.
    notes
        Values between the limits, and the lines to show at each.
    """

    box: tuple[float, float, float, float]
    limits: tuple[float, float]
    notes: tuple[tuple[float, str], ...]


class Drawing(NamedTuple):
    """A drawing as files hold it.

    Attributes
    ----------
    svg, png
        With colours out of `datawall.reporting.figures.style`.
    hover
        What to show where a reader points at it.
    wide
        Whether it has panels beside each other, to be scrolled through where there is little room.
    """

    svg: str
    png: bytes
    hover: tuple[Hover, ...]
    wide: bool


@dataclass(frozen=True)
class Figure:
    """A figure, drawn when it is first looked at: the terminal never does.

    Attributes
    ----------
    id
        Different from those of the others on the page; the name of its files.
    draw
        Draws it.
    alt
        What it shows, for those who do not see it.
    caption
        How to read it.
    table
        The numbers behind it.
    toggles
        What can be switched off: labels, and how the ids of the parts of the drawing begin.
    themed
        Whether its colours follow the reader's theme; else it stays light.
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
    """Lines to be typed."""

    text: str


@dataclass(frozen=True)
class Cards:
    """A few numbers to be seen first: a label, the number, and a word on it."""

    cards: tuple[tuple[str, Words, Words], ...]


@dataclass(frozen=True)
class Banner:
    """A paragraph that must be seen; its level is ``"error"`` or ``"note"``."""

    level: str
    text: Words


type Block = Table | Figure | Prose | Code | Cards | Banner


@dataclass(frozen=True)
class Section:
    """A heading and what stands under it."""

    id: str
    title: str
    lead: Words
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Page:
    """A whole document: its title, the line under it, what is seen first, the rest, and how to read it."""

    title: str
    lead: Words
    first: tuple[Block, ...]
    sections: tuple[Section, ...]
    note: str = ""

    @property
    def answer(self) -> str:
        """The first paragraph."""
        return next((plain(block.text) for block in self.first if isinstance(block, Prose)), plain(self.lead))


def plain(words: Words) -> str:
    """Return text without saying which numbers are in it."""
    parts = words if isinstance(words, tuple) else (words,)
    return "".join(part if isinstance(part, str) else part.text for part in parts)
