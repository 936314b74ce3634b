"""Forecast questions: targets (quantities of interest) and questions about them at an origin."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from datawall.errors import DatawallError

PERSISTENCE, TREND, DRIFT = "persistence", "trend", "drift"
NAIVE = (PERSISTENCE, TREND, DRIFT)
"""Baseline forecasters, without a model or a scenario."""
BY_NAME, BY_COMPUTE = "release_by_name", "release_by_compute"
"""The two targets about generations, which are never mixed."""


@dataclass(frozen=True)
class _ForecastTarget:
    """Forecast target (quantity of interest), resolved from later evidence.

    Attributes
    ----------
    title
        Short description.
    unit
        Of the value; of a date, ``"year"``.
    kind
        ``"level"``: a value at origin + horizon, scored in log10. ``"date"``: when something first happens
        after the origin, watched until origin + horizon, scored in years.
    """

    title: str
    unit: str
    kind: Literal["level", "date"]


TARGETS: dict[str, _ForecastTarget] = {
    "largest_run": _ForecastTarget("largest known training run", "FLOP", "level"),
    "first_above": _ForecastTarget("first known run above an amount of compute", "year", "date"),
    BY_COMPUTE: _ForecastTarget("first known run of a generation's compute", "year", "date"),
    BY_NAME: _ForecastTarget("release of a generation by name", "year", "date"),
    "training_set": _ForecastTarget("largest known training set", "tokens", "level"),
    "flop_per_chip": _ForecastTarget("best FLOP/s of a chip on sale", "H100", "level"),
    "flop_per_usd": _ForecastTarget("best FLOP/s per dollar on sale", "H100", "level"),
    "flop_per_watt": _ForecastTarget("best FLOP/s per watt on sale", "H100", "level"),
    "price": _ForecastTarget("cheapest price of a fixed capability", "USD/Mtok", "level"),
}
"""The targets by name, in the order in which they are shown."""


@dataclass(frozen=True, order=True)
class ForecastQuestion:
    """Forecast question at one origin.

    Attributes
    ----------
    target
        Its name in `TARGETS`.
    item
        Threshold or name in the target, such as ``"1e+26"`` or ``"GPT-5"``; empty where there is only one.
    origin
        The date of the forecast; later information is excluded [decimal year].
    horizon
        Horizon [years].
    """

    target: str
    item: str
    origin: float
    horizon: float

    @property
    def until(self) -> float:
        """The end of the horizon [decimal year]."""
        return self.origin + self.horizon


type Answers = Mapping[ForecastQuestion, np.ndarray]
"""Draws of each answer, shape (n,): log10 of a level; of a date the decimal year, inf when it never comes."""

type Forecaster = Callable[[Sequence[ForecastQuestion]], Answers]
"""Answers questions of one origin. It raises `NothingKnownError` where it can answer none of them."""


class NothingKnownError(DatawallError):
    """Too little evidence at an origin for a forecast; the message says what was missing."""


SCENARIOS = ("baseline",)
START, END = "2019-01", "2026-06"
"""First month, and the last one possible."""
EVERY = "6mo"
"""Step between two origins."""
HORIZONS = ("6mo", "1y", "2y", "4y")
DRAWS = 4000
"""Draws of each forecast."""
