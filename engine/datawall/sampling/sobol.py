"""Sobol' points, scrambled, computed from the index of the draw.

References
----------
Joe, Kuo (2008), Constructing Sobol sequences with better two-dimensional projections, doi:10.1137/070709359.
Matoušek (1998), On the L2-discrepancy for anchored boxes, doi:10.1006/jcom.1998.0489: the linear scramble.
Owen (2003), Variance with alternative scramblings of digital nets, doi:10.1145/945511.945518: with a random
shift it has the variance of Owen's nested scramble.
"""

from collections.abc import Iterable
from importlib import resources
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from datawall.sampling.prng import Index
from datawall.sampling.replicates import PAGE, REPLICATES, dealt, random_words

BITS = 32
"""Binary digits of a coordinate and of a point index: the points repeat after 2^32."""

DIMENSIONS = 512

_PAGE_BITS = PAGE.bit_length() - 1


class _Scrambled(NamedTuple):
    """Scrambled points of every dimension and replicate.

    Attributes
    ----------
    page
        The points of the first page, uint32 of shape (rows, 256, 16).
    directions
        Change of the points by each further digit of the index, uint32 of shape (24, rows, 16).
    """

    page: np.ndarray
    directions: np.ndarray


def direction_numbers(dimensions: Iterable[int]) -> np.ndarray:
    """Return the direction numbers of dimensions counted from 0, uint32 of shape (len(dimensions), 32).

    Examples
    --------
    >>> direction_numbers([0, 1])[:, :3] >> np.uint32(29)
    array([[4, 2, 1],
           [4, 6, 5]], dtype=uint32)
    """
    text = resources.files("datawall.sampling").joinpath("sobol.txt").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    rows = [_direction_numbers(*map(int, lines[d - 1].split())) if d else _place_values() for d in dimensions]
    return np.array(rows, np.uint32)


def _place_values() -> list[int]:
    """Return the place value of each digit: the direction numbers of the first dimension."""
    return [1 << (BITS - 1 - digit) for digit in range(BITS)]


def _direction_numbers(degree: int, inner: int, *initial: int) -> list[int]:
    """Continue the initial numbers of a dimension by the recurrence of its primitive polynomial."""
    numbers = list(initial)
    coefficients = [(inner >> (degree - 1 - j)) & 1 for j in range(1, degree)]
    for k in range(degree, BITS):
        number = numbers[k - degree] ^ (numbers[k - degree] << degree)
        for j, coefficient in enumerate(coefficients, start=1):
            number ^= coefficient * (numbers[k - j] << j)
        numbers.append(number)
    return [number << (BITS - 1 - k) for k, number in enumerate(numbers[:BITS])]


def scramble(seed: np.uint32, dimensions: np.ndarray) -> _Scrambled:
    """Return scrambled points: every digit is mixed with random multiples of those before it, then shifted.

    Parameters
    ----------
    seed
        Scalar uint32 (`prng.seed_word`).
    dimensions
        Counted from 0, below 512; uint32 of shape (rows,).
    """
    words = random_words(seed, dimensions, BITS + 1)
    place = np.array(_place_values(), np.uint32)
    # column j of the scrambling matrix: digit j itself, and random digits after it
    columns = (words[:BITS] & (place - np.uint32(1))[:, None, None]) | place[:, None, None]
    numbers, directions = direction_numbers(dimensions).T, np.zeros_like(columns)
    for digit, column in zip(place, columns, strict=True):
        has_digit = (numbers & digit) != 0
        directions ^= np.where(has_digit[..., None], column, np.uint32(0))
    page = words[BITS][:, None]
    for direction in directions[:_PAGE_BITS]:
        page = np.concatenate([page, page ^ direction[:, None]], axis=1)
    return _Scrambled(page, directions[_PAGE_BITS:])


def bits(scrambled: _Scrambled, first: Index, count: int) -> jax.Array:
    """Return coordinates of consecutive draws as binary fractions.

    Parameters
    ----------
    scrambled
        As `scramble` returns it.
    first, count
        As for `replicates.dealt`.

    Returns
    -------
    jax.Array
        uint32 of shape (rows, count), in units of 2^-32.
    """
    digits = np.arange(BITS - _PAGE_BITS, dtype=np.uint32)[:, None]
    # points in rows of 256 words, which a CPU processes at full vector width, not in rows of 16
    page = jnp.reshape(scrambled.page, (-1, 1, REPLICATES, PAGE))

    def evaluate(pages: jax.Array) -> jax.Array:
        has_digit = ((pages[None, :] >> digits) & np.uint32(1)) != 0
        change = _xor(
            jnp.where(has_digit[:, None, :, None], scrambled.directions[:, :, None, :], np.uint32(0))
        )
        return page ^ lax.optimization_barrier(jnp.tile(change, (1, 1, REPLICATES)))[:, :, None]

    return dealt(evaluate, first, count)


def _xor(words: jax.Array) -> jax.Array:
    """Return the exclusive or of words over the leading axis."""
    return lax.reduce(words, np.uint32(0), lax.bitwise_xor, (0,))
