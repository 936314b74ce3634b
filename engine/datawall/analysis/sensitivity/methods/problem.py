"""Sensitivity problem: a function of normal scores under a Gaussian copula."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import jax
import numpy as np
from scipy.sparse.csgraph import connected_components

type Function = Callable[[Any, jax.Array], jax.Array]
"""Hashable map from (params, scores of shape (rows, n)) to n values; column i gives value i."""

type Player = tuple[int, ...]
"""Player: rows of scores that become known together, those of an input or of a group of inputs."""

SMALLEST_CORRELATION = 1e-9
"""Threshold below which an element of a Cholesky factor is a rounded zero."""


@dataclass(frozen=True, eq=False)
class SensitivityProblem:
    """A function whose inputs are standard normal scores under a Gaussian copula.

    Attributes
    ----------
    function, params
        Function to analyse, and its traced parameters.
    labels
        A name for each row of scores.
    ranks
        Dimension of the point set for each row; lower ones are better spread.
    tied
        The rows that are correlated with others.
    correlation
        Correlation matrix of the tied rows, in their order.
    """

    function: Function
    params: Any
    labels: tuple[str, ...]
    ranks: tuple[int, ...]
    tied: tuple[int, ...] = ()
    correlation: np.ndarray = field(default_factory=lambda: np.eye(0))

    def components(self) -> list[Player]:
        """Return the connected components of correlated rows, which are independent of each other."""
        rows = len(self.labels)
        linked = np.eye(rows, dtype=bool)
        linked[np.ix_(self.tied, self.tied)] |= np.abs(self.correlation) > SMALLEST_CORRELATION
        number, owner = connected_components(linked, directed=False)
        return sorted(tuple(np.flatnonzero(owner == k).tolist()) for k in range(number))

    def factors(self, position: np.ndarray) -> np.ndarray:
        """Return the Cholesky factor of the scores in the order in which they become known.

        The scores of the rows before a position depend on the independent scores of these rows alone. So to
        keep the latter and to draw the others anew is to draw from the exact conditional distribution.

        Parameters
        ----------
        position
            Position of each row in the order, of shape (rows, replicates); ties in any order.

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
        """Return the mask of a player's rows, of shape (rows,)."""
        mask = np.zeros(len(self.labels), bool)
        mask[list(player)] = True
        return mask
