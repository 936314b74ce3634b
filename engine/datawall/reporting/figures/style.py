"""Figure style: palette, type and axes."""

from textwrap import fill

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from datawall.model import registry

# Okabe and Ito's palette, distinguishable with any common colour vision, darkened for legible text
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
"""Dark-theme counterpart of each colour."""
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
"""CSS variable name of each colour."""
SERIES = (BLUE, ORANGE, GREEN, PURPLE, AMBER)
"""Colour cycle of things side by side."""
CEILINGS = {
    name: colour
    for name, ceiling in registry.CEILINGS.items()
    for colour, called in VARIABLES.items()
    if called == ceiling.colour
}
"""The colour of each ceiling."""
DASHES = ("-", (0, (5, 1.5)), (0, (1.5, 1)), (0, (5, 1.5, 1.5, 1.5)), (0, (8, 2)))
"""Line style of each ceiling, to tell them apart without colour."""

BANDS = ((0.05, 0.95, 0.14), (0.1, 0.9, 0.16), (0.25, 0.75, 0.24))
"""Lower quantile, upper quantile and opacity of the bands of a fan, widest first."""

_NOTE_LETTERS, _NOTE_LINE = 15.5, 0.17
"""Letters per inch of the note above a figure, and the height of its lines [inch]."""


def css() -> str:
    """Return the colours as CSS variables, for light and dark pages."""
    light = "".join(f"--{name}:{colour};" for colour, name in VARIABLES.items())
    dark = "".join(f"--{name}:{DARK[colour]};" for colour, name in VARIABLES.items())
    return f":root{{{light}}}@media screen and (prefers-color-scheme:dark){{:root{{{dark}}}}}\n"


def panel(width: float, height: float) -> Figure:
    """Return an empty figure without a title, for a page with its own heading [inch]."""
    return Figure((width, height), facecolor=PAPER)


def headed(figure: Figure, title: str, note: str) -> Figure:
    """Return a standalone figure, with a title and a reading aid above."""
    width, height = figure.get_size_inches()
    lines = fill(note, int(width * _NOTE_LETTERS)).splitlines()
    room = 0.45 + _NOTE_LINE * len(lines)
    figure.set_size_inches(width, height + room)
    for axes in figure.axes:
        box, scale = axes.get_position(), height / (height + room)
        axes.set_position((box.x0, box.y0 * scale, box.width, box.height * scale))
    left, top = 0.2 / width, height + room
    figure.text(left, 1.0 - 0.22 / top, title, size=12, weight="bold", color=INK, va="center")
    figure.text(left, 1.0 - 0.4 / top, "\n".join(lines), size=8.5, color=GREY, va="top", linespacing=1.35)
    return figure


def finish(axes: Axes) -> None:
    """Remove all needless lines from the axes."""
    axes.spines[["top", "right"]].set_visible(False)
    axes.spines[["left", "bottom"]].set_color(GREY)
    axes.tick_params(colors=INK, labelsize=9, length=3)
    axes.grid(color=GRID, linewidth=0.8)
    axes.set_axisbelow(True)


def years(axes: Axes, start: float, end: float, every: int = 0, label: str = "year") -> None:
    """Label the horizontal axis with whole years; by default every second, or every fourth of many."""
    every = every or (2 if end - start < 17 else 4)
    axes.set_xlim(start, end)
    first = int(-(-start // every) * every)
    axes.set_xticks(range(first, int(end) + 1, every))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda year, _: f"{year:.0f}"))
    axes.set_xlabel(label)
