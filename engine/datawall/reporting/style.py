"""One look for every figure: palette, type and axes."""

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

# Okabe and Ito's palette, told apart with any common colour vision
BLUE = "#0072B2"
ORANGE = "#D55E00"
GREEN = "#007A58"
PURPLE = "#AA4499"
GREY = "#5F6670"
INK = "#1F2430"
GRID = "#E4E7EB"

BANDS = ((0.05, 0.95, 0.14), (0.1, 0.9, 0.16), (0.25, 0.75, 0.24))
"""Lower quantile, upper quantile and opacity of the bands of a fan, widest first."""


def figure(width: float, height: float, title: str, subtitle: str) -> Figure:
    """Return an empty figure with its title and a line or two that say how to read it [inch]."""
    fig = Figure((width, height), facecolor="white")
    left = 0.35 / width
    fig.text(left, 1.0 - 0.3 / height, title, size=13, weight="bold", color=INK, va="center")
    fig.text(left, 1.0 - 0.5 / height, subtitle, size=9, color=GREY, va="top", linespacing=1.4)
    return fig


def finish(axes: Axes) -> None:
    """Leave the axes as light as they can be."""
    axes.spines[["top", "right"]].set_visible(False)
    axes.spines[["left", "bottom"]].set_color(GREY)
    axes.tick_params(colors=INK, labelsize=9, length=3)
    axes.grid(color=GRID, linewidth=0.8)
    axes.set_axisbelow(True)


def years(axes: Axes, start: float, end: float, every: int = 2) -> None:
    """Label the horizontal axis with whole years."""
    axes.set_xlim(start, end)
    first = int(-(-start // every) * every)
    axes.set_xticks(range(first, int(end) + 1, every))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda year, _: f"{year:.0f}"))
