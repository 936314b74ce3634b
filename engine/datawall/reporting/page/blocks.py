"""What a report is made of. Sections are built from these; writers of HTML, Markdown and files take only these."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Table:
    """A table of text, with its title; the first column names the rows."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
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

    text: str


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
    lead: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Page:
    """A whole report."""

    title: str
    lead: str
    sections: tuple[Section, ...]
