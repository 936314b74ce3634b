"""Averages of probabilities: what is left of an answer that is worked out for each draw and not counted.

Sums are of integers, in units of 2^-22, so like counts they do not depend on the order of the draws.

This module loads no JAX: `tally` sums on the device, and an average adds the sums up.
"""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from datawall.sampling.curve import Floats, deviations_of, share_of

UNIT_BITS = 22
"""Binary digits of a summed probability: it is rounded to 1.2e-7."""

WORD_BITS = 11
"""Binary digits of each of its two words, which can thus be summed over 2^21 draws of a replicate at a time."""


@dataclass
class Average:
    """The average of values of shape (...) from 0 to 1, in R independent replicates.

    Attributes
    ----------
    sums
        Sum of the values in units of 2^-22, int64 of shape (R, ...).
    draws
        Number of draws that are not NaN, int64 of shape (R, ...).
    """

    sums: NDArray[np.int64]
    draws: NDArray[np.int64]

    @classmethod
    def empty(cls, shape: tuple[int, ...], replicates: int) -> Self:
        """Return the average of no draws, for values of `shape`."""
        return cls(np.zeros((replicates, *shape), np.int64), np.zeros((replicates, *shape), np.int64))

    def add(self, words: ArrayLike) -> None:
        """Add the draws of a `tally.Tally`: high words, low words and numbers of draws, (3, R, ...)."""
        high, low, draws = np.asarray(words, np.int64)
        self.sums += (high << WORD_BITS) + low
        self.draws += draws

    @property
    def value(self) -> Floats:
        """The average over all draws, of shape (...)."""
        return share_of(self.sums.sum(axis=0) / 2**UNIT_BITS, self.draws.sum(axis=0))

    @property
    def deviations(self) -> Floats:
        """By how much the average of each replicate deviates from it (`curve.deviations_of`)."""
        return deviations_of(self.sums / 2**UNIT_BITS, self.draws)
