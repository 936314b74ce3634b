"""Renderers of a page: its folder with HTML, Markdown, figures and tables, and a PDF."""

import base64
import csv
import hashlib
import io
import json
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from datawall.errors import DatawallError
from datawall.files import prepare, replace_file
from datawall.reporting.document import (
    Banner,
    Block,
    Cards,
    Code,
    Figure,
    Hover,
    Label,
    Page,
    Prose,
    Table,
    Value,
    Words,
    parts_of,
    plain,
)
from datawall.reporting.figures import style

PAGE = "report.html"
_COLOURS = re.compile("|".join(style.VARIABLES), re.IGNORECASE)
_IDS = re.compile(r'(\bid="|href="#|url\(#)')
_BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
_PATIENCE = 120
"""Timeout of a printing browser [s]."""


def write(page: Page, folder: Path) -> None:
    """Write the folder of a page."""
    for part in (folder, folder / "figures", folder / "tables"):
        prepare(part)
    texts = {PAGE: to_html(page), "report.md": to_markdown(page)}
    seen: dict[str, int] = {}
    blocks = [("answer", block) for block in page.first]
    blocks += [(section.id, block) for section in page.sections for block in section.blocks]
    for section, block in blocks:
        if isinstance(block, Figure):
            texts[f"figures/{block.id}.svg"] = block.drawing.svg
            png = block.drawing.png
            replace_file(folder / f"figures/{block.id}.png", lambda path, png=png: path.write_bytes(png))
            if block.table is not None:
                texts[f"tables/{block.id}.csv"] = _csv(block.table)
        elif isinstance(block, Table):
            seen[section] = number = seen.get(section, 0) + 1
            texts[f"tables/{section}{f'-{number}' if number > 1 else ''}.csv"] = _csv(block)
    for name, text in texts.items():
        replace_file(folder / name, lambda path, t=text: path.write_text(t, encoding="utf-8"))


def _csv(table: Table) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(table.columns)
    writer.writerows([plain(cell) for cell in row] for row in table.rows)
    return out.getvalue()


def environment() -> Environment:
    """Return the environment of the templates, which escapes text in HTML."""
    return Environment(
        loader=PackageLoader("datawall.reporting.render"),
        autoescape=lambda name: str(name).endswith(".html.j2"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def to_html(page: Page) -> str:
    """Return the page as one self-contained file, readable without network, fonts or scripts."""
    made = environment()
    made.filters |= {"words": _words, "drawing": _drawing, "hover": _hover, "plain": plain}
    made.filters["kind"] = lambda block: type(block).__name__
    css, script = (
        (files("datawall.reporting.render") / "templates" / name).read_text(encoding="utf-8")
        for name in ("page.css", "page.js")
    )
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    text = made.get_template("page.html.j2").render(
        page=page, css=Markup(style.css() + css), script=Markup(script), script_digest=Markup(digest)
    )
    return text.removesuffix("\n")


def _words(words: Words) -> Markup:
    return Markup("").join(map(_part, parts_of(words)))


def _part(part: str | Value | Label) -> Markup:
    match part:
        case Value(text, key, run, error):
            number = Markup('<data value="{}" data-run="{}">{}</data>').format(key, run, text)
            return number + Markup(' <small class="error">{}</small>').format(error) if error else number
        case Label(text):
            return escape(text)
    return escape(part)


def _drawing(figure: Figure) -> Markup:
    """Return the drawing with ids unique on the page and the colours of the reader's theme."""
    svg = figure.drawing.svg
    head, rest = svg[svg.index("<svg") :].split(">", 1)
    head = re.sub(r'\s(width|height)="[^"]*"', "", head)
    head += f' role="img" aria-label="{escape(figure.alt)}"'
    rest = _IDS.sub(rf"\g<1>{figure.id}-", rest)
    if figure.themed:
        rest = _COLOURS.sub(lambda found: f"var(--{style.VARIABLES[found[0].upper()]})", rest)
    return Markup(f"{head}>{rest}")


def _hover(hovers: tuple[Hover, ...]) -> str:
    return json.dumps([{"box": h.box, "limits": h.limits, "notes": h.notes} for h in hovers])


def to_markdown(page: Page) -> str:
    """Return the page as Markdown for pull requests: tables inline, figures in files beside it."""
    lines = [f"# {page.title}", plain(page.lead), *(text for block in page.first for text in _block(block))]
    for section in page.sections:
        lines.append(f"## {section.title}")
        lines += [plain(section.lead)] if section.lead else []
        lines += [text for block in section.blocks for text in _block(block)]
    lines += [f"*{page.note}*"] if page.note else []
    return "\n\n".join(lines) + "\n"


def _block(block: Block) -> Iterator[str]:
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
            yield f"![{block.alt}](figures/{block.id}.png)"
            yield f"*{block.caption}*"


def _table(table: Table) -> Iterator[str]:
    if table.caption:
        yield f"**{table.caption}**"
    rule = "|".join(["---"] + ["---:"] * (len(table.columns) - 1))
    head, *rows = ("| " + " | ".join(map(_cell, row)) + " |" for row in (table.columns, *table.rows))
    yield "\n".join([head, f"|{rule}|", *rows])
    if table.note:
        yield f"*{table.note}*"


def _cell(words: Words) -> str:
    """Return a cell with the standard errors of its numbers."""
    texts = (
        f"{part.text} {part.error}".rstrip() if isinstance(part, Value) else plain(part)
        for part in parts_of(words)
    )
    return "".join(texts).replace("|", "\\|").replace("\n", " ")


def browser() -> str | None:
    """Return the path of a browser able to print, or None."""
    return next(filter(None, map(shutil.which, _BROWSERS)), None)


def write_pdf(page: Path, pdf: Path) -> None:
    """Print a page to a PDF, by a browser or by WeasyPrint.

    Parameters
    ----------
    page
        A self-contained HTML file.
    pdf
        The file to write.

    Raises
    ------
    DatawallError
        If nothing here can print, or printing fails.
    """
    program = browser()
    if program is not None:
        _print(program, page.resolve(), pdf.resolve())
    elif find_spec("weasyprint") is not None:
        import weasyprint  # pyright: ignore[reportMissingImports] - an extra

        weasyprint.HTML(filename=page).write_pdf(pdf, pdf_variant="pdf/ua-1")
    else:
        raise DatawallError(
            "--pdf: need a browser that prints, found none; put Chromium on the PATH, or install "
            "datawall[pdf]"
        )


def _print(program: str, page: Path, pdf: Path) -> None:
    with tempfile.TemporaryDirectory() as profile:
        command = [program, "--headless", "--disable-gpu", f"--user-data-dir={profile}"]
        if hasattr(os, "geteuid") and os.geteuid() == 0:
            command.append("--no-sandbox")  # Chromium's sandbox does not start for root
        command += ["--no-pdf-header-footer", f"--print-to-pdf={pdf}", page.as_uri()]
        pdf.unlink(missing_ok=True)
        try:
            subprocess.run(command, capture_output=True, check=True, timeout=_PATIENCE)
        except (OSError, subprocess.SubprocessError) as error:
            raise DatawallError(f"{pdf}: {program} could not print it ({error}); drop --pdf") from None
    if not pdf.is_file():
        raise DatawallError(f"{pdf}: {program} printed nothing; drop --pdf, or free its place")
