"""A page as Markdown, with its figures beside it."""

from collections.abc import Iterable, Iterator

from datawall.reporting.page.blocks import Banner, Block, Figure, Page, Prose, Table, plain

FIGURES = "figures"


def markdown(page: Page) -> str:
    """Return a page as Markdown that refers to ``figures/ID.svg``."""
    parts = [f"# {page.title}", plain(page.lead)]
    for section in page.sections:
        parts += [f"## {section.title}", plain(section.lead)]
        parts += ["\n".join(_lines(block)) for block in section.blocks]
    return "\n\n".join(parts) + "\n"


def _lines(block: Block) -> Iterator[str]:
    match block:
        case Banner(text=text):
            yield f"> **{text}**"
        case Prose(text=text):
            yield plain(text)
        case Figure():
            yield f"![{block.alt}]({FIGURES}/{block.id}.svg)"
            yield f"*{block.caption}*"
        case Table():
            yield f"**{block.caption}**\n"
            yield _row(block.columns)
            yield "|" + "---|" * len(block.columns)
            yield from (_row(map(str, row)) for row in block.rows)


def _row(cells: Iterable[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
