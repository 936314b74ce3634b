"""Numerical experiment: the draws of an analysis, and the compiled evaluation shared by all methods."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cache, partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import ArrayLike
from scipy.sparse.csgraph import connected_components

from datawall.sampling.cdf import Estimate
from datawall.sampling.execution.devices import width
from datawall.sampling.point_sets import PAGE, REPLICATES
from datawall.sampling.prng import split_index
from datawall.sampling.program import compiler_options
from datawall.sampling.samplers import Sampler

type _Function = Callable[[Any, jax.Array], jax.Array]
"""Hashable map from (params, scores of shape (rows, n)) to n values; column i gives value i."""

type Player = tuple[int, ...]
"""Player: rows of scores that become known together, those of an input or of a group of inputs."""

_SMALLEST_CORRELATION = 1e-9
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

    function: _Function
    params: Any
    labels: tuple[str, ...]
    ranks: tuple[int, ...]
    tied: tuple[int, ...] = ()
    correlation: np.ndarray = field(default_factory=lambda: np.eye(0))

    def components(self) -> list[Player]:
        """Return the connected components of correlated rows, which are independent of each other."""
        rows = len(self.labels)
        linked = np.eye(rows, dtype=bool)
        linked[np.ix_(self.tied, self.tied)] |= np.abs(self.correlation) > _SMALLEST_CORRELATION
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


def mean_of(values: ArrayLike) -> Estimate:
    """Return the mean over replicates and its standard error, from values of shape (..., replicates).

    Examples
    --------
    >>> value, mcse = mean_of([1.0, 3.0])
    >>> float(value), float(mcse)
    (2.0, 1.0)
    """
    values = np.asarray(values, float)
    with np.errstate(invalid="ignore"):  # the spread of infinities is nan
        return Estimate(values.mean(-1), values.std(-1, ddof=1) / np.sqrt(values.shape[-1]))


def ratio_of(numerator: ArrayLike, denominator: ArrayLike) -> Estimate:
    """Return the ratio of two means over replicates, its standard error by linearisation.

    Numerator and denominator broadcast to shape (..., replicates).
    """
    numerator, denominator = np.asarray(numerator, float), np.asarray(denominator, float)
    scale = denominator.mean(-1)
    value = numerator.mean(-1) / scale
    return Estimate(value, mean_of(numerator - value[..., None] * denominator).mcse / np.abs(scale))


_COPIES = 3
"""Number of independent sets of scores: one that becomes known, and two for the unknown scores."""
CHUNK = PAGE * REPLICATES
"""Number of draws evaluated at once; on a CPU their arrays fit in a core's cache."""


def _values(
    function: _Function,
    tied: tuple[int, ...],
    params: Any,
    factor: jax.Array,
    known: jax.Array,
    kept: jax.Array,
    anew: jax.Array,
) -> jax.Array:
    scores = jnp.where(known[:, None], kept, anew)
    if tied:
        rows = np.array(tied)
        mixed = sum(factor[:, k, None] * scores[row] for k, row in enumerate(tied))
        scores = scores.at[rows].set(mixed)
    # the barrier keeps the compiler from recomputing the mixture in each consumer
    scores = jax.lax.optimization_barrier(scores.reshape(len(scores), -1))
    return function(params, scores).reshape(kept.shape[1:])


@cache
def _program(backend: str) -> Callable[..., jax.Array]:
    """Return `_values` compiled for a backend, once for all experiments with a function."""
    return jax.jit(_values, static_argnums=(0, 1), compiler_options=compiler_options(backend))


