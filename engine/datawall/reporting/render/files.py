"""Page folder: HTML, Markdown, figure and table files, and optionally a PDF."""

import csv
import io
from collections.abc import Iterator
from pathlib import Path

from datawall.files import prepare, replace_file
from datawall.reporting.document import Block, Figure, Page, Table, plain
from datawall.reporting.render import html, markdown

HTML = "report.html"


def write(page: Page, folder: Path) -> None:
    """Write the folder of a page.

    Raises
    ------
    DatawallError
        If a file cannot be written.
    """
    for part in (folder, folder / "figures", folder / "tables"):
        prepare(part)
    texts = {HTML: html.render(page), "report.md": markdown.render(page)}
    for figure in _figures(page):
        texts[f"figures/{figure.id}.svg"] = figure.drawing.svg
        replace_file(
            folder / f"figures/{figure.id}.png", lambda path, f=figure: path.write_bytes(f.drawing.png)
        )
        if figure.table is not None:
            texts[f"tables/{figure.id}.csv"] = _csv(figure.table)
    for name, table in _tables(page):
        texts[f"tables/{name}.csv"] = _csv(table)
    for name, text in texts.items():
        replace_file(folder / name, lambda path, t=text: path.write_text(t, encoding="utf-8"))


def _blocks(page: Page) -> Iterator[tuple[str, Block]]:
    for block in page.first:
        yield "answer", block
    for section in page.sections:
        for block in section.blocks:
            yield section.id, block


def _figures(page: Page) -> Iterator[Figure]:
    return (block for _, block in _blocks(page) if isinstance(block, Figure))


def _tables(page: Page) -> Iterator[tuple[str, Table]]:
    """Yield each table with the name of its section, numbered from the second on."""
    seen: dict[str, int] = {}
    for section, block in _blocks(page):
        if isinstance(block, Table):
            seen[section] = seen.get(section, 0) + 1
            yield (section if seen[section] == 1 else f"{section}-{seen[section]}"), block


def _csv(table: Table) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(table.columns)
    writer.writerows([plain(cell) for cell in row] for row in table.rows)
    return out.getvalue()
