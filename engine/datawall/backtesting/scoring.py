"""Proper scoring rules and calibration of forecasts with mass at infinity, for outcomes that may be censored.

Independent of the domain: draws in, scores out. Of CRPS, log score and Brier score lower is better.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import scoringrules as sr
from scipy.special import ndtr, ndtri

from datawall.errors import DatawallError


@dataclass(frozen=True)
class Outcome:
    """Outcome, censored by an observation window.

    Attributes
    ----------
    value
        The outcome; inf for an event that has not happened, or for a level only known to be at least `last`.
    first, last
        The observation window: a value before the first counts as the first, and a value beyond the last is
        open ("not yet", "at least"), which is an outcome and not a missing value.

    Examples
    --------
    A date that had not come when it was last watched for, and a level that is at least 26:

    >>> Outcome(np.inf, first=2024.0, last=2026.0).open, Outcome(np.inf, last=26.0).open
    (True, True)
    """

    value: float
    first: float = -np.inf
    last: float = np.inf

    def __post_init__(self) -> None:
        if np.isnan(self.value):
            raise DatawallError("an outcome needs a number, got nan; leave out what cannot be told yet")
        if not self.first < self.last:
            raise DatawallError(f"a window needs first < last, got {self.first} and {self.last}")
        if not np.isfinite(self.seen(self.value)):
            raise DatawallError(
                "an outcome that has not come needs a last date; say until when it was watched"
            )

    def seen(self, values: np.ndarray | float) -> np.ndarray:
        """Return values clipped to the window."""
        return np.clip(values, self.first, self.last)

    @property
    def open(self) -> bool:
        """True if the outcome lies beyond the end of the window."""
        return self.value > self.last


LEAST_PROBABILITY = 1 / 4001
"""Floor of the probability in a log score, which keeps averages finite: the resolution of 4000 draws.

