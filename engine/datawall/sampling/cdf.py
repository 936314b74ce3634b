"""Empirical CDFs with their Monte Carlo error.

This module loads no JAX.
"""

from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

type Floats = NDArray[np.float64]


class Estimate(NamedTuple):
    """A Monte Carlo estimate and its standard error."""

    value: Floats
    mcse: Floats


@dataclass(frozen=True)
class Curve:
    """The cumulative mass of quantities of shape (...) at m increasing values, linear in between.

    Attributes
    ----------
    x
        The values, of shape (..., m).
    mass
        Draws under each value, of shape (..., m): a whole number where draws were counted.
    total
        Number of draws, of shape (...).
    deviations
        Deviation of each replicate's share of draws under `x` from that of all (`deviations_of`), of
        shape (R, ..., m). With R = 1 draws are independent and shares are binomial.
    minimum, maximum
        Extremes of the draws in the range of `x`; inf and -inf when there are none.
    """

    x: Floats
    mass: Floats
    total: NDArray[np.int64]
    deviations: Floats
    minimum: Floats
    maximum: Floats

    def cdf(self, x: ArrayLike) -> Floats:
        """Return the probability of a value not above `x`, any shape (k), as an array of shape (..., k)."""
        return self.probability(x).value

    def probability(self, x: ArrayLike) -> Estimate:
        """Return `cdf(x)` with its standard error, that of `share_mcse` or of the replicates."""
        x = np.asarray(x, float)
        targets = np.broadcast_to(x.ravel(), (*self.total.shape, x.size))
        place = _search(self.x, targets, "right")
        value = share_of(_interpolate(self.x, self.mass, targets, place), self.total[..., None])
        error = share_mcse(value, self.total[..., None], self._deviations_at(targets, place))
        shape = (*self.total.shape, *x.shape)
        return Estimate(value.reshape(shape), error.reshape(shape))

    def quantile(self, p: ArrayLike) -> Floats:
        """Return the value that a share `p` of the draws does not exceed.

        Parameters
        ----------
        p
            Probabilities in [0, 1], of any shape (k).

        Returns
        -------
        numpy.ndarray
            Of shape (..., k): -inf where `p` falls in the mass below the range, inf where in the mass above,
            NaN where nothing was counted.
        """
        p = np.asarray(p, float)
        levels = np.broadcast_to(p.ravel(), (*self.total.shape, p.size))
        return self._quantile(levels).reshape((*self.total.shape, *p.shape))

    def quantile_mcse(self, p: ArrayLike) -> Floats:
        """Return the Monte Carlo standard error of `quantile(p)`, of the same shape.

        With δ the standard error of the share of draws under the quantile, the answer is half the distance
        between the quantiles at p - δ and p + δ, and inf when either is infinite or no such quantile exists.
        """
        p = np.asarray(p, float)
        level = np.broadcast_to(p.ravel(), (*self.total.shape, p.size))
        delta = self._share_error_at_quantile(level)
        lower, upper = (self._quantile(np.clip(level + step, 0.0, 1.0)) for step in (-delta, delta))
        infinite = np.isinf(lower) | np.isinf(upper) | (level - delta < 0.0) | (level + delta > 1.0)
        with np.errstate(invalid="ignore"):
            half = 0.5 * (upper - lower)
        error = np.where(infinite, np.inf, half)
        return np.where(self.total[..., None] == 0, np.nan, error).reshape((*self.total.shape, *p.shape))

    def _share_error_at_quantile(self, level: Floats) -> Floats:
        """Return the standard error of the share of draws under the quantile at `level` (..., k)."""
        if len(self.deviations) == 1:
            return np.sqrt(share_of(level * (1.0 - level), self.total[..., None]))
        quantile = self._quantile(level)
        return _spread(self._deviations_at(quantile, _search(self.x, quantile, "right")))

    def _quantile(self, levels: Floats) -> Floats:
        """Return the quantiles of shape (..., k) at `levels` of the same shape."""
        total = self.total[..., None]
        targets = levels * total
        place = _search(self.mass, targets, "left")
        low, high = self.minimum[..., None], self.maximum[..., None]
        inner = np.clip(_interpolate(self.mass, self.x, targets, place), low, high)
        first = np.where(self.mass[..., :1] > 0, -np.inf, low)
        value = np.where(place == 0, first, np.where(place == self.mass.shape[-1], np.inf, inner))
        return np.where(total == 0, np.nan, value)

    def _deviations_at(self, targets: Floats, place: NDArray[np.intp]) -> Floats:
        """Return the deviations of the replicates at targets (..., k), of shape (R, ..., k)."""
        return np.stack([_interpolate(self.x, own, targets, place) for own in self.deviations])


def deviations_of(parts: ArrayLike, totals: ArrayLike) -> Floats:
    """Return the deviation of the share in each replicate from the share in all of them.

    Parameters
    ----------
    parts
        Mass of each replicate in the part whose share is estimated, of shape (R, ...).
    totals
        Whole mass of each replicate, broadcastable to `parts`.

    Returns
    -------
    numpy.ndarray
        Of shape (R, ...): ``(part - share total) / (mean total)``, the residuals of a ratio estimate.
    """
    parts, totals = np.asarray(parts, float), np.asarray(totals, float)
    share = share_of(parts.sum(axis=0), totals.sum(axis=0))
    return share_of(parts - share * totals, totals.mean(axis=0))


def _spread(deviations: Floats) -> Floats:
    """Return the standard error of the mean of R replicates from their deviations, of shape (R, ...)."""
    replicates = len(deviations)
    return np.sqrt((deviations**2).sum(axis=0) / (replicates * (replicates - 1)))


def share_mcse(share: ArrayLike, draws: ArrayLike, deviations: Floats) -> Floats:
    """Return the standard error of a share of the draws.

    That of the replicates, or with a single one sqrt(p(1-p)/n); in either case 1/n is added in quadrature,
    so that the error of a share of 0 or 1 is above zero.
    """
    share, draws = np.asarray(share, float), np.asarray(draws, float)
    with np.errstate(divide="ignore", invalid="ignore"):
        variance = share * (1.0 - share) / draws if len(deviations) == 1 else _spread(deviations) ** 2
        error = np.sqrt(variance + 1.0 / draws**2)
    return np.where(draws > 0, error, np.nan)


def share_of(part: ArrayLike, total: ArrayLike) -> Floats:
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
