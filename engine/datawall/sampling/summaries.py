"""Streaming summaries of millions of draws in constant memory: histograms, and means of values in a range.

Both sum integers, which is exact, so neither depends on the order, the chunks or the threads in which draws
are counted. Values outside the range of a histogram, ±inf among them, keep their mass in every quantile and
probability; sums of values are in units of 2^-22 of their range.

This module loads no JAX: `counts` counts on the device, and a summary adds the tallies up.
"""

from dataclasses import dataclass, replace
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

        Counts are of shape (R, ..., bins + 3): below, the bins, at or above, NaN; minimum and maximum are the
        extremes of the values inside the range, of shape (...).
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

    def _edges(self) -> Floats:
        """Return the edges of the bins of shape (..., bins + 1), drawn in to the minimum and maximum."""
        return np.minimum(np.maximum(self.histogram.edges, self.minimum[..., None]), self.maximum[..., None])


UNIT_BITS = 22
"""Binary digits of a summed value."""


@dataclass(frozen=True)
class Range:
    """Range of the values of an average: the least and the greatest."""

    lower: float
    upper: float


@dataclass
class Average:
    """Average of values of shape (...), in R independent replicates.

    Attributes
    ----------
    range
        Of the values.
    sums
        Sum of the distances from its lower end, in units of 2^-22 of its width, int64 of shape (R, ...).
    draws
        Number of draws, int64 of shape (R,); those with NaN in any average are left out of all.
    """

    range: Range
    sums: NDArray[np.int64]
    draws: NDArray[np.int64]

    @classmethod
    def empty(cls, values: Range, shape: tuple[int, ...], replicates: int) -> Self:
        """Return the average of no draws, for values of `shape`."""
        return cls(values, np.zeros((replicates, *shape), np.int64), np.zeros(replicates, np.int64))

    def add(self, sums: ArrayLike, draws: ArrayLike) -> None:
        """Add the sums (R, ...) and numbers of draws (R,) of a `counts.Tally`, in place."""
        self.sums += np.asarray(sums)
        self.draws += np.asarray(draws)

    @property
    def value(self) -> Floats:
        """Average over all draws, of shape (...)."""
        return share_of(self._totals().sum(axis=0), self.draws.sum())

    @property
    def deviations(self) -> Floats:
        """Deviation of the average of each replicate from it (`cdf.deviations_of`)."""
        return deviations_of(self._totals(), self._draws())

    def _totals(self) -> Floats:
        """Return the sum of the values in each replicate, of shape (R, ...)."""
        width = self.range.upper - self.range.lower
        return self.range.lower * self._draws() + width * (self.sums / 2**UNIT_BITS)

    def _draws(self) -> NDArray[np.int64]:
        return self.draws.reshape(-1, *(1,) * (self.sums.ndim - 1))


def bridged(curve: Curve, knots: Floats, known: Average) -> Curve:
    """Return a curve whose first rows pass through known probabilities at the knots.

    Between two knots the mass follows the shape of the counted draws there, and is uniform without any.

    Parameters
    ----------
    curve
        Of quantities of shape (rows,), as counted.
    knots
        Increasing values of shape (K,): the range of the counts and values inside it.
    known
        Averages of the probability of a value not above each knot, of shape (n, K) with n at most `rows`,
        over the same draws in the same replicates.

    Returns
    -------
    Curve
        Of shape (rows,); from row n on as it was.
    """
    refined = _refined(curve, knots)
    n = len(known.value)
    x, total = refined.x[:n], refined.total[:n, None]
    year = np.clip(np.searchsorted(knots, x, "right") - 1, 0, len(knots) - 2)
    counted = share_of(refined.mass[:n], total)
    start, end = (_at(counted, x, knots[year + k]) for k in (0, 1))
    # where no draw was counted, the ends of the curve are infinite
    even = np.clip((x - knots[year]) / (knots[year + 1] - knots[year]), 0.0, 1.0)
    share = np.where(end > start, share_of(counted - start, end - start), even)
    rising = np.maximum.accumulate(known.value, axis=-1)
    low, high = (np.take_along_axis(rising, year + k, -1) for k in (0, 1))

    deviations = refined.deviations.copy()
    for own, of_known in zip(deviations, known.deviations, strict=True):
        own_low, own_high = (np.take_along_axis(of_known, year + k, -1) for k in (0, 1))
        own_start, own_end = (_at(own[:n], x, knots[year + k]) for k in (0, 1))
        shape = share_of(own[:n] - own_start - share * (own_end - own_start), end - start)
        shape = np.where(end > start, shape, 0.0)
        own[:n] = own_low + share * (own_high - own_low) + (high - low) * shape
    mass, minimum, maximum = refined.mass.copy(), refined.minimum.copy(), refined.maximum.copy()
    mass[:n] = (low + share * (high - low)) * total
    minimum[:n], maximum[:n] = knots[0], knots[-1]
    return replace(refined, mass=mass, deviations=deviations, minimum=minimum, maximum=maximum)


def _refined(curve: Curve, knots: Floats) -> Curve:
    """Return the same curve with the knots among its values."""
    x = np.sort(np.concatenate([curve.x, np.broadcast_to(knots, (*curve.total.shape, len(knots)))], axis=-1))
    deviations = np.stack([_at(own, curve.x, x) for own in curve.deviations])
    return replace(curve, x=x, mass=_at(curve.mass, curve.x, x), deviations=deviations)


def _at(y: Floats, x: Floats, targets: NDArray) -> Floats:
    """Interpolate each row of y, given at x, at the targets of that row."""
    return np.stack([np.interp(t, own, value) for t, own, value in zip(targets, x, y, strict=True)])