It is the same for every forecaster, however few its draws.
"""


def crps(draws: np.ndarray, outcome: Outcome) -> float:
    r"""Return the continuous ranked probability score.

    .. math:: \int_{first}^{last} (F(x) - [y \le x])^2\, dx

    The weight is the window, which keeps the score proper where draws or outcome lie beyond it. It is exact
    for the distribution of the draws, of shape (n,); -inf and inf (past and never) are values where the
    window is bounded.

    References
    ----------
    Gneiting and Raftery 2007, doi:10.1198/016214506000001437; Gneiting and Ranjan 2011,
    doi:10.1198/jbes.2010.08110 (the weighting).

    Examples
    --------
    The score of a single draw is its distance, here cut at the end of the window:

    >>> crps(np.array([np.inf]), Outcome(2025.0, first=2024.0, last=2026.0))
    1.0
    """
    seen = np.sort(outcome.seen(_checked(draws)))
    if not np.isfinite(seen[[0, -1]]).all():
        raise DatawallError("draws that are past or never need a bounded window; give the outcome one")
    return float(sr.crps_ensemble(float(outcome.seen(outcome.value)), seen, sorted_ensemble=True))


def log_score(draws: np.ndarray, outcome: Outcome, resolution: float) -> float:
    r"""Return the log score: minus the log probability of the outcome's cell, at a resolution.

    The outcome is one cell of a partition: before the window, a cell between two multiples of `resolution`
    inside it, or beyond it. Cells rather than a density, since forecasts have atoms (a record that stands, a
    last value that persists), at which a density is infinite and beside which a kernel's depends on its
    width; the score of a fixed partition is proper for every forecast. Probabilities below
    `LEAST_PROBABILITY` count as that, which alone departs from it. Draws of shape (n,) are in the unit of the
    resolution, the score in nats, from 0 to 8.3.

    Examples
    --------
    >>> draws = np.array([2024.1, 2025.1, 2025.2, np.inf])
    >>> round(log_score(draws, Outcome(2025.0, last=2026.0), 0.25), 3)  # -log(2 / 4)
    0.693
    """
    values = _checked(draws)
    if outcome.open:
        hit = values >= outcome.last
    elif outcome.value <= outcome.first:
        hit = values <= outcome.first
    else:
        inside = (values > outcome.first) & (values <= outcome.last)
        hit = inside & (np.floor(values / resolution) == np.floor(outcome.value / resolution))
    return float(-np.log(max(np.mean(hit), LEAST_PROBABILITY)))


def brier(probability: float, happened: bool) -> float:
    """Return the squared error of a probability."""
    return float(sr.brier_score(float(happened), probability))


def width(draws: np.ndarray, outcome: Outcome, mass: float) -> float:
    """Return the sharpness: the width of the central interval of `mass`, inside the window."""
    tails = [(1.0 - mass) / 2.0, (1.0 + mass) / 2.0]
    low, high = outcome.seen(np.quantile(_checked(draws), tails, method="inverted_cdf"))
    return float(high - low)


def _checked(draws: np.ndarray) -> np.ndarray:
    if np.ndim(draws) != 1 or not np.size(draws) or np.isnan(draws).any():
        raise DatawallError("a forecast needs a list of draws that are numbers")
    return draws


def block_weights(origins: np.ndarray, length: float, resamples: int, seed: int) -> np.ndarray:
    """Return the count of each forecast in each resample of a circular block bootstrap over origins.

    Forecasts of one origin stay together, and so do those of neighbouring origins, whose errors resemble each
    other as long as their horizons overlap.

    Parameters
    ----------
    origins
        Date of each forecast, shape (n,).
    length
        Of a block, in the unit of the origins.
    resamples, seed
        Number of resamples, and the seed of their random numbers.

    Returns
    -------
    ndarray, shape (resamples, n)
        Counts; nan where the origins do not fill two blocks, which tell nothing of how far blocks differ.

    References
    ----------
    Politis and Romano 1992, "A circular block-resampling procedure for stationary data".
    """
    dates, which = np.unique(origins, return_inverse=True)
    size = 1 if len(dates) < 2 else max(1, round(length / np.median(np.diff(dates))))
    if len(dates) < 2 * size:
        return np.full((resamples, len(which)), np.nan)
    rng = np.random.default_rng(seed)
    starts = rng.integers(len(dates), size=(resamples, -(-len(dates) // size)))
    chosen = (starts[:, :, None] + np.arange(size)) % len(dates)
    chosen = chosen.reshape(resamples, -1)[:, : len(dates)]
    counts = np.stack([np.bincount(one, minlength=len(dates)) for one in chosen])
    return counts[:, which].astype(float)


def pit_bounds(draws: np.ndarray, outcome: Outcome) -> tuple[float, float]:
    """Return the lower and upper bound of the PIT value of an outcome, P(X < y) and P(X <= y).

    They reach up to 1 for what lies beyond the window, and down to 0 for what lies before it.

    References
    ----------
    Czado, Gneiting and Held 2009, doi:10.1111/j.1541-0420.2009.01191.x.

    Examples
    --------
    >>> draws = np.array([24.0, 25.0, 25.0, 26.0])
    >>> pit_bounds(draws, Outcome(25.0)), pit_bounds(draws, Outcome(np.inf, last=25.0))
    ((0.25, 0.75), (0.25, 1.0))
    """
    value = outcome.seen(outcome.value)
    below = 0.0 if outcome.value < outcome.first else np.mean(draws < value)
    at_most = 1.0 if outcome.open else np.mean(draws <= value)
    return float(below), float(at_most)


def pit_values(bounds: np.ndarray, seed: int) -> np.ndarray:
    """Return randomised PIT values, uniform between the bounds of each forecast, shape (n,) from (n, 2).

    They are uniform on (0, 1) when the forecasts are calibrated.
    """
    start, end = np.asarray(bounds).T
    return start + np.random.default_rng(seed).random(len(start)) * (end - start)


class Ecdf(NamedTuple):
    """ECDF of PIT values with its simultaneous confidence band.

    Attributes
    ----------
    at
        Probabilities, rising from 0 to 1, shape (m,).
    share
        Of the PIT values that are at most as large; `at` itself where forecasts are calibrated.
    low, high
        Ends of the simultaneous band.
    """

    at: np.ndarray
    share: np.ndarray
    low: np.ndarray
    high: np.ndarray

    @property
    def inside(self) -> bool:
        """True if the whole curve lies in its band."""
        return bool(np.all((self.low <= self.share) & (self.share <= self.high)))


def pit_ecdf(values: np.ndarray, mass: float = 0.95, seed: int = 0, simulations: int = 1000) -> Ecdf:
    """Return the ECDF of PIT values and its simultaneous confidence band.

    The band supposes independent forecasts: with overlapping horizons it is too narrow.

    Parameters
    ----------
    values
        Of `pit_values`, shape (n,), at least 2.
    mass
        Probability that the whole curve of a calibrated forecaster lies in the band.
    seed, simulations
        Of the random numbers that set the band's width, and how many samples of n are drawn.

    References
    ----------
    Säilynoja, Bürkner and Vehtari 2022, doi:10.1007/s11222-022-10090-6, as computed by ArviZ.
    """
    from arviz_stats.ecdf_utils import ecdf_pit  # slow to import and needed only here

    if len(values) < 2:
        raise DatawallError(f"a distribution of PIT values needs at least 2 outcomes, got {len(values)}")
    return Ecdf(*ecdf_pit(values, mass, simulations, rng=np.random.default_rng(seed)))


def coverage(bounds: np.ndarray, mass: float | np.ndarray) -> np.ndarray:
    """Return the coverage probability of each outcome by the central interval of `mass`.

    An outcome spread over its `pit_bounds`, of shape (..., 2), counts by the part of them inside the
    interval, so that the mean over calibrated forecasts is `mass` whether outcomes are open or not.

    Examples
    --------
    >>> coverage(np.array([[0.4, 0.4], [0.8, 1.0], [0.95, 0.95]]), 0.8)
    array([1. , 0.5, 0. ])
    """
    low, high = (1.0 - mass) / 2.0, (1.0 + mass) / 2.0
    start, end = bounds[..., 0], bounds[..., 1]
    overlap = np.clip(np.minimum(end, high) - np.maximum(start, low), 0.0, None)
    spread = end > start
    return np.where(spread, overlap / np.where(spread, end - start, 1.0), (low <= start) & (end <= high))


_FACTORS = np.geomspace(0.05, 20.0, 1001)
"""Factors that are tried, 0.6 % apart."""


@dataclass(frozen=True)
class Widening:
    """The factor by which normal scores must be widened, and its 90 % interval.

    Attributes
    ----------
    factor
        Above 1 where forecasts were too narrow; inf where no factor suffices, as outcomes lie beyond all
        draws; nan without outcomes.
    low, high
        Of a block bootstrap; nan where there are too few origins for one.
    """

    factor: float
    low: float
    high: float


def widening_factor(bounds: np.ndarray, weights: np.ndarray, mass: float = 0.8) -> Widening:
    r"""Return the least factor k at which widened intervals of nominal `mass` reach that coverage.

    A forecast F widened by k is :math:`F_k = \Phi(\Phi^{-1}(F) / k)`, its normal scores multiplied by k about
    the median. An outcome with probability p lies in its interval when :math:`|\Phi^{-1}(p)| \le k z`, with z
    the normal quantile of (1 + mass) / 2, so that without open outcomes k is the quantile at `mass` of
    :math:`|\Phi^{-1}(p)| / z`. An open outcome lies anywhere in its bounds under the *widened* forecast: to
    place it by the narrow one, as randomised PIT values do, would count the forecast's error as right.

    Parameters
    ----------
    bounds
        Of `pit_bounds`, shape (n, 2).
    weights
        Of `block_weights`, shape (resamples, n): for the interval.
    mass
        Of the interval that should be right.

    Examples
    --------
    >>> right = (np.arange(999) + 0.5) / 999
    >>> narrow = ndtr(1.5 * ndtri(right))
    >>> round(widening_factor(np.stack([narrow, narrow], axis=1), np.ones((2, 999))).factor, 1)
    1.5
    """
    if not len(bounds):
        return Widening(np.nan, np.nan, np.nan)
    scores = ndtri(bounds)
    held = np.stack([coverage(ndtr(scores / factor), mass) for factor in _FACTORS], axis=1)
    resampled = weights @ held / weights.sum(axis=1, keepdims=True)
    low, high = np.quantile(_first(resampled, mass), [0.05, 0.95], method="inverted_cdf")
    return Widening(float(_first(held.mean(axis=0), mass)), float(low), float(high))


def _first(shares: np.ndarray, mass: float) -> np.ndarray:
    """Return the least factor with coverage `mass`; inf where there is none, nan where unknown."""
    reached = shares >= mass - 1e-9
    found = np.where(reached.any(axis=-1), _FACTORS[np.argmax(reached, axis=-1)], np.inf)
    return np.where(np.isnan(shares).any(axis=-1), np.nan, found)
