"""What a reader sees first: the answer, how sure it is, and one figure."""

from collections.abc import Iterator

from datawall.reporting.document import Banner, Block, Cards, Figure, Prose, Value, Words
from datawall.reporting.figures import fans, style, svg
from datawall.reporting.labels import bracketed, wall_label
from datawall.reporting.saved.forecast import SavedRun


def blocks(run: SavedRun) -> Iterator[Block]:
    """Yield the answer of a run in two sentences, in four numbers, and in one figure."""
    yield from warnings(run)
    yield Prose(sentences(run))
    yield Cards(tuple(_cards(run)))
    yield _figure(run)


def warnings(run: SavedRun) -> Iterator[Banner]:
    """Yield what must be known before the numbers are believed."""
    facts = run.manifest
    if facts["partial"]:
        text = f"The run of {run.name} was interrupted: {facts['draws']:,} of {facts['draws_asked']:,} draws."
        yield Banner("error", text)
    for name, count in facts["not_a_number"].items():
        yield Banner("error", f"{run.name}: {count:,} values of {name} are not a number and are left out.")


def headline_wall(run: SavedRun) -> str:
    """Return the wall that the answer is about: the first of tokens."""
    return run.names("wall.tokens")[0]


def headline_generation(run: SavedRun) -> str:
    """Return the release that the answer is about: of generation 6 if it was asked, else of the last."""
    names = run.names("release.raw[")
    return "release.raw[6]" if "release.raw[6]" in names else names[-1]


def sentences(run: SavedRun) -> tuple[str | Value, ...]:
    """Return the answer: when the data wall is reached, and when a generation is released."""
    wall, generation = headline_wall(run), headline_generation(run)
    passes = bracketed(wall)
    demand = "unique tokens" if passes == "1" else f"unique tokens passed over {passes} times"
    index = bracketed(generation)
    return (
        f"The largest training run wants more than all {demand} ",
        *_when(run, wall),
        f". A model of generation {index}, by its training compute, is released ",
        *_when(run, generation),
        ".",
    )


def _when(run: SavedRun, name: str) -> tuple[str | Value, ...]:
    """Return when, in half of the futures and in 80 % of them, with what is past and what never comes."""
    horizon = f"{run.limits[1]:.0f}"
    median = run.row(name)["q50"]
    by = {"past": ("already in half of the futures",), "never": (f"by {horizon} in less than half of them",)}
    half = by.get(median, ("by ", run.date(name), " in half of the futures"))
    masses = (" (", run.mass(name, "past"), " already, ", run.mass(name, "never"), f" not before {horizon})")
    low, high = run.row(name)["q10"], run.row(name)["q90"]
    if isinstance(low, str) or isinstance(high, str):
        return (*half, *masses)
    return (*half, " (80 %: ", run.date(name, "q10"), " to ", run.date(name, "q90"), ")")


def _cards(run: SavedRun) -> Iterator[tuple[str, Words, Words]]:
    wall, generation = headline_wall(run), headline_generation(run)
    for label, name in (
        (f"Data wall: {wall_label(wall.removeprefix('wall.'))}", wall),
        (f"Generation {bracketed(generation)} released", generation),
    ):
        note = ("80 %: ", run.date(name, "q10"), " to ", run.date(name, "q90"))
        yield label, run.date(name), note
    decade = f"frontier_flop[{_year_near(run, 2030)}]"
    note = ("80 %: ", run.amount(decade, "q10"), " to ", run.amount(decade, "q90"))
    yield f"Largest run, {_year_near(run, 2030)}, FLOP", run.amount(decade), note
    year = int(min(2030, run.limits[1]))
    if f"{wall}<={year}" in run.flat["probabilities"]:
        yield f"Wall by {year}", run.probability(f"{wall}<={year}"), "share of the futures"


def _year_near(run: SavedRun, year: int) -> str:
    """Return the label of the reported date that is nearest to a year."""
    labels = [bracketed(name) for name in run.names("frontier_flop[")]
    return min(labels, key=lambda label: abs(float(label) - year))


def _figure(run: SavedRun) -> Figure:
    pair = (
        fans.Fan(run.summary, "demand_tokens", "demand", style.BLUE),
        fans.Fan(run.summary, "supply_tokens", "supply, with\nsynthetic and\ndistilled tokens", style.ORANGE),
    )
    drawing, hover = fans.draw(pair, "tokens")
    return svg.block(
        "demand-and-supply",
        drawing,
        "Demand for training tokens rises faster than their supply; bands show how unsure both are",
        "Tokens that the largest run would use if data were plenty, against those to be had. "
        "Line: median; bands: 50, 80 and 90 % of the futures.",
        hover=hover,
    )
