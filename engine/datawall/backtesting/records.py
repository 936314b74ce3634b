"""Record series: dated figures of each target from the shipped tables, and the end of their observation."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from datawall.backtesting.questions import BY_COMPUTE, BY_NAME
from datawall.inference.latents import prior
from datawall.inference.models import compute, hardware, price, training_sets
from datawall.inference.tables import EvidenceTable, dates, numbers, open_table, sd_of_confidence
from datawall.scaling_laws.generations import GPT4_INDEX, SOURCE_OOM_PER_GENERATION


@dataclass(frozen=True)
class Series:
    """Dated figures of one kind; the largest is the record.

    Attributes
    ----------
    items
        The item of each figure.
    value
        log10 of each.
    date
        Release date of each item [decimal year].
    known
        Date at which its figure became known [decimal year].
    error
        Standard deviation of each figure, in log10; 0 where it is exact.
    told_until
        Date from which new figures are kept secret, so that later records are lower bounds [decimal year];
        inf where figures are still published.
    """

    items: tuple[str, ...]
    value: np.ndarray
    date: np.ndarray
    known: np.ndarray
    error: np.ndarray
    told_until: float = np.inf

    def known_by(self, date: float) -> "Series":
        """Return the vintage of the series at a date: the figures known by then."""
        return self._only(self.known <= date)

    def record(self, date: float) -> float:
        """Return the record at a date: the largest figure released by then, in log10; -inf if none."""
        return float(np.max(self.value[self.date <= date], initial=-np.inf))

    def first_above(self, level: float) -> float:
        """Return the release date of the first figure of at least `level` (log10); inf if none."""
        return float(np.min(self.date[self.value >= level], initial=np.inf))

    def records(self) -> "Series":
        """Return the figures that were records at their release, by date."""
        order = np.lexsort((-self.value, self.date))
        value = self.value[order]
        before = np.concatenate([[-np.inf], np.maximum.accumulate(value)[:-1]])
        return self._only(order[value > before])

    def _only(self, chosen: np.ndarray) -> "Series":
        columns = {name: getattr(self, name)[chosen] for name in ("value", "date", "known", "error")}
        return replace(self, items=tuple(np.array(self.items, object)[chosen]), **columns)


_TOLD_UNTIL = 2025.6
"""Date from which no closed flagship states its compute [year]."""
_FLOP_GPT4 = 2.1e25
"""The compute of GPT-4, from which generations by compute are counted."""
CAPABILITY = 125.0
"""Capability index whose price is tracked: the class of GPT-4, which has 126.2."""
DEVELOPER = "OpenAI"
"""Developer whose flagships count as releases by name."""
PREFIX = "GPT-"
"""Prefix of the name of a generation."""


def series_of(target: str, as_of: float | None = None) -> Series:
    """Return the record series of a target in `TARGETS`, cut at an as-of date [decimal year] if there is one.

    It has log10 of each figure, the record being the largest: of a price therefore minus log10. Of releases
    by name it has the version number itself.

    Raises
    ------
    DatawallError
        If a table cannot be used.
    """
    return SOURCES[target].series(as_of)


def watched_until(target: str) -> float:
    """Return the end of observation of a target [decimal year].

    That is `newest`, or the date from which such figures are kept secret.
    """
    return min(newest(target), SOURCES[target].told_until)


def newest(target: str) -> float:
    """Return the date at which the newest row of a target's table became known [decimal year]."""
    return float(dates(SOURCES[target].table(), "date_known").max())


def threshold(target: str, item: str) -> float:
    """Return the threshold of an item of a date target, on the scale of its series.

    Examples
    --------
    >>> threshold("first_above", "1e+26"), round(threshold("release_by_compute", "GPT-4.5"), 3)
    (26.0, 26.322)
    >>> threshold("release_by_name", "GPT-5")
    5.0
    """
    if target == "first_above":
        return float(np.log10(float(item)))
    index = float(item.removeprefix(PREFIX))
    if target == BY_NAME:
        return index
    return float(np.log10(_FLOP_GPT4) + SOURCE_OOM_PER_GENERATION * (index - GPT4_INDEX))


type _Figures = tuple[np.ndarray, np.ndarray | float]
"""log10 of the figure of each row, nan where there is none, and its standard deviation."""


