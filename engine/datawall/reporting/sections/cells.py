"""Table cells of a run: numbers with standard errors and their keys in ``summary.json``."""

from collections.abc import Callable, Iterable

from datawall.formatting import amount, count, date, error, quantity, share
from datawall.reporting.document import Label, Table, Value, Words
from datawall.reporting.saved import SavedRun

QUANTILES = {"q10": "10 %", "q50": "median", "q90": "90 %"}


def cell(run: SavedRun, name: str, key: str = "q50", unit: str = "") -> Value:
    """Return a quantile with its standard error."""
    row = run.row(name)
    unit = unit or row["unit"]
    value, mcse = row[key], row[f"mcse_{key}"]
    return Value(quantity(value, unit), _key(name, key), run.place, error(value, mcse, unit))


def short(run: SavedRun, name: str, key: str = "q50") -> Value:
    """Return a quantile for a sentence: a date to a tenth of a year, or an amount to two digits."""
    row = run.row(name)
    value = row[key]
    text = date(value) if row["unit"] == "year" or isinstance(value, str) else amount(value)
    return Value(text, _key(name, key), run.place)


def spread(
    run: SavedRun, name: str, say: Callable[[SavedRun, str, str], Value] = short
) -> tuple[str | Value, ...]:
    """Return the 10 % and the 90 % quantile, joined by a word."""
    return (say(run, name, "q10"), " to ", say(run, name, "q90"))


def number(run: SavedRun, name: str, key: str = "q50") -> Value:
    """Return a quantile of a count."""
    return Value(count(run.row(name)[key]), _key(name, key), run.place)


def mass(run: SavedRun, name: str, kind: str, digits: int = 0) -> Value:
    """Return the probability that a date is ``"past"`` or ``"never"``."""
    key = f"p_{kind}"
    return Value(share(run.row(name)[key], digits), _key(name, key), run.place)


def probability(run: SavedRun, name: str, digits: int = 0) -> Value:
    """Return a probability; in a table with one more digit and its standard error."""
    row = run.flat["probabilities"][name]
    spread = error(row["value"], row["mcse"], "probability") if digits else ""
    return Value(share(row["value"], digits), f"probabilities/{name}/value", run.place, spread)


def dates(run: SavedRun, rows: Iterable[tuple[str | Label, str]], head: str, caption: str = "") -> Table:
    """Return a table of dates: three quantiles of each quantity, and the probabilities of past and never."""
    cells = tuple(
        (
            label,
            *(cell(run, name, key) for key in QUANTILES),
            mass(run, name, "past", 1),
            mass(run, name, "never", 1),
        )
        for label, name in rows
    )
    return Table((head, *QUANTILES.values(), "past", "never"), cells, caption)


def path(
    run: SavedRun, variable: str, caption: str, say: Callable[[SavedRun, str, str], Words] = cell
) -> Table:
    """Return the table of a path by year, collapsed on a page, where a figure shows it."""
    names = run.names(f"{variable}[")
    rows = tuple(
        (name.removeprefix(f"{variable}[").rstrip("]"), *(say(run, name, key) for key in QUANTILES))
        for name in names
    )
    unit = run.row(names[0])["unit"]
    suffix = "" if unit in ("1", "x") else f", {unit}"
    return Table(("year", *QUANTILES.values()), rows, f"{caption}{suffix}", folded=True)


def by_year(run: SavedRun, prefix: str, caption: str, say: Callable[[SavedRun, str], Words]) -> Table:
    """Return a table of counts or probabilities by year, with a column for each item."""
    found = run.flat["probabilities"] if prefix == "binding." else run.flat["quantities"]
    pairs = [name.removeprefix(prefix).rstrip("]").split("[") for name in found if name.startswith(prefix)]
    things, years = (list(dict.fromkeys(column)) for column in zip(*pairs, strict=True))
    rows = tuple((year, *(say(run, f"{prefix}{thing}[{year}]") for thing in things)) for year in years)
    return Table(("year", *things), rows, caption, folded=True)


def _key(name: str, key: str) -> str:
    return f"quantities/{name}/{key}"
