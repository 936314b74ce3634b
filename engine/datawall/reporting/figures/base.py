"""Axes, margins and hover notes shared by all drawings."""

import base64
import io
import re
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, NamedTuple

import numpy as np
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter
from PIL import Image

from datawall.formatting import RAISED
from datawall.reporting import document
from datawall.reporting.document import Hover
from datawall.reporting.figures import style

WIDTH = 6.8
"""Width of a drawing [inch]."""


class Drawn(NamedTuple):
    """Figure with its hover notes."""

    figure: Figure
    hover: tuple[Hover, ...] = ()


def one(
    height: float, left: float = 0.7, *, right: float, top: float = 0.15, title: str = ""
) -> tuple[Figure, Axes]:
    """Return a figure with one pair of axes, margins around them [inch], and a title above them."""
    top += 0.2 if title else 0.0
    height += 0.2 if title else 0.0
    fig = style.panel(WIDTH, height)
    box = (left / WIDTH, 0.5 / height, 1 - (left + right) / WIDTH, 1 - (0.5 + top) / height)
    return fig, axes_in(fig, box, title)


def axes_in(fig: Figure, box: tuple[float, float, float, float], title: str) -> Axes:
    """Return axes in a box of the figure, with a title above them."""
    axes = fig.add_axes(box)
    axes.set_title(title, size=9.5, weight="bold", color=style.INK, loc="left")
    for axis in (axes.xaxis, axes.yaxis):
        axis.label.set(size=9, color=style.INK)
    style.finish(axes)
    return axes


def grid(
    titles: Sequence[str], height: float = 1.55, right: float = 0.25, left: float = 0.68
) -> tuple[Figure, list[Axes]]:
    """Return a figure with axes under each title, two in a row, with room right of each [inch]."""
    step, bottom = height + 0.8, 0.45
    rows = -(-len(titles) // 2)
    whole = step * rows + 0.1
    fig = style.panel(WIDTH, whole)
    found = []
    for k, title in enumerate(titles):
        x, y = left + (k % 2) * WIDTH / 2, bottom + step * (rows - 1 - k // 2)
        width = WIDTH / 2 - left - right
        found.append(axes_in(fig, (x / WIDTH, y / whole, width / WIDTH, height / whole), title))
    return fig, found


def powers(axes: Axes, unit: str, low: float, high: float) -> None:
    """Label the vertical axis in powers of ten."""
    axes.set_yscale("log")
    axes.set_ylim(low, high)
    axes.yaxis.set_major_locator(LogLocator(10.0, numticks=8))
    axes.yaxis.set_minor_formatter(NullFormatter())
    axes.yaxis.set_major_formatter(FuncFormatter(_power))
    axes.set_ylabel(unit)


def _power(value: float, _: object) -> str:
    return f"10{str(int(f'{value:.0e}'.split('e')[1])).translate(RAISED)}"


def hover(axes: Axes, limits: tuple[float, float], notes: list[tuple[float, str]]) -> Hover:
    """Return the hover notes of the axes."""
    box = axes.get_position()
    inside = tuple((x, text) for x, text in notes if limits[0] <= x <= limits[1])
    return Hover((box.x0, box.x1, 1 - box.y1, 1 - box.y0), limits, inside)


def label_ends(axes: Axes, ends: list[tuple[float, str, str]], line: float) -> None:
    """Write labels right of the axes at the given heights, apart by a share of the axes for each line."""
    if not ends:
        return
    fractions = [axes.transAxes.inverted().transform(axes.transData.transform((0, y)))[1] for y, _, _ in ends]
    order = np.argsort(fractions)
    sizes = line * np.array([1 + ends[index][1].count("\n") for index in order])
    gaps = (sizes[1:] + sizes[:-1]) / 2
    extra = (sizes - line) / 2  # half the height beyond one line, so that long labels stay inside the axes
    room = 1.0 - extra[-1:] - np.concatenate([np.cumsum(gaps[::-1])[::-1], [0.0]])
    placed = -np.inf
    for index, highest, gap, least in zip(order, room, [0.0, *gaps], extra, strict=True):
        placed = min(max(fractions[index], placed + gap, least), highest)
        _, text, colour = ends[index]
        axes.text(1.012, placed, text, transform=axes.transAxes, color=colour, size=9, va="center")


_MARKS = 6000
"""Number of points in the lines of a drawing above which a raster image is smaller."""
_RESOLUTION = 130
_COLOURS = 48
"""Colours of a raster image: enough for lines and the edges of letters, in a third of the size."""
_REPRODUCIBLE = {"Date": None, "Creator": None}
_NEEDLESS = re.compile(r"(\.\d\d)\d+")
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
    figure.savefig(out, format="png", dpi=_RESOLUTION, metadata={"Software": None})
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
    return _vectors(figure, name) if marks <= _MARKS else _picture(figure, png)


def _vectors(figure: Figure, name: str) -> str:
    out = io.StringIO()
    with rc_context({"svg.fonttype": "none", "svg.hashsalt": name}):
        figure.savefig(out, format="svg", metadata=_REPRODUCIBLE)
    return _NEEDLESS.sub(r"\1", out.getvalue())


def _picture(figure: Figure, png: bytes) -> str:
    small = io.BytesIO()
    with Image.open(io.BytesIO(png)) as image:
        image.convert("RGB").quantize(_COLOURS).save(small, "PNG", optimize=True)
    width, height = 72 * figure.get_size_inches()
    size = f'width="{width:g}" height="{height:g}"'
    data = base64.b64encode(small.getvalue()).decode()
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" {size}>'
        f'<image {size} href="data:image/png;base64,{data}"/></svg>'
    )
