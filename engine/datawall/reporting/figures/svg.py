"""SVG and PNG export of figures for a page."""

import base64
import io
import re
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from matplotlib import rc_context
from matplotlib.figure import Figure
from PIL import Image

from datawall.reporting import document
from datawall.reporting.figures.base import Drawn

MARKS = 6000
"""Number of points in the lines of a drawing above which a raster image is smaller."""
RESOLUTION = 130
COLOURS = 48
"""Colours of a raster image: enough for lines and the edges of letters, in a third of the size."""
REPRODUCIBLE = {"Date": None, "Creator": None}
NEEDLESS = re.compile(r"(\.\d\d)\d+")
"""Pattern of the digits of a coordinate beyond a hundredth of a point."""


def block(name: str, draw: Callable[[], Drawn], alt: str, caption: str, **rest: Any) -> document.Figure:
    """Return a drawing as a block of a page, drawn lazily on first access.

    Parameters
    ----------
    name
        Unique name on the page.
    draw
        Returns the figure and its hover notes.
    alt, caption, rest
        As in `datawall.reporting.document.Figure`.
    """
    return document.Figure(name, partial(_drawing, name, draw), alt, caption, **rest)


def _drawing(name: str, draw: Callable[[], Drawn]) -> document.Drawing:
    figure, hover = draw()
    png = _png(figure)
    beside = len({axes.get_position().x0 for axes in figure.axes}) > 1
    return document.Drawing(_svg(figure, name, png), png, hover, beside)


def _png(figure: Figure) -> bytes:
    out = io.BytesIO()
    figure.savefig(out, format="png", dpi=RESOLUTION, metadata={"Software": None})
    return out.getvalue()


def _svg(figure: Figure, name: str, png: bytes) -> str:
    """Return a figure as the text of an SVG image; the same figure gives the same text.

    Parameters
    ----------
    figure
        The figure; with thousands of marks it is embedded as a raster image.
    name
        Unique name of the figure on a page.
    png
        Raster image of it.
    """
    marks = sum(np.size(line.get_xdata()) for axes in figure.axes for line in axes.lines)
    return _vectors(figure, name) if marks <= MARKS else _picture(figure, png)


def _vectors(figure: Figure, name: str) -> str:
    out = io.StringIO()
    with rc_context({"svg.fonttype": "none", "svg.hashsalt": name}):
        figure.savefig(out, format="svg", metadata=REPRODUCIBLE)
    return NEEDLESS.sub(r"\1", out.getvalue())


def _picture(figure: Figure, png: bytes) -> str:
    small = io.BytesIO()
    with Image.open(io.BytesIO(png)) as image:
        image.convert("RGB").quantize(COLOURS).save(small, "PNG", optimize=True)
    width, height = 72 * figure.get_size_inches()
    size = f'width="{width:g}" height="{height:g}"'
    data = base64.b64encode(small.getvalue()).decode()
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" {size}>'
        f'<image {size} href="data:image/png;base64,{data}"/></svg>'
    )
