"""What a page is made of. Those who write sections and those who render them share nothing else."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Value:
    """A number as it is printed, and which one it is.

    Attributes
    ----------
    text
        As printed.
    key
        Where it stands in the run's ``summary.json``, such as ``quantities/wall.tokens[1]/q50``.
    run
        Place of the run on the page, from 0.
    """

    text: str
    key: str
    run: int = 0


type Words = str | Value | tuple[str | Value, ...]
"""Text with numbers in it."""


@dataclass(frozen=True)
class Table:
    """A table; the first column names the rows."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Words, ...], ...]
    caption: str = ""


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


@dataclass(frozen=True)
class Figure:
    """A figure.

    Attributes
    ----------
    id
        Different from those of the others on the page; the name of its files.
    svg, png
        The drawing, with colours out of `datawall.reporting.figures.style`, and a picture of it.
    alt
        What it shows, for those who do not see it.
    caption
        How to read it.
    table
        The numbers behind it.
    hover
        What to show where a reader points at it.
    toggles
        What can be switched off: labels, and how the ids of the parts of the drawing begin.
    themed
        Whether its colours follow the reader's theme; else it stays light.
    wide
        Whether it has panels beside each other, to be scrolled through where there is little room.
    """

    id: str
    svg: str
    png: bytes
    alt: str
    caption: str
    table: Table | None = None
    hover: tuple[Hover, ...] = ()
    toggles: tuple[tuple[str, str], ...] = ()
    themed: bool = True
    wide: bool = False


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
    """A whole page: its title, the line under it, what is seen first, and the rest."""

    title: str
    lead: Words
    first: tuple[Block, ...]
    sections: tuple[Section, ...]

    @property
    def answer(self) -> str:
        """The first paragraph."""
        return next((plain(block.text) for block in self.first if isinstance(block, Prose)), plain(self.lead))


def plain(words: Words) -> str:
    """Return text without saying which numbers are in it."""
    parts = words if isinstance(words, tuple) else (words,)
    return "".join(part.text if isinstance(part, Value) else part for part in parts)
