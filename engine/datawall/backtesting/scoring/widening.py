"""How much wider forecasts would have had to be."""

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr, ndtri

from datawall.backtesting.scoring.calibration import coverage

FACTORS = np.geomspace(0.05, 20.0, 1001)
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
    r"""Return the least factor k for which widened intervals that should hold `mass` do hold it.

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
    held = np.stack([coverage(ndtr(scores / factor), mass) for factor in FACTORS], axis=1)
    resampled = weights @ held / weights.sum(axis=1, keepdims=True)
    low, high = np.quantile(_first(resampled, mass), [0.05, 0.95], method="inverted_cdf")
    return Widening(float(_first(held.mean(axis=0), mass)), float(low), float(high))


def _first(shares: np.ndarray, mass: float) -> np.ndarray:
    """Return the least factor whose share held is `mass`; inf where there is none, nan where unknown."""
    reached = shares >= mass - 1e-9
    found = np.where(reached.any(axis=-1), FACTORS[np.argmax(reached, axis=-1)], np.inf)
    return np.where(np.isnan(shares).any(axis=-1), np.nan, found)
