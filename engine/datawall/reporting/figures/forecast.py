"""The three figures of a run: demand against supply, wall dates, release dates."""

import itertools
import math
import textwrap
from collections.abc import Callable

import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from datawall.forecasting.export import manifest
from datawall.model.criteria import criterion_of
from datawall.reporting.figures import style
from datawall.reporting.figures.style import BEYOND, DOTS, dots, fan, interval, label_ends, quantile_dots
from datawall.reporting.labels import level_label

SHADES = (style.BLUE, style.ORANGE, style.GREEN)
DASHES = ("-", (0, (5, 1.5)), (0, (1.5, 1)))


def _source(tree: xr.DataTree) -> str:
    facts = manifest(tree)
    run = f"{facts['draws']:,} draws, seed {facts['seed']}"
    given = f" given {', '.join(facts['given']['conditions'])}" if "given" in facts else ""
    return f"Scenario {facts['scenario']} as of {facts['as_of']:.2f}{given}, {run}."


def demand_and_supply(tree: xr.DataTree) -> Figure:
    """Draw token demand against supply as fans, with the date of each wall below."""
    summary = tree["summary"].to_dataset()
    years = summary["year"].values
    limits = (float(years[0]), float(years[-1]))
    fig = style.figure(
        11,
        8,
        "Training tokens: what the largest run would use, and what there is",
        f"Lines: medians; bands: 50, 80 and 90 %. {_source(tree)}\n"
        f"Below: 80 % interval of each wall, with a dot at the median. {BEYOND}",
    )
    top, bottom = fig.subplots(2, 1, sharex=True, height_ratios=(3, 2))
    fig.subplots_adjust(left=0.155, right=0.845, top=0.88, bottom=0.07, hspace=0.08)

    ends = []
    for variable, text, colour in (
        ("demand_tokens", "demand", style.BLUE),
        ("supply_tokens", "supply, with synthetic\nand distilled tokens", style.ORANGE),
    ):
        fan(top, summary, variable, colour)
        ends.append((float(summary[variable].sel(quantile=0.5).values[-1]), text, colour))
    top.set_yscale("log")
    top.set_ylabel("tokens", size=10)
    label_ends(top, ends)

    walls = [str(wall) for wall in summary["wall"].values]
    for row, wall in enumerate(walls):
        dates = summary["wall_date"].sel(wall=wall, quantile=[0.1, 0.5, 0.9]).values
        interval(bottom, row, dates, style.INK, limits)
        past, never = (
            float(summary[f"wall_date_{kind}"].sel(wall=wall).values) for kind in ("past", "never")
        )
        note = f"{past:.0%} past, {never:.0%} never"
        bottom.annotate(
            note, (1.02, row), xycoords=("axes fraction", "data"), size=8, color=style.GREY, va="center"
        )
    bottom.set_yticks(range(len(walls)), [f"{criterion_of(w).name}, {level_label(w)}" for w in walls])
    bottom.set_ylim(len(walls) - 0.5, -0.5)
    bottom.set_xlabel("year", size=10)
    for axes in (top, bottom):
        style.finish(axes)
    style.years(bottom, *limits)
    return fig


def wall_dates(tree: xr.DataTree) -> Figure:
    """Draw the cumulative distribution of each wall date, a panel for each criterion."""
    cdf = tree["cdf"].to_dataset()
    walls = [str(wall) for wall in cdf["wall"].values]
    kinds = list(dict.fromkeys(map(criterion_of, walls)))
    fig = style.figure(
        12,
        3.8 * math.ceil((len(kinds) + 1) / 3),
        "When each data wall is reached",
        "Share of futures that have reached the wall by a date, and at the horizon; the rest never do. "
        + _source(tree),
    )
    rows = math.ceil((len(kinds) + 1) / 3)
    grid = fig.subplots(rows, 3, squeeze=False)
    fig.subplots_adjust(left=0.065, right=0.93, top=0.86, bottom=0.08, hspace=0.3, wspace=0.42)
    for axes, kind in zip(grid.flat, kinds, strict=False):
        _cdf_panel(axes, cdf["wall_date"], [wall for wall in walls if criterion_of(wall) == kind])
        axes.set_title(kind.title, size=10, color=style.INK, loc="left", weight="bold")
    for axes in grid[:, 0]:
        axes.set_ylabel("probability", size=9)
    for unused in grid.flat[len(kinds) :]:
        unused.axis("off")
    key = grid.flat[len(kinds)]
    lines = [textwrap.fill(f"{kind.title}: {kind.meaning}", 44) for kind in kinds]
    key.text(0.0, 1.0, "\n\n".join(lines), size=9, color=style.INK, va="top", transform=key.transAxes)
    return fig