class Experiment:
    """Evaluator of a problem with some scores kept and the others redrawn conditionally on them.

    Draws come in chunks of shape (256, 16): 256 points of each of 16 independent randomisations, whose spread
    gives the standard error of an index.

    Parameters
    ----------
    problem
        The problem to analyse.
    draws
        At least 1; whole chunks of 4096 are drawn.
    seed, sampler
        Seed and sampler of the draws.
    """

    def __init__(self, problem: SensitivityProblem, draws: int, seed: int, sampler: Sampler):
        self.problem = problem
        self.chunks = -(-draws // CHUNK)
        self.seed = seed
        labels = [f"{copy}/{label}" for copy in range(_COPIES) for label in problem.labels]
        size = len(problem.labels)
        ranks = [copy * size + rank for copy in range(_COPIES) for rank in problem.ranks]
        self._points = sampler.points(seed, sampler.address(labels, ranks))
        self._scores = jax.jit(partial(sampler.scores, count=CHUNK))
        self._params = jax.device_put(problem.params)
        self._evaluate = partial(_program(jax.default_backend()), problem.function, problem.tied)
        self.values(np.ones(size, bool), *[np.zeros((size, PAGE, REPLICATES), np.float32)] * 2)  # compiles

    def scores(self, chunk: int) -> jax.Array:
        """Return the independent scores of a chunk, float32 of shape (3, rows, 256, 16)."""
        found = self._scores(self._points, split_index(chunk * CHUNK))
        return found.reshape(_COPIES, -1, PAGE, REPLICATES)

    def correlated(self, scores: jax.Array) -> np.ndarray:
        """Return independent scores of shape (rows, 256, 16) with the correlations of the problem."""
        found = np.array(scores)
        tied = list(self.problem.tied)
        factor = self.problem.factors(np.zeros((len(found), REPLICATES)))
        found[tied] = np.einsum("ijr,jpr->ipr", factor, found[tied])
        return found

    def values(
        self, known: np.ndarray, kept: Any, anew: Any, position: np.ndarray | None = None
    ) -> np.ndarray:
        """Return the function with the scores `kept` in the known rows and the others redrawn.

        Parameters
        ----------
        known
            Bool of shape (rows,) or (rows, replicates).
        kept, anew
            Independent scores, of shape (rows, 256, 16).
        position
            Order in which rows become known, of shape (rows, replicates); known rows come before all others.
            By default all become known at once.

        Returns
        -------
        ndarray
            float64 of shape (256, 16).
        """
        known = np.broadcast_to(known.reshape(len(known), -1), (len(known), REPLICATES))
        factor = self.problem.factors(~known if position is None else position)
        found = self._evaluate(self._params, factor, known, kept, anew)
        return np.asarray(found, np.float64)

    def at(self, scores: np.ndarray) -> np.ndarray:
        """Return the function at scores of shape (rows, n), ignoring their correlations: an intervention."""
        n = scores.shape[1]
        # blocks of one shape, so that nothing is recompiled
        filled = np.zeros((len(scores), -(-n // CHUNK) * CHUNK), np.float32)
        filled[:, :n] = scores
        size = len(self.problem.tied)
        identity = np.repeat(np.eye(size, dtype=np.float32)[:, :, None], REPLICATES, axis=2)
        known = np.ones((len(scores), REPLICATES), bool)
        parts = []
        for part in np.split(filled, filled.shape[1] // CHUNK, axis=1):
            block = part.reshape(-1, PAGE, REPLICATES)
            parts.append(np.asarray(self._evaluate(self._params, identity, known, block, block)).ravel())
        return np.concatenate(parts)[:n].astype(np.float64)

    def over_chunks[T](self, work: Callable[[int, jax.Array], T], chunks: int | None = None) -> list[T]:
        """Return ``work(chunk, scores)`` of each chunk, computed in a thread for each core."""
        x64 = jax.config.jax_enable_x64

        def run(chunk: int) -> T:
            with jax.enable_x64(x64):  # JAX's precision setting is local to a thread
                return work(chunk, self.scores(chunk))

        with ThreadPoolExecutor(width()) as pool:
            return list(pool.map(run, range(chunks or self.chunks)))

    def plain(self) -> tuple[np.ndarray, np.ndarray]:
        """Return plain draws: scores of shape (rows, n, 16) and values of shape (n, 16)."""
        everything = np.ones(len(self.problem.labels), bool)

        def work(_: int, scores: jax.Array) -> tuple[np.ndarray, np.ndarray]:
            return self.correlated(scores[0]), self.values(everything, scores[0], scores[1])

        scores, values = zip(*self.over_chunks(work), strict=True)
        return np.concatenate(scores, axis=1), np.concatenate(values)

    def active(self, players: Sequence[Player]) -> list[bool]:
        """Return which players change the function in at least one of 4096 draws."""
        (scores,) = self.over_chunks(lambda _, scores: scores, 1)
        first, second, _ = map(self.correlated, scores)
        plain = self.at(first.reshape(len(first), -1))

        def changes(player: Player) -> bool:
            swapped = first.copy()
            swapped[list(player)] = second[list(player)]
            return not np.array_equal(self.at(swapped.reshape(len(swapped), -1)), plain, equal_nan=True)

        with ThreadPoolExecutor(width()) as pool:
            return list(pool.map(changes, players))
