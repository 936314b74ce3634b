"""Streaming summaries: what is kept of millions of draws, in memory that does not grow with them.

A sketch is a histogram of integer counts with the exact minimum and maximum. Adding integers is exact, so a
sketch does not depend on the order, the chunks or the threads in which the draws were counted. Values outside
the range, ±inf among them, keep their mass in every quantile and probability.

This module loads no JAX: `tally` counts on the device, and a sketch adds the tallies up.
"""

from dataclasses import dataclass
from typing import Literal, NamedTuple, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

type Floats = NDArray[np.float64]


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


class Estimate(NamedTuple):
    """A Monte Carlo estimate and its standard error."""

    value: Floats
    mcse: Floats


@dataclass
class Sketch:
    """The distribution of quantities of shape (...), as counted.

    Masses and quantiles are those of the values that are not NaN. Inside a bin the mass is spread evenly
    between its edges, or the minimum or maximum where one lies within, so a point mass is returned exactly
    and a quantile is at most one bin width from that of the sample.

    Attributes
    ----------
    histogram
        Range and resolution.
    counts
        int64 of shape (..., bins + 2): below (with -inf), the bins, at or above (with inf).
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
    def empty(cls, histogram: Histogram, shape: tuple[int, ...]) -> Self:
        """Return the sketch of no draws, for quantities of `shape`."""
        return cls(
            histogram,
            np.zeros((*shape, histogram.bins + 2), np.int64),
            np.zeros(shape, np.int64),
            np.full(shape, np.inf),
            np.full(shape, -np.inf),
        )

    def add(self, counts: ArrayLike, minimum: ArrayLike, maximum: ArrayLike) -> None:
        """Add the draws of a `tally.Tally`, in place.

        Parameters
        ----------
        counts
            Of shape (..., bins + 3): below, the bins, at or above, NaN.
        minimum, maximum
            Extremes of the values inside the range, of shape (...).
        """
        counts = np.asarray(counts)
        self.counts += counts[..., :-1]
        self.nan += counts[..., -1]
        self.minimum = np.minimum(self.minimum, minimum)
        self.maximum = np.maximum(self.maximum, maximum)

    @property
    def total(self) -> NDArray[np.int64]:
        """Number of draws that are not NaN, of shape (...)."""
        return self.counts.sum(axis=-1)

    @property
    def below(self) -> Floats:
        """Probability of a value below the range, of shape (...)."""
        return _share(self.counts[..., 0], self.total)

    @property
    def above(self) -> Floats:
        """Probability of a value at or above the upper end of the range, of shape (...)."""
        return _share(self.counts[..., -1], self.total)

    def cdf(self, x: ArrayLike) -> Floats:
        """Return the probability of a value not above `x`.

        Parameters
        ----------
        x
            Values of any shape (k); under the range the answer is `below`, over it 1 - `above`.

        Returns
        -------
        numpy.ndarray
            Probabilities of shape (..., k); NaN where nothing was counted.
        """
        x = np.asarray(x, float)
        edges, mass = self._edges(), self._mass()
        targets = np.broadcast_to(x.ravel(), (*self.nan.shape, x.size))
        inner = _interpolate(edges, mass, targets, _search(edges, targets, "right"))
        return _share(inner, self.total[..., None]).reshape((*self.nan.shape, *x.shape))

    def probability(self, x: ArrayLike) -> Estimate:
        """Return `cdf(x)` with its standard error, that of `share_mcse`."""
        p = self.cdf(x)
        return Estimate(p, share_mcse(p, self.total.reshape(self.nan.shape + (1,) * np.ndim(x))))

    def quantile(self, p: ArrayLike) -> Floats:
        """Return the value that a share `p` of the draws does not exceed.

        Parameters
        ----------
        p
            Probabilities in [0, 1], of any shape (k).

        Returns
        -------
        numpy.ndarray
            Quantiles of shape (..., k): -inf where `p` falls in the mass below the range, inf where it falls
            in the mass above, NaN where nothing was counted.
        """
        p = np.asarray(p, float)
        levels = np.broadcast_to(p.ravel(), (*self.nan.shape, p.size))
        return self._quantile(levels).reshape((*self.nan.shape, *p.shape))

    def quantile_mcse(self, p: ArrayLike) -> Floats:
        """Return the Monte Carlo standard error of `quantile(p)`.

        The share of draws under a quantile has standard error δ = sqrt(p(1-p)/n), so the answer is half the
        distance between the quantiles at p - δ and p + δ, and inf when either is infinite or no such quantile
        exists.

        Parameters
        ----------
        p
            Probabilities in [0, 1], of any shape (k).

        Returns
        -------
        numpy.ndarray
            Standard errors of shape (..., k), in the unit of the values.
        """
        p = np.asarray(p, float)
        level = p.ravel()
        delta = np.sqrt(_share(level * (1.0 - level), self.total[..., None]))
        lower, upper = (self._quantile(np.clip(level + step, 0.0, 1.0)) for step in (-delta, delta))
        infinite = np.isinf(lower) | np.isinf(upper) | (level - delta < 0.0) | (level + delta > 1.0)
        with np.errstate(invalid="ignore"):
            half = 0.5 * (upper - lower)
        error = np.where(infinite, np.inf, half)
        return np.where(self.total[..., None] == 0, np.nan, error).reshape((*self.nan.shape, *p.shape))

    def _quantile(self, levels: Floats) -> Floats:
        """Return the quantiles of shape (..., k) at `levels` of the same shape."""
        total = self.total[..., None]
        edges, mass = self._edges(), self._mass()
        targets = levels * total
        place = _search(mass, targets, "left")
        low, high = self.minimum[..., None], self.maximum[..., None]
        inner = np.clip(_interpolate(mass, edges, targets, place), low, high)
        first = np.where(self.counts[..., :1] > 0, -np.inf, low)
        value = np.where(place == 0, first, np.where(place == mass.shape[-1], np.inf, inner))
        return np.where(total == 0, np.nan, value)

    def _edges(self) -> Floats:
        """Return the edges of the bins of shape (..., bins + 1), drawn in to the minimum and maximum."""
        return np.minimum(np.maximum(self.histogram.edges, self.minimum[..., None]), self.maximum[..., None])

    def _mass(self) -> Floats:
        """Return the number of draws under each edge, of shape (..., bins + 1)."""
        return np.cumsum(self.counts[..., :-1], axis=-1).astype(float)


def share_mcse(share: ArrayLike, draws: ArrayLike) -> Floats:
    """Return the standard error of a share of the draws, sqrt((p(1-p) + 1/n) / n).

    Binomial but for 1/n, which keeps the error of a share that was never or always seen from being zero.
    """
    share, draws = np.asarray(share, float), np.asarray(draws, float)
    with np.errstate(divide="ignore", invalid="ignore"):
        error = np.sqrt((share * (1.0 - share) + 1.0 / draws) / draws)
    return np.where(draws > 0, error, np.nan)


def _share(part: ArrayLike, total: ArrayLike) -> Floats:
    """Return part / total, not finite where nothing was counted."""
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.true_divide(part, total)


def _search(rows: Floats, targets: Floats, side: Literal["left", "right"]) -> NDArray[np.intp]:
    """Return `numpy.searchsorted` of targets (..., k) in the sorted rows (..., n), row by row."""
    pairs = zip(rows.reshape(-1, rows.shape[-1]), targets.reshape(-1, targets.shape[-1]), strict=True)
    return np.array([np.searchsorted(row, target, side) for row, target in pairs]).reshape(targets.shape)


def _interpolate(x: Floats, y: Floats, targets: Floats, place: NDArray[np.intp]) -> Floats:
    """Interpolate y(x) at targets (..., k) that lie before position `place` of x (..., n).

    Outside x the answer is the y of the nearest end.
    """
    last = x.shape[-1] - 1
    before, after = np.clip(place - 1, 0, last), np.clip(place, 0, last)
    x0, x1, y0, y1 = (np.take_along_axis(a, i, -1) for a in (x, y) for i in (before, after))
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(before == after, y0, y0 + (y1 - y0) * ((targets - x0) / (x1 - x0)))
