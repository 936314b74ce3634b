"""The index of a gallery: every report that a folder of recipes makes."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined

from datawall.files import replace_file

FILES = {"index.html": "gallery.html.j2", "README.md": "gallery.md.j2"}
"""Files of an index, and the templates that write them."""


@dataclass(frozen=True)
class Entry:
    """A report in the gallery.

    Attributes
    ----------
    title, lead
        Of its page.
    page, recipe
        Where they are, seen from the gallery.
    """

    title: str
    lead: str
    page: str
    recipe: str


def write_index(entries: Iterable[Entry], folder: Path) -> None:
    """Write the index of a gallery to its folder, as a page and as Markdown."""
    templates = Environment(
        loader=PackageLoader("datawall.reporting.recipes", "."),
        autoescape=lambda name: str(name).endswith(".html.j2"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    templates.filters["cell"] = lambda text: text.replace("|", "\\|").replace("\n", " ")
    shown = list(entries)
    for name, template in FILES.items():
        text = templates.get_template(template).render(entries=shown)
        replace_file(folder / name, lambda path, t=text: path.write_text(t, encoding="utf-8"))
