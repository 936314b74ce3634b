"""Given-data sensitivity indices, valid under dependence: rank correlations and PAWN."""

import math

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

from datawall.analysis.sensitivity.methods.experiment import mean_of
from datawall.sampling.cdf import Estimate

type _Floats = NDArray[np.float64]

_SLICES = 16
"""Slices into which PAWN cuts the draws by an input."""


def rank_correlations(inputs: _Floats, values: _Floats) -> Estimate:
    """Return Spearman's rank correlation of each input with the values; ties share their mean rank.

    Inputs are of shape (inputs, n, replicates), values of shape (n, replicates); infinities rank at the ends.
    """
    y = _standard_ranks(values)
    return mean_of([np.mean(_standard_ranks(x) * y, axis=0) for x in inputs])


def _standard_ranks(values: _Floats) -> _Floats:
    """Return ranks with mean 0 and variance 1, or 0 where all values are one."""
    ranks = rankdata(values.ravel()).reshape(values.shape)
    centred = ranks - ranks.mean()
    return centred / (centred.std() or 1.0)


def pawn(inputs: _Floats, values: _Floats) -> Estimate:
    """Return PAWN indices: the shift of the distribution of the values when an input is known.

    That is the Kolmogorov-Smirnov distance between the values of a slice of draws with similar input and
    all values, averaged over slices. It needs no moments, so values may be infinite. The shapes are those of
    `rank_correlations`.

    References
    ----------
    Pianosi, Wagener (2015), A simple and efficient method for global sensitivity analysis based on cumulative
    distribution functions, doi:10.1016/j.envsoft.2015.01.004.
    """
    replicates = values.shape[-1]
    whole = [_mean_distance(x.ravel(), values.ravel()) for x in inputs]
    parts = [[_mean_distance(x[:, k], values[:, k]) for k in range(replicates)] for x in inputs]
    return Estimate(np.array(whole), mean_of(parts).mcse)


def pawn_of_noise(draws: int) -> float:
    """Return the PAWN index of an input without effect: the mean Kolmogorov-Smirnov distance of a slice.

    Examples
    --------
    >>> round(pawn_of_noise(65536), 3)
    0.014
    """
    return math.sqrt(math.pi / 2.0) * math.log(2.0) / math.sqrt(draws / _SLICES)


def _mean_distance(x: _Floats, y: _Floats) -> float:
    cuts = np.unique(np.quantile(x, np.arange(1, _SLICES) / _SLICES, method="inverted_cdf"))
    slices = np.searchsorted(cuts, x, side="right")
    place, number = np.unique(y, return_inverse=True)[1], len(np.unique(y))
    counts = np.bincount(slices * number + place, minlength=(len(cuts) + 1) * number)
    counts = counts.reshape(-1, number)
    size = counts.sum(1)
    filled = size > 0
    below = np.cumsum(counts, axis=1)
    distance = np.abs(below[filled] / size[filled, None] - below.sum(0) / len(y)).max(1)
    return float(distance @ size[filled] / len(y))
