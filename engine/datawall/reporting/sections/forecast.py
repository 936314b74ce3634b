"""Forecast document: the answer, then walls, compute, generations and supporting sections."""

from collections.abc import Iterator, Sequence
from functools import partial

from datawall.model.criteria import criterion_of
from datawall.model.outputs import paths_of
from datawall.reporting import provenance
from datawall.reporting.document import Banner, Block, Cards, Label, Page, Prose, Section, Table, Value, Words
from datawall.reporting.figures import base, forecast
from datawall.reporting.figures.rows import DOTS
from datawall.reporting.labels import bracketed, wall_label
from datawall.reporting.saved import SavedRun
from datawall.reporting.sections import cells, comparison, inputs

_NOTE = (
    "± is the Monte Carlo standard error of the number before it (a percentage of it, except after "
    "probabilities and shares); ±?: too near past or never to tell; past: before the as-of date; never: not "
    "within the horizon. Dates are decimal years."
)
_HEAD = "When does training run out of data?"


def document(
    runs: Sequence[SavedRun], title: str | None = None, rest: Sequence[Section] = (), *, in_full: bool = True
) -> Page:
    """Return the document of a forecast, and of others beside it.

    Parameters
    ----------
    runs
        The first is shown in full, then those compared with it.
    title
        Title; by default a question with the names of the runs.
    rest
        Sections of other products.
    in_full
        Whether to add all sections behind the answer; the terminal shows the answer alone.
    """
    names = provenance.labels([run.manifest for run in runs])
    first = runs[0]
    found: list[Section] = [comparison.side_by_side(runs, names)] if len(runs) > 1 else []
    found += [inputs.conditioning(first)] if "given" in first.flat else []
    found += [part(first) for part in (_walls, _compute, _generations, _efficiency)]
    if first.names("model_count."):
        found.insert(-2, _counts(first))
    if in_full:
        found += [inputs.beliefs(first), *rest]
        found += [provenance.of_run(run, name) for run, name in zip(runs, names, strict=True)]
    lead = ". ".join(_lead_of(run, name) for run, name in zip(runs, names, strict=True))
    opening = (*(banner for run in runs for banner in _banners(run, len(runs) > 1)), *_answer(first))
    return Page(title or f"{_HEAD} {' and '.join(names)}", lead, opening, tuple(found), _NOTE)


def _lead_of(run: SavedRun, name: str) -> str:
    """Return a line that identifies the run."""
    facts = run.manifest
    dated = "" if facts["options"].get("as_of") else f" as of {run.limits[0]:.2f}"
    return (
        f"{name}{dated}, horizon {run.limits[1]:.0f}, {facts['draws']:,} draws, "
        f"seed {facts['seed']}, sampler {facts['sampler']}"
    )


def _banners(run: SavedRun, is_named: bool) -> Iterator[Banner]:
    """Yield the banners: faults, then conditions."""
    facts = run.manifest
    if facts["partial"]:
        asked = f"{facts['draws']:,} of {facts['draws_asked']:,} draws"
        yield Banner("error", f"The run of {run.name} was interrupted: {asked}.")
    for name, count in facts["not_a_number"].items():
        yield Banner("error", f"{run.name}: {count:,} values of {name} are not a number and are left out.")
    said = " ".join(provenance.sentences(facts))
    if said:
        yield Banner("note", f"{provenance.label_of(facts)}: {said}" if is_named else said)


def _headline_wall(run: SavedRun) -> str:
    """Return the headline wall: the first of tokens, else the first."""
    return next(iter(run.names("wall.tokens") or run.names("wall.")))


def _answer(run: SavedRun) -> Iterator[Block]:
    """Yield the answer in two sentences, in four numbers, and in one figure."""
    yield Prose(_sentences(run))
    yield Cards(tuple(_cards(run)))
    yield base.block(
        "demand-and-supply",
        lambda: forecast.paths(run.tree),
        "Demand for training tokens rises faster than their supply; bands show how unsure both are",
        "Tokens that the largest run would use if data were plenty, against those to be had. "
        f"{forecast.BANDS}",
    )


def _headline_generation(run: SavedRun) -> str:
    """Return the headline release: that of generation 6 if asked for, else of the last."""
    names = run.names("release.raw[")
    return "release.raw[6]" if "release.raw[6]" in names else names[-1]


