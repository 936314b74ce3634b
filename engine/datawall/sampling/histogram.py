"""Streaming histograms of millions of draws, in memory that does not grow with them.

A sketch is a histogram of integer counts with the exact minimum and maximum. Adding integers is exact, so a
sketch does not depend on the order, the chunks or the threads in which the draws were counted. Values outside
the range, ±inf among them, keep their mass in every quantile and probability.

This module loads no JAX: `counts` counts on the device, and a sketch adds the tallies up.
"""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from datawall.sampling.cdf import Curve, Estimate, Floats, deviations_of, share_mcse, share_of


@dataclass(frozen=True)
class Histogram:
    """Range and resolution of a sketch.

    A value is counted in the working precision of the draws, so one within rounding of an edge may fall on
    either side of it, unless the edges are short binary fractions (2020 to 2052 in 1024 bins): then
    the counts between edges are exact.

    Attributes
    ----------
    lower, upper
        Range of the bins, in the unit of the values; a value equal to `upper` is above it.
    bins
        Number of bins of equal width.
    """

    lower: float
    upper: float
    bins: int

    def __post_init__(self) -> None:
        if not -np.inf < self.lower < self.upper < np.inf or self.bins < 1:
            raise ValueError(f"{self} needs finite lower < upper and at least one bin")

    @property
    def edges(self) -> Floats:
        """Edges of the bins, of shape (bins + 1,)."""
        return np.linspace(self.lower, self.upper, self.bins + 1)


@dataclass
class Sketch:
    """Sketch of the distribution of quantities of shape (...), counted in R independent replicates.

    Masses and quantiles are those of the values that are not NaN, of all replicates together; the replicates
    give their standard errors. Inside a bin the mass is spread evenly between its edges, or the minimum or
    maximum where one lies within, so a point mass is returned exactly and a quantile is at most one bin width
    from that of the sample.

    Attributes
    ----------
    histogram
        Range and resolution.
    counts
        int64 of shape (R, ..., bins + 2): below (with -inf), the bins, at or above (with inf).
    nan
        Number of draws that are not a number, int64 of shape (...): a defect of the model when not zero.
    minimum, maximum
        Extremes of the values inside the range, of shape (...); inf and -inf when there are none.
    """

    histogram: Histogram
    counts: NDArray[np.int64]
    nan: NDArray[np.int64]
    minimum: Floats
    maximum: Floats

    @classmethod
    def empty(cls, histogram: Histogram, shape: tuple[int, ...], replicates: int = 1) -> Self:
        """Return the sketch of no draws, for quantities of `shape`."""
        return cls(
            histogram,
            np.zeros((replicates, *shape, histogram.bins + 2), np.int64),
            np.zeros(shape, np.int64),
            np.full(shape, np.inf),
            np.full(shape, -np.inf),
        )

    def add(self, counts: ArrayLike, minimum: ArrayLike, maximum: ArrayLike) -> None:
        """Add the draws of a `counts.Tally`, in place.

        Parameters
        ----------
        counts
            Of shape (R, ..., bins + 3): below, the bins, at or above, NaN.
        minimum, maximum
            Extremes of the values inside the range, of shape (...).
        """
        counts = np.asarray(counts)
        self.counts += counts[..., :-1]
        self.nan += counts[..., -1].sum(axis=0)
        self.minimum = np.minimum(self.minimum, minimum)
        self.maximum = np.maximum(self.maximum, maximum)

    @property
    def total(self) -> NDArray[np.int64]:
        """Number of draws that are not NaN, of shape (...)."""
        return self.counts.sum(axis=(0, -1))

    @property
    def below(self) -> Estimate:
        """Probability of a value below the range, of shape (...)."""
        return Estimate(*(share[..., 0] for share in self.shares()))

    @property
    def above(self) -> Estimate:
        """Probability of a value at or above the upper end of the range, of shape (...)."""
        return Estimate(*(share[..., -1] for share in self.shares()))

    def shares(self) -> Estimate:
        """Return the probability of being below, in each bin, and at or above, of shape (..., bins + 2)."""
        totals = self.counts.sum(axis=-1, keepdims=True)
        draws = totals.sum(axis=0)
        share = share_of(self.counts.sum(axis=0), draws)
        return Estimate(share, share_mcse(share, draws, deviations_of(self.counts, totals)))

    def curve(self) -> Curve:
        """Return the cumulative distribution at the edges of the bins."""
        cumulative = np.cumsum(self.counts[..., :-1], axis=-1)
        return Curve(
            self._edges(),
            cumulative.sum(axis=0).astype(float),
            self.total,
            deviations_of(cumulative, self.counts.sum(axis=-1, keepdims=True)),
            self.minimum,
            self.maximum,
        )

    def cdf(self, x: ArrayLike) -> Floats:
        """Return the probability of a value not above `x` (`Curve.cdf`)."""
        return self.curve().cdf(x)

    def probability(self, x: ArrayLike) -> Estimate:
        """Return `cdf(x)` with its standard error (`Curve.probability`)."""
        return self.curve().probability(x)

    def quantile(self, p: ArrayLike) -> Floats:
        """Return the value that a share `p` of the draws does not exceed (`Curve.quantile`)."""
        return self.curve().quantile(p)

    def quantile_mcse(self, p: ArrayLike) -> Floats:
        """Return the standard error of `quantile(p)` (`Curve.quantile_mcse`)."""
        return self.curve().quantile_mcse(p)

    def _edges(self) -> Floats:
        """Return the edges of the bins of shape (..., bins + 1), drawn in to the minimum and maximum."""
        return np.minimum(np.maximum(self.histogram.edges, self.minimum[..., None]), self.maximum[..., None])
