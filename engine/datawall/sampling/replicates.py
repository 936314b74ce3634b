"""Replicates: independent randomisations of a point set, dealt out to the draws in turn.

One randomised quasi-random point set gives an estimate without its error; the spread between independent
randomisations gives the error. Draw i is point i // 16 of replicate i % 16, so a run of any length is
balanced, and a shorter run is the beginning of a longer one.
"""

from collections.abc import Callable

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from datawall.sampling.prng import Index, threefry2x32

REPLICATES = 16
"""Number of replicates: standard errors are known to 18 %; a power of two, so that rounds fill a chunk."""

PAGE = 256
"""Points of one replicate that are computed together."""

_PAGE_DRAWS = PAGE * REPLICATES

MOST_DRAWS = 2**32 * REPLICATES
"""Number of draws before they repeat, because point indices have 32 bits."""


def dealt(evaluate: Callable[[jax.Array], jax.Array], first: Index, count: int) -> jax.Array:
    """Return consecutive draws of a replicated point set.

    Parameters
    ----------
    evaluate
        Maps page numbers, uint32 of shape (pages,), to the words of their points in every replicate, of
        shape (rows, pages, 256, 16). Page k holds the points from 256 k on.
    first
        Index of the first draw, below 2^36.
    count
        Number of draws, static.

    Returns
    -------
    jax.Array
        uint32 of shape (rows, count).
    """
    high, low = (jnp.asarray(word, jnp.uint32) for word in first)
    page = (high << np.uint32(20)) | (low >> np.uint32(12))
    pages = (count + _PAGE_DRAWS - 2) // _PAGE_DRAWS + 1
    words = evaluate(page + jnp.arange(pages, dtype=jnp.uint32))
    # the barrier keeps the compiler from recomputing the position of each element
    words = lax.optimization_barrier(words.reshape(len(words), -1))
    skipped = (low % np.uint32(_PAGE_DRAWS)).astype(jnp.int32)
    return lax.dynamic_slice_in_dim(words, skipped, count, axis=1)


def random_words(seed: np.uint32, dimensions: np.ndarray, number: int) -> np.ndarray:
    """Return random words for each dimension of each replicate.

    Parameters
    ----------
    seed
        Scalar uint32 (`prng.seed_word`).
    dimensions
        uint32 of shape (rows,).
    number
        Number of words for each.

    Returns
    -------
    numpy.ndarray
        uint32 of shape (number, rows, 16).
    """
    key = np.full(REPLICATES, seed), np.arange(REPLICATES, dtype=np.uint32)
    words, _ = threefry2x32(key, (np.arange(number, dtype=np.uint32)[:, None, None], dimensions[:, None]))
    return words
