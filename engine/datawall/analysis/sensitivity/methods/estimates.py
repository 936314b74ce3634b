"""Estimates from independent replicates, with the standard error that their spread tells."""

import numpy as np
from numpy.typing import ArrayLike

from datawall.sampling.cdf import Estimate


def mean_of(values: ArrayLike) -> Estimate:
    """Return the mean over replicates and its standard error.

    Parameters
    ----------
    values
        One of each replicate, of shape (..., replicates).

    Examples
    --------
    >>> value, mcse = mean_of([1.0, 3.0])
    >>> float(value), float(mcse)
    (2.0, 1.0)
    """
    values = np.asarray(values, float)
    with np.errstate(invalid="ignore"):  # the spread of infinities is not a number
        return Estimate(values.mean(-1), values.std(-1, ddof=1) / np.sqrt(values.shape[-1]))


def ratio_of(numerator: ArrayLike, denominator: ArrayLike) -> Estimate:
    """Return the ratio of two means over replicates, its standard error by linearisation.

    Parameters
    ----------
    numerator, denominator
        Of each replicate; they broadcast to shape (..., replicates).
    """
    numerator, denominator = np.asarray(numerator, float), np.asarray(denominator, float)
    scale = denominator.mean(-1)
    value = numerator.mean(-1) / scale
    return Estimate(value, mean_of(numerator - value[..., None] * denominator).mcse / np.abs(scale))
