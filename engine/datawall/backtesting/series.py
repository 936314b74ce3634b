"""Figures as they became known: the records that they set, and when."""

from dataclasses import dataclass, replace

import numpy as np


@dataclass(frozen=True)
class Series:
    """Dated figures of one kind, larger being the record.

    Attributes
    ----------
    items
        What each figure belongs to.
    value
        log10 of each.
    date
        When each thing came out [decimal year].
    known
        When its figure became known [decimal year].
    error
        Standard deviation of each figure, in log10; 0 where it is exact.
    told_until
        From when on silence says nothing, as new figures are kept secret: later records are lower bounds
        [decimal year]. inf where figures are still told.
    """

    items: tuple[str, ...]
    value: np.ndarray
    date: np.ndarray
    known: np.ndarray
    error: np.ndarray
    told_until: float = np.inf

    def known_by(self, date: float) -> "Series":
        """Return the figures that were known by a date."""
        return self._only(self.known <= date)

    def record(self, date: float) -> float:
        """Return the largest figure that came out by a date, in log10; -inf where none did."""
        return float(np.max(self.value[self.date <= date], initial=-np.inf))

    def first_above(self, level: float) -> float:
        """Return when the first figure of at least `level` (log10) came out; inf where none did."""
        return float(np.min(self.date[self.value >= level], initial=np.inf))

    def records(self) -> "Series":
        """Return the figures that were records when they came out, by date."""
        order = np.lexsort((-self.value, self.date))
        value = self.value[order]
        before = np.concatenate([[-np.inf], np.maximum.accumulate(value)[:-1]])
        return self._only(order[value > before])

    def _only(self, chosen: np.ndarray) -> "Series":
        columns = {name: getattr(self, name)[chosen] for name in ("value", "date", "known", "error")}
        return replace(self, items=tuple(np.array(self.items, object)[chosen]), **columns)
