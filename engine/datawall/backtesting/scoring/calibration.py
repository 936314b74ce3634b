"""Where outcomes fall in their forecasts."""

from typing import NamedTuple

import numpy as np

from datawall.backtesting.scoring.outcome import Outcome
from datawall.errors import DatawallError


def pit_bounds(draws: np.ndarray, outcome: Outcome) -> tuple[float, float]:
    """Return between which of its probabilities a forecast holds what happened.

    Parameters
    ----------
    draws
        Shape (n,).
    outcome
        What happened.

    Returns
    -------
    tuple of float
        P(X < y) and P(X <= y); up to 1 for what lies beyond the window, down to 0 for what lies before it.

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
    """Return one probability for each forecast, at random between its bounds.

    Uniform when the forecasts are calibrated.

    Parameters
    ----------
    bounds
        Of `pit_bounds`, shape (n, 2).
    seed
        Of the random numbers.
    """
    start, end = np.asarray(bounds).T
    return start + np.random.default_rng(seed).random(len(start)) * (end - start)


class Ecdf(NamedTuple):
    """The empirical distribution of PIT values, with the band in which all of it should lie.

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
        """Whether the whole curve lies in its band."""
        return bool(np.all((self.low <= self.share) & (self.share <= self.high)))


def pit_ecdf(values: np.ndarray, mass: float = 0.95, seed: int = 0, simulations: int = 1000) -> Ecdf:
    """Return the empirical distribution of PIT values and its simultaneous confidence band.

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
    from arviz_stats.ecdf_utils import ecdf_pit  # slow to load, and only this needs it

    if len(values) < 2:
        raise DatawallError(f"a distribution of PIT values needs at least 2 outcomes, got {len(values)}")
    return Ecdf(*ecdf_pit(values, mass, simulations, rng=np.random.default_rng(seed)))


def coverage(bounds: np.ndarray, mass: float | np.ndarray) -> np.ndarray:
    """Return with which probability the central interval that holds `mass` holds each outcome.

    Parameters
    ----------
    bounds
        Of `pit_bounds`, shape (..., 2). An outcome spread over bounds counts by the part of them inside the
        interval, so that the mean over calibrated forecasts is `mass` whether outcomes are open or not.
    mass
        Of the interval.

    Returns
    -------
    ndarray, shape (...)

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
