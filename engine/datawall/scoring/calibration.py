"""Where outcomes fall in their forecasts."""

from collections.abc import Sequence

import numpy as np

from datawall.scoring.outcome import Outcome


def pit_bounds(draws: np.ndarray, outcome: Outcome) -> np.ndarray:
    """Return between which of its probabilities a forecast holds each thing that may have happened.

    Parameters
    ----------
    draws
        Shape (n,).
    outcome
        What happened.

    Returns
    -------
    ndarray, shape (m, 2)
        P(X < y) and P(X <= y); up to 1 where y has not come by the last date, down to 0 where it came before
        the first.

    References
    ----------
    Czado, Gneiting and Held 2009, doi:10.1111/j.1541-0420.2009.01191.x.
    """
    ordered, values = np.sort(outcome.seen(draws)), outcome.seen(outcome.values)
    below = np.searchsorted(ordered, values, side="left") / len(ordered)
    at_most = np.searchsorted(ordered, values, side="right") / len(ordered)
    return np.stack([below, at_most], axis=1)


def pit_values(bounds: Sequence[np.ndarray], seed: int) -> np.ndarray:
    """Return one probability for each forecast, at random between its bounds.

    Uniform when the forecasts are calibrated.

    Parameters
    ----------
    bounds
        Of `pit_bounds`, for each forecast.
    seed
        Of the random numbers.
    """
    rng = np.random.default_rng(seed)
    chosen = np.stack([one[rng.integers(len(one))] for one in bounds])
    return chosen[:, 0] + rng.random(len(chosen)) * (chosen[:, 1] - chosen[:, 0])


def coverage(bounds: np.ndarray, mass: float) -> float:
    """Return with which probability the central interval that holds `mass` holds what happened.

    Parameters
    ----------
    bounds
        Of `pit_bounds`. An outcome spread over bounds counts by the part of them inside the interval.
    mass
        Of the interval.

    Examples
    --------
    >>> coverage(np.array([[0.4, 0.4]]), 0.8), coverage(np.array([[0.8, 1.0]]), 0.8)
    (1.0, 0.5)
    """
    low, high = (1.0 - mass) / 2.0, (1.0 + mass) / 2.0
    start, end = bounds.T
    overlap = np.clip(np.minimum(end, high) - np.maximum(start, low), 0.0, None)
    spread = end > start
    shares = np.where(spread, overlap / np.where(spread, end - start, 1.0), (low <= start) & (end <= high))
    return float(np.mean(shares))
