"""A page as Markdown, with its figures beside it."""

from collections.abc import Iterator, Sequence

from datawall.reporting.page.blocks import (
    Banner,
    Block,
    Cards,
    Code,
    Figure,
    Folded,
    Page,
    Prose,
    Table,
    Text,
    Value,
    spans,
)

FIGURES = "figures"


def plain(text: Text | Value | float) -> str:
    """Return a text as words; a float has four digits."""
    parts = [f"{part:.4g}" if isinstance(part, float | int) else part for part in spans(text)]
    return "".join(part.text if isinstance(part, Value) else part for part in parts)


def markdown(page: Page) -> str:
    """Return a page as Markdown that refers to ``figures/ID.png``."""
    parts = [f"# {page.title}", page.subtitle, plain(page.answer), *map(_block, page.blocks)]
    for section in page.sections:
        parts += [f"## {section.title}", plain(section.lead), *map(_block, section.blocks)]
    return "\n\n".join(parts) + "\n"


def _block(block: Block) -> str:
    match block:
        case Banner():
            return f"> **{block.text}**"
        case Prose():
            return plain(block.text)
        case Code():
            return f"```\n{block.text}\n```"
        case Cards():
            return "\n".join(f"- {card.label}: **{plain(card.value)}**" for card in block.cards)
        case Folded():
            return "\n\n".join(map(_block, block.blocks))
        case Figure():
            return f"![{block.alt}]({FIGURES}/{block.id}.png)\n*{block.title}.* {block.caption}"
        case Table():
            return f"**{block.caption}**\n\n" + "\n".join(_table(block))


def _table(table: Table) -> Iterator[str]:
    yield _row(table.columns)
    yield "|" + "---|" * len(table.columns)
    yield from (_row(list(map(plain, row))) for row in table.rows)


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
