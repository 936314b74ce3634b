"""What every drawing begins and ends with."""

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

from datawall.page.blocks import Hover
from datawall.reporting import style
from datawall.reporting.words import RAISED

WIDTH = 6.8
"""Of a drawing [inch]."""


def one(height: float, left: float = 0.7, right: float = 1.25, bottom: float = 0.5) -> tuple[Figure, Axes]:
    """Return a figure with one pair of axes and margins around them [inch]."""
    fig = style.panel(WIDTH, height)
    axes = fig.add_axes(
        (left / WIDTH, bottom / height, 1 - (left + right) / WIDTH, 1 - (bottom + 0.15) / height)
    )
    style.finish(axes)
    return fig, axes


def powers(axes: Axes, unit: str, low: float, high: float) -> None:
    """Make the vertical axis one of powers of ten."""
    axes.set_yscale("log")
    axes.set_ylim(low, high)
    axes.yaxis.set_major_locator(LogLocator(10.0, numticks=8))
    axes.yaxis.set_minor_formatter(NullFormatter())
    axes.yaxis.set_major_formatter(FuncFormatter(_power))
    axes.set_ylabel(unit, size=9, color=style.INK)


def _power(value: float, _: object) -> str:
    return f"10{str(int(f'{value:.0e}'.split('e')[1])).translate(RAISED)}"


def hover(axes: Axes, limits: tuple[float, float], notes: list[tuple[float, str]]) -> Hover:
    """Return what to show where a reader points at the axes."""
    box = axes.get_position()
    inside = tuple((x, text) for x, text in notes if limits[0] <= x <= limits[1])
    return Hover((box.x0, box.x1, 1 - box.y1, 1 - box.y0), limits, inside)