def _sentences(run: SavedRun) -> tuple[str | Value, ...]:
    """Return the answer: the dates of the data wall and of a release."""
    wall, generation = _headline_wall(run), _headline_generation(run)
    passes = bracketed(wall)
    demand = "unique tokens" if passes == "1" else f"unique tokens passed over {passes} times"
    given = provenance.given_of(run.manifest)
    opening = f"Given {given}, the" if given else "The"
    return (
        f"{opening} largest training run wants more than all {demand} ",
        *_when(run, wall),
        f". A model of generation {bracketed(generation)}, by its training compute, is released ",
        *_when(run, generation),
        ".",
    )


def _when(run: SavedRun, name: str) -> tuple[str | Value, ...]:
    """Return the median and 80 % interval of a date in words, with the probabilities of past and never."""
    horizon, row = f"{run.limits[1]:.0f}", run.row(name)
    by = {"past": ("already in half of the futures",), "never": (f"by {horizon} in less than half of them",)}
    half = by.get(row["q50"], ("by ", cells.short(run, name), " in half of the futures"))
    if isinstance(row["q10"], str) or isinstance(row["q90"], str):
        past, never = cells.mass(run, name, "past"), cells.mass(run, name, "never")
        return (*half, " (", past, " already, ", never, f" not before {horizon})")
    return (*half, " (80 %: ", *cells.spread(run, name), ")")


def _cards(run: SavedRun) -> Iterator[tuple[str, Words, Words]]:
    wall, generation = _headline_wall(run), _headline_generation(run)
    years = [bracketed(name) for name in run.names("frontier_flop[")]
    near = min(years, key=lambda label: abs(float(label) - 2030))
    for label, name in (
        (f"Data wall: {wall_label(wall.removeprefix('wall.'))}", wall),
        (f"Generation {bracketed(generation)} released", generation),
        (f"Largest run, {near}, FLOP", f"frontier_flop[{near}]"),
    ):
        yield label, cells.short(run, name), ("80 %: ", *cells.spread(run, name))
    year = int(min(2030, run.limits[1]))
    if f"{wall}<={year}" in run.flat["probabilities"]:
        yield f"Wall by {year}", cells.probability(run, f"{wall}<={year}"), "share of the futures"


def _walls(run: SavedRun) -> Section:
    """Return the dates of each data wall."""
    names = run.names("wall.")
    labels = {name: name.removeprefix("wall.") for name in names}
    kinds = dict.fromkeys(map(criterion_of, labels.values()))
    meanings = tuple((kind.title, kind.meaning) for kind in kinds)
    end = min(run.limits[1], run.limits[0] + 18.0)
    return Section(
        "walls",
        "When is each data wall reached?",
        "Data run short gradually, so there are several walls. Each is the first date at which its condition "
        "holds on a future's own path.",
        (
            base.block(
                "wall-curves",
                lambda: forecast.cdf(run.tree),
                "Probability that each data wall has been reached by a date, a panel for each criterion",
                "Share of the futures that have reached the wall by a date. A curve starts at the share that "
                "is past, and what it lacks of 100 % at the horizon never comes.",
            ),
            base.block(
                "wall-dots",
                lambda: forecast.dates(run.tree),
                "Dates of each data wall as rows of dots, with the share that is past and that never comes",
                f"Small dots: one chance in {DOTS} each, as far as they lie before {end:.0f}. Bar: 80 % "
                "interval, with a large dot at the median; an arrow where an end lies beyond the axis.",
            ),
            cells.dates(
                run, [(Label(wall_label(one), one), name) for name, one in labels.items()], "criterion"
            ),
            *_paths(run, "walls"),
            Table(("criterion", "is reached when"), meanings, "What the criteria say", folded=True),
        ),
    )


def _compute(run: SavedRun) -> Section:
    """Return the largest run, its binding ceilings, and the dates at which it reaches round numbers."""
    return Section(
        "compute",
        "How large is the largest training run, and what holds it back?",
        "The largest run that has been started follows the lowest of several ceilings and never shrinks.",
        tuple(_compute_blocks(run)),
    )


def _compute_blocks(run: SavedRun) -> Iterator[Block]:
    yield base.block(
        "compute-by-year",
        lambda: forecast.compute(run.tree),
        "Training compute of the largest run by year, with the median of each ceiling",
        "Band: the largest run (50, 80 and 90 %). Dashed: median of each ceiling alone. Points: the "
        "largest public runs known at the as-of date, by release.",
    )
    yield from _paths(run, "compute")
    levels = run.names("compute_date[")
    if levels:
        yield base.block(
            "compute-levels",
            lambda: forecast.first_runs(run.tree),
            "When the first training run of each size starts",
            f"Start of the first run of at least so much compute. Small dots: one chance in {DOTS} each; "
            "bar: 80 %.",
        )
        rows = [(bracketed(name), name) for name in levels]
        yield cells.dates(run, rows, "FLOP", "When does the first run of this size start?")
    yield base.block(
        "binding-ceiling",
        lambda: forecast.binding(run.tree),
        "Probability that each ceiling sets the largest run, stacked, by year",
        "Which ceiling sets the size of the largest run, as a share of the futures.",
    )
    chance = partial(cells.probability, digits=1)
    yield cells.by_year(run, "binding.", "Which ceiling sets the largest run?", chance)


