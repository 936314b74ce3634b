"""A function of correlated normal scores, and whose scores are known first."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import jax
import numpy as np
from scipy.sparse.csgraph import connected_components

type Function = Callable[[Any, jax.Array], jax.Array]
"""Maps (params, scores of shape (rows, n)) to n values; column i gives value i. Hashable."""

type Player = tuple[int, ...]
"""The rows of scores that are known, or not, together: those of an input or of a group of inputs."""

SMALLEST_CORRELATION = 1e-9
"""Below this, what a Cholesky factor leaves of a zero."""


@dataclass(frozen=True, eq=False)
class Problem:
    """A function whose inputs are standard normal scores under a Gaussian copula.

    Attributes
    ----------
    function, params
        What is analysed, and the numbers that it is traced with.
    labels
        A name for each row of scores.
    ranks
        Which dimension of the point set each row takes, the best spread first.
    tied
        The rows that are correlated with others.
    correlation
        Of the tied rows, in their order.
    """

    function: Function
    params: Any
    labels: tuple[str, ...]
    ranks: tuple[int, ...]
    tied: tuple[int, ...] = ()
    correlation: np.ndarray = field(default_factory=lambda: np.eye(0))

    def components(self) -> list[Player]:
        """Return the rows that hang together, each component in order: components are independent."""
        rows = len(self.labels)
        linked = np.eye(rows, dtype=bool)
        linked[np.ix_(self.tied, self.tied)] |= np.abs(self.correlation) > SMALLEST_CORRELATION
        number, owner = connected_components(linked, directed=False)
        return sorted(tuple(np.flatnonzero(owner == k).tolist()) for k in range(number))

    def factors(self, position: np.ndarray) -> np.ndarray:
        """Return the Cholesky factor that makes scores known one after another.

        The scores of the rows before a position depend on the independent scores of these rows alone. So to
        keep the latter and to draw the others anew is to draw from the exact conditional distribution.

        Parameters
        ----------
        position
            Of each row, of shape (rows, replicates); ties in any order.

        Returns
        -------
        ndarray
            Shape (tied, tied, replicates): correlated from independent scores, both in the order of `tied`.
        """
        order = np.argsort(position[list(self.tied)].T, axis=1, kind="stable")
        lower = np.linalg.cholesky(self.correlation[order[:, :, None], order[:, None, :]])
        back = np.argsort(order, axis=1)
        replicate = np.arange(len(order))[:, None, None]
        return np.moveaxis(lower[replicate, back[:, :, None], back[:, None, :]], 0, -1).astype(np.float32)

    def mask(self, player: Sequence[int]) -> np.ndarray:
        """Return which rows are a player's, of shape (rows,)."""
        mask = np.zeros(len(self.labels), bool)
        mask[list(player)] = True
        return mask
