"""One look for every figure: palette, type and axes."""

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

# Okabe and Ito's palette, told apart with any common colour vision, darkened until words in it can be read
BLUE = "#0072B2"
ORANGE = "#BF5200"
GREEN = "#007A58"
PURPLE = "#AA4499"
GREY = "#5F6670"
INK = "#1F2430"
GRID = "#E4E7EB"

PAPER = "#FFFFFF"
AMBER = "#8A6100"

DARK = {
    BLUE: "#62B5EA",
    ORANGE: "#FF9F55",
    GREEN: "#45C79F",
    PURPLE: "#E293D3",
    AMBER: "#E0B040",
    GREY: "#A9B2BE",
    INK: "#E8ECF2",
    GRID: "#333B47",
    PAPER: "#14181F",
}
"""Each colour on a dark page."""
VARIABLES = {
    BLUE: "blue",
    ORANGE: "orange",
    GREEN: "green",
    PURPLE: "purple",
    AMBER: "amber",
    GREY: "grey",
    INK: "ink",
    GRID: "grid",
    PAPER: "paper",
}
"""The name of each colour in a style sheet."""
SERIES = (BLUE, ORANGE, GREEN, PURPLE, AMBER)
"""Colours of things that stand side by side, in order."""
CEILINGS = (ORANGE, GREEN, PURPLE, AMBER, GREY, BLUE)
"""Colours of ceilings, in order."""
DASHES = ("-", (0, (5, 1.5)), (0, (1.5, 1)), (0, (5, 1.5, 1.5, 1.5)), (0, (8, 2)))
"""Lines to tell them apart without colour."""

BANDS = ((0.05, 0.95, 0.14), (0.1, 0.9, 0.16), (0.25, 0.75, 0.24))
"""Lower quantile, upper quantile and opacity of the bands of a fan, widest first."""


def css() -> str:
    """Return the colours as variables of a style sheet, for light and dark pages."""
    light = "".join(f"--{name}:{colour};" for colour, name in VARIABLES.items())
    dark = "".join(f"--{name}:{DARK[colour]};" for colour, name in VARIABLES.items())
    return f":root{{{light}}}@media screen and (prefers-color-scheme:dark){{:root{{{dark}}}}}\n"


def panel(width: float, height: float) -> Figure:
    """Return an empty figure without a title, for a page that writes its own [inch]."""
    return Figure((width, height), facecolor=PAPER)


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
