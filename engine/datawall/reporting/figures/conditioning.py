"""The figure of how far a condition has moved each input."""

import math

import xarray as xr
from matplotlib.figure import Figure

from datawall.distributions.special import ndtri
from datawall.forecasting.export import given, manifest
from datawall.reporting.figures import style
from datawall.reporting.terminal.conditioning import belief, moved_most

ROOM = 70
"""Letters that fit on a line beside the intervals."""


def what_moved(tree: xr.DataTree) -> Figure:
    """Draw the inputs that a condition has moved most: 80 % intervals before and after."""
    facts, run = given(tree), manifest(tree)
    rows = moved_most(facts["inputs"])
    scores = tree["given"].to_dataset()["score"].sel(quantile=[0.1, 0.5, 0.9])
    fig = style.figure(
        12,
        1.9 + 0.42 * max(len(rows), 1),
        f"What is learned from {', '.join(facts['conditions'])}",
        "Grey: 80 % interval before; blue: after, with a dot at the median; on a scale on which the input "
        f"was standard normal.\nScenario {run['scenario']} as of {run['as_of']:.2f}, "
        f"{facts['draws_accepted']:,} of {run['draws']:,} draws, seed {run['seed']}.",
    )
    axes = fig.subplots()
    height = fig.get_figheight()
    fig.subplots_adjust(left=0.2, right=0.52, top=1 - 1.0 / height, bottom=0.6 / height)
    reach = float(ndtri(0.9))
    for place, (name, row) in enumerate(rows.items()):
        axes.plot([-reach, reach], [place, place], color=style.GRID, linewidth=11, solid_capstyle="butt")
        low, middle, high = scores.sel(input=name).to_numpy()
        if math.isfinite(middle):
            axes.plot(
                [low, high], [place, place], color=style.BLUE, linewidth=4, solid_capstyle="butt", alpha=0.5
            )
            axes.plot(middle, place, marker="o", color=style.BLUE, markersize=6)
        before, after = belief(row, "before"), belief(row, "after")
        gap = "  " if len(before + after) < ROOM else "\n"
        unit = "" if row["unit"] in ("1", "choice", "year") else f" {row['unit']}"
        axes.annotate(
            f"{before}{gap}→  {after}{unit}",
            (1.03, place),
            xycoords=("axes fraction", "data"),
            size=8.5,
            color=style.INK,
            va="center",
        )
    axes.set_yticks(range(len(rows)), list(rows))
    axes.set_ylim(max(len(rows), 1) - 0.5, -0.5)
    axes.set_xlim(-3.2, 3.2)
    axes.set_xlabel("standard deviations from the median of the prior", size=10)
    style.finish(axes)
    axes.grid(axis="y", visible=False)
    return fig
