"""Lattice points of rank 1 with the baker's transformation, computed from the index of the draw.

The lattice is an extensible one in base 2: the first 2^m points are a lattice for every m up to 32, because a
point's index is read as a binary fraction with its digits reversed.

References
----------
Hickernell, Hong, L'Ecuyer, Lemieux (2000), Extensible lattice sequences, doi:10.1137/S1064827599356638.
Hickernell (2002), Obtaining O(N^-2+eps) convergence for lattice quadrature rules, in Monte Carlo and
Quasi-Monte Carlo Methods 2000, doi:10.1007/978-3-642-56046-0_18: the baker's transformation.
"""

from importlib import resources
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from datawall.sampling.prng import Index
from datawall.sampling.replicates import PAGE, REPLICATES, dealt, random_words

DIMENSIONS = 512


class Shifted(NamedTuple):
    """A lattice and its random shifts.

    Attributes
    ----------
    generator
        Odd numbers in units of 2^-32, uint32 of shape (rows,).
    shift
        In the same units, of shape (rows, 16).
    """

    generator: np.ndarray
    shift: np.ndarray


def generators(dimensions: np.ndarray) -> np.ndarray:
    """Return the generating vector of dimensions counted from 0."""
    text = resources.files("datawall.sampling").joinpath("lattice.txt").read_text(encoding="utf-8")
    numbers = [int(line) for line in text.splitlines() if not line.startswith("#")]
    return np.array(numbers, np.uint32)[dimensions]


def shifted(seed: np.uint32, dimensions: np.ndarray) -> Shifted:
    """Return the lattice with a random shift for each replicate.

    Parameters
    ----------
    seed
        Scalar uint32 (`prng.seed_word`).
    dimensions
        Counted from 0, below 512; uint32 of shape (rows,).
    """
    return Shifted(generators(dimensions), random_words(seed, dimensions, 1)[0])


def bits(lattice: Shifted, first: Index, count: int) -> jax.Array:
    """Return coordinates of consecutive draws as binary fractions.

    Parameters
    ----------
    lattice
        As `shifted` returns it.
    first, count
        As for `replicates.dealt`.

    Returns
    -------
    jax.Array
        uint32 of shape (rows, count), in units of 2^-32.
    """

    def evaluate(pages: jax.Array) -> jax.Array:
        points = pages[:, None] * np.uint32(PAGE) + jnp.arange(PAGE, dtype=jnp.uint32)
        # 16 draws in turn are the same point of each replicate
        index = jnp.repeat(_reversed(points), REPLICATES, axis=1)
        shift = jnp.tile(jnp.asarray(lattice.shift), (1, PAGE))
        return _baked(jnp.asarray(lattice.generator)[:, None, None] * index + shift[:, None])

    return dealt(evaluate, first, count)


def _baked(x: jax.Array) -> jax.Array:
    """Return ``1 - |2x - 1|`` of binary fractions, which makes a periodic integrand of any.

    Examples
    --------
    >>> _baked(jnp.array([1 << 30, 3 << 30], jnp.uint32)) >> np.uint32(28)
    Array([8, 7], dtype=uint32)
    """
    return jnp.where(x >> np.uint32(31), ~(x << np.uint32(1)), x << np.uint32(1))


def _reversed(words: jax.Array) -> jax.Array:
    """Return words with the order of their bits reversed."""
    for width, mask in ((1, 0x55555555), (2, 0x33333333), (4, 0x0F0F0F0F), (8, 0x00FF00FF), (16, 0x0000FFFF)):
        shift, low = np.uint32(width), np.uint32(mask)
        words = ((words >> shift) & low) | ((words & low) << shift)
    return words
