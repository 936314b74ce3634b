"""When each data wall is reached."""

import numpy as np

from datawall.model.criteria import criterion_of
from datawall.reporting.document import Figure, Section, Table
from datawall.reporting.figures import cdfs, rows, style, svg
from datawall.reporting.labels import level_label, wall_label
from datawall.reporting.saved.forecast import SavedRun
from datawall.reporting.sections.dates import interval_of, table


def section(run: SavedRun) -> Section:
    """Return the section."""
    names = run.names("wall.")
    labels = {name: wall_label(name.removeprefix("wall.")) for name in names}
    return Section(
        "walls",
        "When is each data wall reached?",
        "Data run short gradually, so there are several walls. Each is the first date at which its condition "
        "holds on a future's own path.",
        (_curves(run), _dots(run), table(run, labels, "criterion", ""), _meanings(run)),
    )


def _walls(run: SavedRun) -> list[str]:
    return [str(wall) for wall in run.cdf["wall"].values]


def _curves(run: SavedRun) -> Figure:
    panels: dict[str, list[cdfs.Curve]] = {}
    for wall in _walls(run):
        curve = cdfs.Curve(
            run.cdf["date"].values, run.cdf["wall_date"].sel(wall=wall).values, level_label(wall)
        )
        panels.setdefault(criterion_of(wall).title, []).append(curve)
    drawing, hover = cdfs.grid(panels)
    return svg.block(
        "wall-curves",
        drawing,
        "Probability that each data wall has been reached, rising with the date, a panel for each criterion",
        "Share of the futures that have reached the wall by a date. A curve starts at the share that is "
        "past, and what it lacks of 100 % at the horizon never comes.",
        hover=hover,
    )


def _dots(run: SavedRun) -> Figure:
    limits = (run.limits[0], min(run.limits[1], run.limits[0] + 18.0))
    found = []
    for k, wall in enumerate(_walls(run)):
        name = f"wall.{wall}"
        curve = run.cdf["wall_date"].sel(wall=wall).values
        found.append(
            rows.Row(
                wall_label(wall),
                style.SERIES[k % 2],
                interval_of(run, name),
                (run.cdf["date"].values, curve) if np.isfinite(curve).all() else None,
                past=run.row(name)["p_past"],
                never=run.row(name)["p_never"],
            )
        )
    return svg.block(
        "wall-dots",
        rows.draw(found, limits, left=1.75),
        "Dates of each data wall as rows of dots, with the share that is past and that never comes",
        f"Small dots: one chance in 20 each, as far as they lie before {limits[1]:.0f}. Bar: 80 % interval, "
        "with a large dot at the median; an arrow where an end lies beyond the axis.",
    )


def _meanings(run: SavedRun) -> Table:
    kinds = dict.fromkeys(criterion_of(wall) for wall in _walls(run))
    meanings = tuple((kind.title, kind.meaning) for kind in kinds)
    return Table(("criterion", "is reached when"), meanings, "What the criteria say")
