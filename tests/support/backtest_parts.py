"""Parts of a backtest that need no model: figures grow year by year, and forecasters know the past ones."""

from dataclasses import dataclass, field, replace

import numpy as np
import xarray as xr

from datawall.backtesting.questions import ForecastQuestion, NothingKnownError
from datawall.backtesting.records import Series
from datawall.backtesting.schedule import ForecastSource, Parts, ScenarioForecaster
from datawall.backtesting.scoring import Outcome

WATCHED = 2026.5
FIRST_KNOWN = 2020.0
"""Before, the model of training sets knows nothing."""
LEVEL = 26.0
PUBLISHED = {"epoch2030": 2024.5, "nesov2026": 2026.47}
LATE = ("mfu",)
"""What scenarios believe with hindsight."""
TAKEN_OUT = ("power", "slowdown")


def series() -> Series:
    """Return figures that come out every quarter and are known at once."""
    dates = np.arange(2017.0, 2026.5, 0.25)
    rng = np.random.default_rng(0)
    values = 23.0 + 0.5 * (dates - 2017.0) + rng.normal(0.0, 0.2, len(dates))
    return Series(
        items=tuple(f"run {date}" for date in dates),
        value=values,
        date=dates,
        known=dates,
        error=np.zeros(len(dates)),
    )


def changed_after(known: Series, date: float) -> Series:
    """Return the same figures up to a date, and larger ones after it."""
    return replace(known, value=known.value + 5.0 * (known.known > date))


@dataclass
class Toy:
    """The parts, and how often a world was asked for."""

    known: Series = field(default_factory=series)
    worlds: list[tuple[str, float]] = field(default_factory=list)

    def parts(self) -> Parts:
        return Parts(
            questions_at=self.questions_at,
            resolve=self.resolve,
            came=self.came,
            world=self.world,
            modules=lambda draws, seed: [
                ForecastSource(("training_set",), self._growth(draws, seed, FIRST_KNOWN))
            ],
            naive=lambda draws, seed: {
                "persistence": self._persistence,
                "trend": self._growth(draws, seed, 0.0),
            },
            published=lambda: PUBLISHED,
            reference=self.reference,
            revision=self.revision,
        )

    def questions_at(self, origin, horizons):
        items = [("largest_run", ""), ("training_set", "")]
        if self.known.known_by(origin).record(origin) < LEVEL:
            items.append(("first_above", "1e+26"))
        return [ForecastQuestion(*item, origin, horizon) for item in items for horizon in horizons]

    def resolve(self, question):
        if question.target == "first_above":
            last = min(question.until, WATCHED)
            date = self.known.first_above(LEVEL)
            return Outcome(date if date <= last else np.inf, first=question.origin, last=last)
        return Outcome(self.known.record(question.until)) if question.until <= WATCHED else None

    def came(self, question):
        return self.known.first_above(LEVEL) if question.target == "first_above" else np.nan

    def world(self, name_or_path, origin, draws, seed):
        self.worlds.append((str(name_or_path), origin))
        return ScenarioForecaster(self._growth(draws, seed + len(str(name_or_path)), 0.0), LATE, TAKEN_OUT)

    def reference(self, draws, seed):  # noqa: ARG002
        columns = {"table": ["baseline", "bullish"], "index": [5.0, 5.5], "predicted": [2025.5, 2026.0]}
        for way, came in (("name", 2025.6), ("compute", np.inf)):
            columns |= {
                f"{way}_state": ["open" if np.isinf(came) else "happened"] * 2,
                f"{way}_outcome": [min(came, WATCHED)] * 2,
                f"{way}_error": [date - min(came, WATCHED) for date in (2025.5, 2026.0)],
                f"our_{way}_q10": [2025.0] * 2,
                f"our_{way}_q50": [2027.0] * 2,
                f"our_{way}_q90": [np.inf] * 2,
                f"crps_{way}": [0.1, 0.4],
                f"our_crps_{way}": [0.3, 0.3],
            }
        return xr.Dataset({name: ("row", values) for name, values in columns.items()})

    def revision(self, name, origins, draws, seed, progress):  # noqa: ARG002
        for place in range(len(origins)):
            progress(place + 1, len(origins))
        return xr.DataTree.from_dict({"quantiles": xr.Dataset({"date": ("origin", list(origins))})})

    def _persistence(self, questions):
        if questions[0].target == "first_above":
            raise NothingKnownError("a last value has no date")
        return {q: np.array([self.known.known_by(q.origin).record(q.origin)]) for q in questions}

    def _growth(self, draws, seed, known_from):
        def answer(questions):
            if questions[0].origin < known_from:
                raise NothingKnownError(f"nothing was known by {questions[0].origin:g}")
            normal = np.random.default_rng(seed).standard_normal(draws)
            return {q: self._answer(q, normal) for q in questions}

        return answer

    def _answer(self, question, normal):
        record = self.known.known_by(question.origin).record(question.origin)
        rate = 0.5 * np.exp(0.6 * normal)
        if question.target == "first_above":
            return question.origin + np.maximum(LEVEL - record, 0.01) / rate
        return record + rate * question.horizon
