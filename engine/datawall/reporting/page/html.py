"""A page as one HTML file that needs nothing else."""

import re
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from datawall.reporting.page import image
from datawall.reporting.page.blocks import Figure, Page, spans

PREAMBLE = re.compile(r"^.*?(?=<svg)", re.DOTALL)
SIZE = (
    re.compile(r'(<svg[^>]*?) width="[^"]*"', re.DOTALL),
    re.compile(r'(<svg[^>]*?) height="[^"]*"', re.DOTALL),
)
ID = re.compile(r'\bid="([^"]+)"')
REFERENCE = re.compile(r'(href="#|url\(#)([^")]+)')


def html(page: Page) -> str:
    """Return a page as HTML; the same page gives the same text."""
    templates = Environment(
        loader=PackageLoader("datawall.reporting.page"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    templates.filters["inline"] = inline
    templates.filters["spans"] = spans
    templates.filters["number"] = lambda value: f"{value:.4g}"
    templates.filters["kind"] = lambda block: type(block).__name__
    return templates.get_template("page.html.j2").render(page=page)


def inline(figure: Figure) -> Markup:
    """Return the drawing of a figure for use within HTML: named, scalable, with ids of its own."""
    text = PREAMBLE.sub("", image.svg(figure.drawing, figure.id, raster=figure.raster), count=1)
    for size in SIZE:
        text = size.sub(r"\1", text, count=1)
    text = ID.sub(rf'id="{figure.id}-\1"', text)
    text = REFERENCE.sub(rf"\1{figure.id}-\2", text)
    label: Any = Markup('<svg role="img" aria-label="{}"').format(figure.alt)
    return Markup(text.replace("<svg", label, 1))