def _paths(run: SavedRun, section: str) -> Iterator[Table]:
    """Yield a table for each path of a section."""
    for output in paths_of(section):
        if run.names(f"{output.name}["):
            cell = _size_factor if output.name == "overtraining_headroom" else cells.cell
            yield cells.path(run, output.name, output.title, cell)


def _size_factor(run: SavedRun, name: str, key: str) -> Words:
    """Return a size factor; values below 1 are a share of the optimal tokens, printed as <1."""
    value = run.row(name)[key]
    return "<1" if value is not None and value < 1.0 else cells.cell(run, name, key)


def _counts(run: SavedRun) -> Section:
    """Return the numbers of models above each amount of training compute."""

    def cell(run: SavedRun, name: str) -> Words:
        return (cells.number(run, name), " (", *cells.spread(run, name, cells.number), ")")

    return Section(
        "counts",
        "How many models exceed a compute threshold?",
        "The expected number of public training runs above a threshold that have been trained by the start "
        "of a year. Rules that start at an amount of compute apply to so many models.",
        (
            base.block(
                "model-counts",
                lambda: forecast.counts(run.tree),
                "Number of models above thresholds of training compute, by year",
                f"{forecast.BANDS} Below half a model nothing is drawn.",
            ),
            cells.by_year(
                run, "model_count.", "Models trained above so many FLOP so far, median (10 % to 90 %)", cell
            ),
        ),
    )


def _generations(run: SavedRun) -> Section:
    """Return the dates of training start and release of each generation."""
    tables = []
    for kind in forecast.KINDS:
        indices = [bracketed(name) for name in run.names(f"release.{kind}[")]
        rows = [
            (f"{index} {event}", f"{variable}.{kind}[{index}]")
            for event, variable in (("start", "training_start"), ("release", "release"))
            for index in indices
        ]
        tables.append(cells.dates(run, rows, "generation", f"Model generations, {kind} compute"))
    return Section(
        "generations",
        "When do the next model generations arrive?",
        "A generation is an amount of training compute: 4 is GPT-4, and each whole number is so many powers "
        "of ten more as the scenario says. Raw compute counts FLOP; effective compute counts better "
        "algorithms too, less what short data take away. Names run ahead of compute, so they are kept apart.",
        (
            base.block(
                "generations",
                lambda: forecast.releases(run.tree),
                "Release of each generation by raw and by effective compute, beside the tables of mid-2024",
                "Bar: 80 % interval of the release, with a dot at the median; arrows lead off the axis. Thin "
                "lines with diamonds: start of training and deployment in the mid-2024 trend tables, by "
                "their own index.",
            ),
            *tables,
        ),
    )


def _efficiency(run: SavedRun) -> Section:
    """Return the size reduction of models at equal loss, and the price of a fixed capability."""
    gains = run.names("price_gain[")
    prices = cells.dates(
        run,
        [(f"{bracketed(name)}x lower, year", name) for name in gains],
        "what",
        "Price of a fixed capability against the as-of date",
    )
    pace = [
        ("times lower a year", *(cells.cell(run, "price_decline", key) for key in cells.QUANTILES), "", "")
    ]
    for name in run.names("price_share["):
        shares = (cells.cell(run, name, key, "probability") for key in cells.QUANTILES)
        pace.append((f"{bracketed(name)}'s share of its log", *shares, "", ""))
    return Section(
        "efficiency",
        "How long do models get both smaller and smarter, and cheaper?",
        "Overtraining makes a model smaller at equal loss, for more tokens. The headroom is the "
        "largest factor that the data of the day allow; below 1 not even the compute-optimal "
        "model has the tokens it wants.",
        (
            base.block(
                "headroom",
                lambda: forecast.paths(run.tree, "overtraining_headroom"),
                "How many times smaller a model of equal loss can be, by year",
                forecast.BANDS,
            ),
            *_paths(run, "efficiency"),
            Table(prices.columns, (*prices.rows, *pace), prices.caption),
        ),
    )
