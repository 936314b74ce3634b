"""What a report is made of. Sections are built from these; writers of HTML, Markdown and files take only these."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Quantity:
    """A number of a run.

    Attributes
    ----------
    text
        As the page prints it.
    run
        The folder of the run.
    name
        What the run's summary calls it, such as ``quantities/wall.tokens[1]/q50``.
    """

    text: str
    run: str
    name: str

    def __str__(self) -> str:
        return self.text


type Text = str | tuple[str | Quantity, ...]
"""Words, or words and quantities in turn."""


@dataclass(frozen=True)
class Table:
    """A table with its title; the first column names the rows."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str | Quantity, ...], ...]
    caption: str


@dataclass(frozen=True)
class Figure:
    """A picture.

    Attributes
    ----------
    id
        Name of its file; no other figure of the page has it.
    svg
        An SVG image.
    alt
        What it shows, for those who cannot see it.
    caption
        What it shows, and how to read it.
    """

    id: str
    svg: str
    alt: str
    caption: str


@dataclass(frozen=True)
class Prose:
    """A paragraph."""

    text: Text


@dataclass(frozen=True)
class Banner:
    """A warning that nobody shall miss; its level is ``"error"`` or ``"note"``."""

    level: str
    text: str


type Block = Table | Figure | Prose | Banner


@dataclass(frozen=True)
class Section:
    """A part of a page, with its name in addresses, title, first paragraph and content."""

    id: str
    title: str
    lead: Text
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Page:
    """A whole report."""

    title: str
    lead: Text
    sections: tuple[Section, ...]


def plain(text: Text) -> str:
    """Return a text as words."""
    return text if isinstance(text, str) else "".join(map(str, text))
