"""Several forecasts side by side."""

from collections.abc import Iterator, Sequence

from datawall.model.outputs import title_of
from datawall.reporting.document import Block, Figure, Label, Section, Table
from datawall.reporting.figures import comparison, forecast, rows, style, svg
from datawall.reporting.figures.base import Drawn
from datawall.reporting.labels import title, wall_label
from datawall.reporting.saved import SavedRun
from datawall.reporting.sections import cells

PATHS = ("frontier_flop", "supply_tokens")
DATES = ("wall.", "compute_date[", "release.raw[")


def section(runs: Sequence[SavedRun], names: Sequence[str]) -> Section:
    """Return the comparison of runs, each by its label on the page."""
    return Section(
        "comparison",
        "How do the scenarios differ?",
        "The same input has the same random numbers in every run with the same seed and sampler, so what "
        "differs is what the scenarios say.",
        tuple(_blocks(runs, names)),
    )


def _common(runs: Sequence[SavedRun], prefix: str) -> list[str]:
    """Return the quantities common to all runs."""
    return [name for name in runs[0].names(prefix) if all(name in run.flat["quantities"] for run in runs)]


def _blocks(runs: Sequence[SavedRun], names: Sequence[str]) -> Iterator[Block]:
    def trees() -> comparison.Trees:
        return {name: run.tree for name, run in zip(names, runs, strict=True)}

    wall = (runs[0].names("wall.tokens") or runs[0].names("wall."))[0].removeprefix("wall.")
    yield svg.block(
        "scenario-curves",
        lambda: comparison.curves(trees(), wall),
        f"Probability that the wall {wall_label(wall)} has been reached, for each scenario",
        f"Wall: {wall_label(wall)}. Each curve starts at its own as-of date, at the share that is past.",
        toggles=tuple((name, f"curve{k}") for k, name in enumerate(names)),
    )
    for variable, about in ((name, title_of(name)) for name in PATHS):
        yield svg.block(
            f"scenario-{variable.replace('_', '-')}",
            lambda variable=variable: comparison.path(trees(), variable),
            f"{about} by year, for each scenario",
            f"{about}. Line: median; bands: 50, 80 and 90 %.",
            toggles=tuple((name, f"fan{k}") for k, name in enumerate(names)),
        )
    walls = _common(runs, "wall.")
    yield _intervals(runs, names, walls)
    yield _table(runs, names, [*walls, *_common(runs, DATES[1]), *_common(runs, DATES[2])])


def _intervals(runs: Sequence[SavedRun], names: Sequence[str], walls: Sequence[str]) -> Figure:
    def draw() -> Drawn:
        found = [
            forecast.row(
                run.tree, "wall_date", {"wall": wall}, f"{wall_label(wall)}: {name}", style.SERIES[k % 5]
            )
            for wall in (one.removeprefix("wall.") for one in walls)
            for k, (run, name) in enumerate(zip(runs, names, strict=True))
        ]
        start = min(run.limits[0] for run in runs)
        limits = (start, min(max(run.limits[1] for run in runs), start + 20.0))
        return rows.draw(found, limits, left=2.6, step=0.26, title="Date of each wall")

    return svg.block(
        "scenario-walls",
        draw,
        "80 % interval and median of each wall in each scenario",
        "Bar: 80 % interval, with a dot at the median; an arrow where an end lies beyond the axis.",
    )


def _table(runs: Sequence[SavedRun], names: Sequence[str], quantities: Sequence[str]) -> Table:
    found = [
        (
            Label(title(name), name),
            *(
                (
                    cells.short(run, name),
                    " (",
                    cells.short(run, name, "q10"),
                    " to ",
                    cells.short(run, name, "q90"),
                    ")",
                )
                for run in runs
            ),
        )
        for name in quantities
    ]
    return Table(("median (80 %)", *names), tuple(found), "Dates in each scenario")
