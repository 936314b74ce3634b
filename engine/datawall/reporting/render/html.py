"""HTML renderer: one self-contained file, readable without network, fonts or scripts."""

import base64
import hashlib
import json
import re
from importlib.resources import files

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from datawall.reporting.document import Figure, Hover, Label, Page, Value, Words, plain
from datawall.reporting.figures import style

_COLOURS = re.compile("|".join(style.VARIABLES), re.IGNORECASE)
_IDS = re.compile(r'(\bid="|href="#|url\(#)')


def render(page: Page) -> str:
    """Return the page as HTML."""
    environment = Environment(
        loader=PackageLoader("datawall.reporting.render"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"words": _words, "drawing": _drawing, "hover": _hover, "kind": _kind}
    environment.filters["plain"] = plain
    script = _read("page.js")
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    return environment.get_template("page.html.j2").render(
        page=page,
        css=Markup(style.css() + _read("page.css")),
        script=Markup(script),
        script_digest=Markup(digest),
    )


def _read(name: str) -> str:
    return (files("datawall.reporting.render") / "templates" / name).read_text(encoding="utf-8")


def _kind(block: object) -> str:
    return type(block).__name__


def _words(words: Words) -> Markup:
    parts = words if isinstance(words, tuple) else (words,)
    return Markup("").join(map(_part, parts))


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
    svg = svg[svg.index("<svg") :]
    head, rest = svg.split(">", 1)
    head = re.sub(r'\s(width|height)="[^"]*"', "", head)
    label = escape(figure.alt)
    head += f' role="img" aria-label="{label}"'
    rest = _IDS.sub(rf"\g<1>{figure.id}-", rest)
    if figure.themed:
        rest = _COLOURS.sub(lambda found: f"var(--{style.VARIABLES[found[0].upper()]})", rest)
    return Markup(f"{head}>{rest}")


def _hover(hovers: tuple[Hover, ...]) -> str:
    return json.dumps([{"box": h.box, "limits": h.limits, "notes": h.notes} for h in hovers])
