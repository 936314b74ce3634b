"""Terminal renderer: banners, paragraphs and tables, without figures."""

from collections.abc import Iterable, Iterator

from rich.console import Console, RenderableType
from rich.markup import escape
from rich.measure import Measurement
from rich.table import Table as RichTable

from datawall.reporting.document import Banner, Block, Label, Page, Prose, Table, Value, Words, plain

WIDEST = 1000
"""Room in which the natural width of a table is measured [letters]."""
LONG = 24
"""Number of letters above which a cell counts as text, which is wrapped."""


def show(page: Page, console: Console | None = None) -> None:
    """Print a document."""
    print_all(console or Console(), blocks(page))


def blocks(page: Page) -> Iterator[RenderableType]:
    """Yield the printable form of each block."""
    yield f"[bold]{escape(plain(page.lead))}[/]"
    for block in page.first:
        yield from _block(block, "")
    if page.note:
        yield f"[dim]{escape(page.note)}[/]"
    for section in page.sections:
        title = section.title
        for block in section.blocks:
            yield from _block(block, title)


def print_all(console: Console, blocks: Iterable[RenderableType]) -> None:
    """Print blocks with a blank line between them."""
    for block in blocks:
        if isinstance(block, RichTable):
            wanted = Measurement.get(console, console.options.update(max_width=WIDEST), block).maximum
            if wanted > console.width:  # closer columns rather than folded labels
                block.padding = (0, 1, 0, 0)
        console.print(block, soft_wrap=isinstance(block, str))
        console.print()


def new_table(title: str, *columns: str) -> RichTable:
    """Return an empty table of labels and numbers.

    In a narrow terminal the labels in the first column are wrapped before any number is truncated.

    Parameters
    ----------
    title
        Title above the table.
    columns
        Heads; a long one may have several lines.
    """
    found = RichTable(title=title, title_justify="left", title_style="bold", box=None, pad_edge=False)
    found.min_width = len(title)  # a title is not wrapped
    label, *numbers = columns
    found.add_column(label, overflow="fold")
    for head in numbers:
        found.add_column(head, justify="right", no_wrap=True)
    return found


def _block(block: Block, title: str) -> Iterator[RenderableType]:
    match block:
        case Banner(level, text):
            yield f"[bold]{level.capitalize()}:[/] {escape(plain(text))}"
        case Prose(text):
            yield escape(plain(text))
        case Table():
            yield _table(block, block.caption or title)


def _table(table: Table, title: str) -> RichTable:
    found = new_table(escape(title), *map(escape, table.columns))
    found.min_width = len(title)
    for column, own in enumerate(found.columns[1:], 1):
        if any(len(plain(row[column])) > LONG for row in table.rows):
            own.justify, own.no_wrap, own.overflow = "left", False, "fold"
    for row in table.rows:
        found.add_row(*map(_cell, row))
    if table.note:
        found.caption, found.caption_justify = escape(table.note), "left"
        found.min_width = max(len(title), len(table.note))
    return found


def _cell(words: Words) -> str:
    parts = words if isinstance(words, tuple) else (words,)
    return "".join(map(_part, parts))


def _part(part: str | Value | Label) -> str:
    match part:
        case Value(text, error=error):
            return f"{escape(text)} [dim]{escape(error)}[/]" if error else escape(text)
        case Label(name=name):
            return escape(name)
    return escape(part)