@dataclass(frozen=True)
class _RecordSource:
    """Source table and columns of a target's figures.

    Attributes
    ----------
    file
        The table in the folder of the evidence.
    item
        The column that names what a row is about.
    columns
        Others that it must have.
    figures
        Reads them; it may leave out rows.
    told_until
        See `Series`.
    """

    file: str
    item: str
    columns: tuple[str, ...]
    figures: Callable[[EvidenceTable], _Figures]
    told_until: float = np.inf

    def table(self, as_of: float | None = None) -> EvidenceTable:
        """Return the table, cut at the as-of date."""
        table = open_table(self.file, (self.item, *self.columns, "release_date"), as_of)
        if self.file == _FLAGSHIPS:
            table.keep([name == DEVELOPER for name in table.texts("developer")], f"not of {DEVELOPER}")
        return table

    def series(self, as_of: float | None) -> Series:
        """Return the figures of the rows that have one and a release."""
        table = self.table(as_of)
        value, error = self.figures(table)
        date = dates(table, "release_date")
        known = np.isfinite(value) & np.isfinite(date)
        error = np.broadcast_to(error, value.shape)[known]
        table.keep(known, "without a figure or a release date")
        names = tuple(table.texts(self.item))
        return Series(names, value[known], date[known], dates(table, "date_known"), error, self.told_until)


def _runs(table: EvidenceTable) -> _Figures:
    """Return the compute of runs, without outside guesses whose basis is not stated.

    A run that was only shown in a preview counts from the preview: it exists and its compute was published.
    """
    table.keep([word != "outside_estimate" for word in table.texts("flop_confidence")], "outside estimates")
    flop = numbers(table, "training_flop", *compute.FLOP)
    table.keep(np.isfinite(flop), "without an estimate of their compute")
    error, stated = compute.flop_errors(table)
    scale = float(prior("compute.error_scale").quantile(0.5))
    return np.log10(flop[np.isfinite(flop)]), _decades(error * np.where(stated, 1.0, scale))


def _training_sets(table: EvidenceTable) -> _Figures:
    """Return the training tokens of models."""
    tokens = numbers(table, "tokens_seen", *training_sets.TOKENS)
    return np.log10(tokens), _decades(sd_of_confidence(table, "confidence", "training_sets"))


def _chips(table: EvidenceTable, per: str = "") -> _Figures:
    """Return chip performance relative to the H100 at its release: each, per dollar or per watt."""
    ratio = numbers(table, "bf16_dense_tflops", 1.0, 1e6, "TFLOP/s") / hardware.H100["tflops"]
    if per == "usd":
        ratio /= numbers(table, "price_usd", 100.0, 1e7, "USD") / hardware.H100["usd"]
    if per == "watt":
        ratio /= numbers(table, "tdp_w", 10.0, 1e5, "W") / hardware.H100["watts"]
    return np.log10(ratio), 0.0


def _prices(table: EvidenceTable) -> _Figures:
    """Return how many million tokens of a fixed capability a dollar buys, at list price.

    Reasoning models are left out: they write several times the tokens for an answer. All of these figures
    became known in 2026, so that no forecast from them is possible at earlier origins.
    """
    capable = numbers(table, "capability_index", 0.0, 1000.0, "a capability index") >= CAPABILITY
    table.keep(capable & (np.array(table.texts("thinks")) == "no"), "less capable or thinking")
    read, written = (numbers(table, f"{kind}_usd_per_mtok", *price.USD) for kind in ("input", "output"))
    return -np.log10((1.0 - price.OUTPUT_SHARE) * read + price.OUTPUT_SHARE * written), 0.0


def _flagships(table: EvidenceTable) -> _Figures:
    """Return the version numbers of released flagships."""
    return numbers(table, "generation", 0.1, 1000.0, "a version number"), 0.0


def _decades(nats: np.ndarray) -> np.ndarray:
    return nats / np.log(10.0)


_FLAGSHIPS = "flagships.csv"
_FLOP_COLUMNS = ("training_flop", "flop_low", "flop_high", "interval_mass", "flop_confidence")
_PRICE_COLUMNS = ("capability_index", "thinks", "input_usd_per_mtok", "output_usd_per_mtok")
_RUNS = _RecordSource(compute.TABLE, "model", _FLOP_COLUMNS, _runs, _TOLD_UNTIL)
SOURCES: dict[str, _RecordSource] = {
    "largest_run": _RUNS,
    "first_above": _RUNS,
    BY_COMPUTE: _RUNS,
    BY_NAME: _RecordSource(_FLAGSHIPS, "model", ("developer", "generation"), _flagships),
    "training_set": _RecordSource(
        training_sets.TABLE, "model", ("tokens_seen", "confidence"), _training_sets
    ),
    "flop_per_chip": _RecordSource(hardware.TABLE, "chip", ("bf16_dense_tflops",), _chips),
    "flop_per_usd": _RecordSource(
        hardware.TABLE, "chip", ("bf16_dense_tflops", "price_usd"), partial(_chips, per="usd")
    ),
    "flop_per_watt": _RecordSource(
        hardware.TABLE, "chip", ("bf16_dense_tflops", "tdp_w"), partial(_chips, per="watt")
    ),
    "price": _RecordSource(price.TABLE, "model", _PRICE_COLUMNS, _prices),
}
"""Source table of each target's figures."""
