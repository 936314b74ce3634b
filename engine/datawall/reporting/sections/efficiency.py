"""Smaller models at equal loss, and the price of a fixed capability."""

from collections.abc import Iterator

from datawall.reporting.document import Block, Section, Table, Value
from datawall.reporting.figures import fans, style, svg
from datawall.reporting.labels import bracketed
from datawall.reporting.saved.forecast import SavedRun
from datawall.reporting.sections.dates import table


def section(run: SavedRun) -> Section:
    """Return the section."""
    return Section(
        "efficiency",
        "How long do models get both smaller and smarter, and cheaper?",
        "Overtraining makes a model smaller at equal loss, for more tokens. The headroom is the "
        "largest factor that the data of the day allow; below 1 not even the compute-optimal "
        "model has the tokens it wants.",
        tuple(_blocks(run)),
    )


def _blocks(run: SavedRun) -> Iterator[Block]:
    drawing, hover = fans.draw(
        (fans.Fan(run.summary, "overtraining_headroom", "headroom", style.GREEN),), "times smaller", log=False
    )
    yield svg.block(
        "headroom",
        drawing,
        "How many times smaller a model of equal loss can be, by year",
        "Line: median; bands: 50, 80 and 90 % of the futures.",
        hover=hover,
    )
    gains = run.names("price_gain[")
    labels = {name: f"{bracketed(name)} times cheaper" for name in gains}
    yield table(run, labels, "price of a fixed capability", "When a fixed capability is cheaper than today")
    yield Table(("what", "10 %", "median", "90 %"), tuple(_pace(run)), "Why it gets cheaper")


def _pace(run: SavedRun) -> Iterator[tuple[str | Value, ...]]:
    keys = ("q10", "q50", "q90")
    yield "times cheaper a year", *(run.amount("price_decline", key, 3) for key in keys)
    for name in run.names("price_share["):
        source = bracketed(name)
        yield f"share of {source}, in logs", *(run.amount(name, key) for key in keys)
