"""Streaming means of values in a known range.

Sums are of integers, in units of 2^-22 of the range: like counts, they do not depend on the order of draws.

This module loads no JAX: `counts` sums on the device, and an average adds the sums up.
"""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from datawall.sampling.cdf import Floats, deviations_of, share_of

UNIT_BITS = 22
"""Binary digits of a summed value."""


@dataclass(frozen=True)
class Range:
    """The least and the greatest value that an average is taken of."""

    lower: float
    upper: float


@dataclass
class Average:
    """The average of values of shape (...), in R independent replicates.

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
        """The average over all draws, of shape (...)."""
        return share_of(self._totals().sum(axis=0), self.draws.sum())

    @property
    def deviations(self) -> Floats:
        """By how much the average of each replicate deviates from it (`cdf.deviations_of`)."""
        return deviations_of(self._totals(), self._draws())

    def _totals(self) -> Floats:
        """Return the sum of the values in each replicate, of shape (R, ...)."""
        width = self.range.upper - self.range.lower
        return self.range.lower * self._draws() + width * (self.sums / 2**UNIT_BITS)

    def _draws(self) -> NDArray[np.int64]:
        return self.draws.reshape(-1, *(1,) * (self.sums.ndim - 1))
