"""Several runs side by side."""

from collections.abc import Iterator, Sequence

from datawall.reporting.document import Block, Figure, Section, Table
from datawall.reporting.figures import cdfs, fans, rows, style, svg
from datawall.reporting.labels import wall_label
from datawall.reporting.saved.forecast import SavedRun
from datawall.reporting.sections.answer import headline_wall
from datawall.reporting.sections.dates import interval_of


def section(runs: Sequence[SavedRun]) -> Section:
    """Return the section."""
    return Section(
        "comparison",
        "How do the scenarios differ?",
        "The same input has the same random numbers in every run with the same seed and sampler, so what "
        "differs is what the scenarios say.",
        tuple(_blocks(runs)),
    )


def labels(runs: Sequence[SavedRun]) -> list[str]:
    """Return what to call each run: its scenario, numbered where two have the same."""
    names = [run.name for run in runs]
    return [
        name if names.count(name) == 1 else f"{name} ({names[: k + 1].count(name)})"
        for k, name in enumerate(names)
    ]


def common(runs: Sequence[SavedRun], prefix: str) -> list[str]:
    """Return the quantities that every run has."""
    return [name for name in runs[0].names(prefix) if all(name in run.flat["quantities"] for run in runs)]


def _blocks(runs: Sequence[SavedRun]) -> Iterator[Block]:
    names = labels(runs)
    yield _curves(runs, names)
    yield from _paths(runs, names)
    walls = [*common(runs, "wall."), *common(runs, "compute_date["), *common(runs, "release.raw[")]
    yield _rows(runs, names, common(runs, "wall."))
    yield _table(runs, names, walls)


def _curves(runs: Sequence[SavedRun], names: Sequence[str]) -> Figure:
    wall = headline_wall(runs[0]).removeprefix("wall.")
    curves = [
        cdfs.Curve(run.cdf["date"].values, run.cdf["wall_date"].sel(wall=wall).values, name)
        for run, name in zip(runs, names, strict=True)
        if wall in run.cdf["wall"].values
    ]
    drawing, hover = cdfs.one(curves)
    return svg.block(
        "scenario-curves",
        drawing,
        f"Probability that the wall {wall_label(wall)} has been reached, for each scenario",
        f"Wall: {wall_label(wall)}. Each curve starts at its own as-of date, at the share that is past.",
        hover=hover,
        toggles=tuple((curve.label, f"curve{k}") for k, curve in enumerate(curves)),
    )


def _paths(runs: Sequence[SavedRun], names: Sequence[str]) -> Iterator[Figure]:
    for variable, unit, title in (
        ("frontier_flop", "FLOP", "Compute of the largest run"),
        ("supply_tokens", "tokens", "Supply of tokens"),
    ):
        drawn = [
            fans.Fan(run.summary, variable, name, style.SERIES[k % 5])
            for k, (run, name) in enumerate(zip(runs, names, strict=True))
        ]
        drawing, hover = fans.draw(drawn, unit)
        yield svg.block(
            f"scenario-{variable.replace('_', '-')}",
            drawing,
            f"{title} by year, for each scenario",
            f"{title}. Line: median; bands: 50, 80 and 90 %.",
            hover=hover,
            toggles=tuple((name, f"fan{k}") for k, name in enumerate(names)),
        )


def _rows(runs: Sequence[SavedRun], names: Sequence[str], walls: Sequence[str]) -> Figure:
    start = min(run.limits[0] for run in runs)
    limits = (start, min(max(run.limits[1] for run in runs), start + 20.0))
    found = [
        rows.Row(
            f"{wall_label(wall.removeprefix('wall.'))}: {name}",
            style.SERIES[k % 5],
            interval_of(run, wall),
            past=run.row(wall)["p_past"],
            never=run.row(wall)["p_never"],
        )
        for wall in walls
        for k, (run, name) in enumerate(zip(runs, names, strict=True))
    ]
    return svg.block(
        "scenario-walls",
        rows.draw(found, limits, left=2.6, step=0.26),
        "80 % interval and median of each wall in each scenario",
        "Bar: 80 % interval, with a dot at the median; an arrow where an end lies beyond the axis.",
    )


def _table(runs: Sequence[SavedRun], names: Sequence[str], quantities: Sequence[str]) -> Table:
    cells = []
    for quantity in quantities:
        middle = (
            (run.date(quantity), " (", run.date(quantity, "q10"), " to ", run.date(quantity, "q90"), ")")
            for run in runs
        )
        cells.append((quantity, *middle))
    return Table(("median (80 %)", *names), tuple(cells), "Dates in each scenario")
