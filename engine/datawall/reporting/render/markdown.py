"""Markdown renderer for pull requests: tables inline, figures as files beside it."""

from collections.abc import Iterator

from datawall.reporting.document import (
    Banner,
    Block,
    Cards,
    Code,
    Figure,
    Page,
    Prose,
    Section,
    Table,
    Value,
    Words,
    plain,
)


def render(page: Page, figures: str = "figures") -> str:
    """Return the page as Markdown with figures in the folder `figures`."""
    lines = [f"# {page.title}", plain(page.lead)]
    lines += [text for block in page.first for text in _block(block, figures)]
    lines += [text for section in page.sections for text in _section(section, figures)]
    lines += [f"*{page.note}*"] if page.note else []
    return "\n\n".join(lines) + "\n"


def _section(section: Section, figures: str) -> Iterator[str]:
    yield f"## {section.title}"
    if section.lead:
        yield plain(section.lead)
    for block in section.blocks:
        yield from _block(block, figures)


def _block(block: Block, figures: str) -> Iterator[str]:
    match block:
        case Prose(text):
            yield plain(text)
        case Code(text):
            yield f"```bash\n{text}\n```"
        case Banner(level, text):
            yield f"> **{level.capitalize()}:** {plain(text)}"
        case Cards(cards):
            yield "\n".join(
                f"- {label}: **{plain(number)}** ({plain(note)})" for label, number, note in cards
            )
        case Table():
            yield from _table(block)
        case Figure():
            yield f"![{block.alt}]({figures}/{block.id}.png)"
            yield f"*{block.caption}*"


def _table(table: Table) -> Iterator[str]:
    if table.caption:
        yield f"**{table.caption}**"
    rule = "|".join(["---"] + ["---:"] * (len(table.columns) - 1))
    rows = ("| " + " | ".join(map(_cell, row)) + " |" for row in table.rows)
    yield "\n".join(["| " + " | ".join(map(_cell, table.columns)) + " |", f"|{rule}|", *rows])
    if table.note:
        yield f"*{table.note}*"


def _cell(words: Words) -> str:
    return _with_errors(words).replace("|", "\\|").replace("\n", " ")


def _with_errors(words: Words) -> str:
    """Return text with the standard errors of its numbers."""
    parts = words if isinstance(words, tuple) else (words,)
    return "".join(
        f"{part.text} {part.error}".rstrip() if isinstance(part, Value) else plain(part) for part in parts
    )
