"""A figure as SVG that a page can hold: drawn, or as a picture where a drawing would take more room."""

import base64
import io
import re

from matplotlib import rc_context
from matplotlib.figure import Figure
from PIL import Image

RESOLUTION = 130
COLOURS = 48
"""Of a picture: enough for lines and the edges of letters, in a third of the room."""
REPRODUCIBLE = {"Date": None, "Creator": None}
NEEDLESS = re.compile(r"(\.\d\d)\d+")
"""Digits of a coordinate beyond a hundredth of a point."""


def svg(figure: Figure, name: str, *, raster: bool) -> str:
    """Return a figure as the text of an SVG image; the same figure gives the same text.

    Parameters
    ----------
    figure
        The figure.
    name
        Of the figure, different from those of the others on a page.
    raster
        Whether to embed a picture, for a drawing with thousands of marks.
    """
    return _picture(figure) if raster else _drawing(figure, name)


def _drawing(figure: Figure, name: str) -> str:
    out = io.StringIO()
    with rc_context({"svg.fonttype": "none", "svg.hashsalt": name}):
        figure.savefig(out, format="svg", metadata=REPRODUCIBLE)
    return NEEDLESS.sub(r"\1", out.getvalue())


def _picture(figure: Figure) -> str:
    pixels, png = io.BytesIO(), io.BytesIO()
    figure.savefig(pixels, format="png", dpi=RESOLUTION)
    with Image.open(pixels) as image:
        image.convert("RGB").quantize(COLOURS).save(png, "PNG", optimize=True)
    width, height = 72 * figure.get_size_inches()
    size = f'width="{width:g}" height="{height:g}"'
    data = base64.b64encode(png.getvalue()).decode()
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" {size}>'
        f'<image {size} href="data:image/png;base64,{data}"/></svg>'
    )