def _cdf_panel(axes: Axes, cdf: xr.DataArray, walls: list[str]) -> None:
    dates = cdf["date"].values
    style.finish(axes)
    style.years(axes, float(dates[0]), float(dates[-1]), every=5)
    axes.set_ylim(0, 1)
    axes.yaxis.set_major_formatter(PercentFormatter(1.0))
    axes.set_xlabel("year", size=9)
    ends = []
    for wall, colour, dash in zip(walls, itertools.cycle(SHADES), itertools.cycle(DASHES), strict=False):
        share = cdf.sel(wall=wall).values
        axes.plot(dates, share, color=colour, linestyle=dash, linewidth=2)
        ends.append((float(share[-1]), f"{level_label(wall)}\n{share[-1]:.0%}", colour))
    label_ends(axes, ends, least=0.12)


def release_dates(tree: xr.DataTree) -> Figure:
    """Draw when each generation is released: quantile dots over an 80 % interval, raw and effective."""
    cdf, summary = tree["cdf"].to_dataset(), tree["summary"].to_dataset()
    dates = cdf["date"].values
    limits = (float(dates[0]), min(float(dates[-1]), float(dates[0]) + 15.0))
    rows = [(float(g), str(kind)) for g in cdf["generation"].values for kind in cdf["compute"].values]
    fig = style.figure(
        11,
        1.75 + 0.62 * len(rows),
        "When a model of each generation is released",
        f"Small dots: one chance in {DOTS} each; bar: 80 % interval, with a large dot at the median.\n"
        f"{BEYOND} {_source(tree)}",
    )
    axes = fig.subplots()
    height = fig.get_figheight()
    fig.subplots_adjust(left=0.18, right=0.79, top=1 - 0.95 / height, bottom=0.6 / height)
    bases = [len(rows) - 1.0 - row for row in range(len(rows))]
    for base, (generation, kind) in zip(bases, rows, strict=True):
        colour = style.BLUE if kind == "raw" else style.ORANGE
        at = {"compute": kind, "generation": generation}
        inside, past, never = quantile_dots(dates, cdf["release"].sel(at).values)
        shown = inside[inside <= limits[1]]
        middle = summary["release"].sel(at).sel(quantile=[0.1, 0.5, 0.9]).values
        interval(axes, base - 0.15, middle, colour, limits)
        dots(axes, base + 0.08, shown, colour, limits)
        parts = [(past, "past"), (len(inside) - len(shown), f"after {limits[1]:.0f}"), (never, "never")]
        note = ", ".join(f"{count} {what}" for count, what in parts if count)
        axes.annotate(
            note, (1.025, base), xycoords=("axes fraction", "data"), size=8.5, color=style.GREY, va="center"
        )
    axes.set_yticks(bases, [f"generation {g:g}, {kind}" for g, kind in rows])
    axes.set_ylim(-0.5, len(rows) - 0.2)
    axes.set_xlabel("release date (year)", size=10)
    style.finish(axes)
    axes.grid(axis="y", visible=False)
    style.years(axes, *limits)
    return fig


FIGURES: dict[str, Callable[[xr.DataTree], Figure]] = {
    "demand_and_supply": demand_and_supply,
    "wall_dates": wall_dates,
    "release_dates": release_dates,
}
"""Every figure of a run, by the name of its file."""
