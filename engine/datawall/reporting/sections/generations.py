"""When training of each generation starts, and when it is released."""

from collections.abc import Iterator

from datawall.reporting.document import Figure, Section, Table
from datawall.reporting.figures import rows, style, svg
from datawall.reporting.known_runs import flagships
from datawall.reporting.labels import bracketed
from datawall.reporting.saved.forecast import SavedRun
from datawall.reporting.sections.dates import interval_of, table
from datawall.scaling_laws.generations import TABLES

COLOURS = {"raw": style.BLUE, "effective": style.ORANGE}
NAMED = ("GPT-4", "GPT-4.5", "GPT-5")
"""Releases that everybody counts generations by."""


def section(run: SavedRun) -> Section:
    """Return the section."""
    return Section(
        "generations",
        "When do the next model generations arrive?",
        "A generation is an amount of training compute: 4 is GPT-4, and each whole number is so many powers "
        "of ten more as the scenario says. Raw compute counts FLOP; effective compute counts better "
        "algorithms too, less what short data take away. Names run ahead of compute, so they are kept apart.",
        (_timeline(run), *(_table(run, kind) for kind in COLOURS)),
    )


def _timeline(run: SavedRun) -> Figure:
    found = sorted(_rows(run), key=lambda entry: entry[0])
    limits = (min(2023.0, run.limits[0]), min(run.limits[1], run.limits[0] + 14.0))
    named = tuple((date, name) for date, name in flagships("OpenAI", run.limits[0]) if name in NAMED)
    drawn = [row for _, row in found]
    if named:
        drawn.insert(0, rows.Row("by name, known", style.INK, points=named))
    return svg.block(
        "generations",
        rows.draw(drawn, limits, left=1.75, step=0.36),
        "Release of each generation by raw and by effective compute, beside the tables of mid-2024",
        "Bar: 80 % interval of the release, with a dot at the median; arrows lead off the axis. Thin lines "
        "with diamonds: start of training and deployment in the mid-2024 trend tables, by their own index.",
    )


def _rows(run: SavedRun) -> Iterator[tuple[tuple[float, int], rows.Row]]:
    for kind, colour in COLOURS.items():
        for name in run.names(f"release.{kind}["):
            index = float(bracketed(name))
            row = run.row(name)
            interval = interval_of(run, name)
            label = f"{index:g}, {kind}"
            yield (
                (index, list(COLOURS).index(kind)),
                rows.Row(label, colour, interval, past=row["p_past"], never=row["p_never"]),
            )
    for place, (title, reference) in enumerate(TABLES.items()):
        for index, start, end in zip(reference.index, reference.start, reference.release, strict=True):
            label = f"{index:g}, mid-2024 {title}"
            yield (
                (float(index), 2 + place),
                rows.Row(label, (style.GREY, style.PURPLE)[place], span=(float(start), float(end))),
            )


def _table(run: SavedRun, kind: str) -> Table:
    labels = {}
    for name in run.names(f"release.{kind}["):
        index = bracketed(name)
        labels[f"training_start.{kind}[{index}]"] = f"{index}, training starts"
        labels[name] = f"{index}, released"
    return table(run, labels, "generation", f"By {kind} compute")
