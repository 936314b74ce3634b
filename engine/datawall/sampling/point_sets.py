"""Point sets for quasi-random draws, computed from the index of the draw: Sobol' points and a lattice.

One randomised point set gives an estimate without its error; the spread between independent randomisations,
the replicates, gives the error. Draw i is point i // 16 of replicate i % 16, so a run of any length is
balanced, and a shorter run is the beginning of a longer one. Coordinates are uint32, in units of 2^-32, and
dimensions are counted from 0, below 512.

References
----------
Joe, Kuo (2008), Constructing Sobol sequences with better two-dimensional projections, doi:10.1137/070709359.
Matoušek (1998), On the L2-discrepancy for anchored boxes, doi:10.1006/jcom.1998.0489: the linear scramble.
Owen (2003), Variance with alternative scramblings of digital nets, doi:10.1145/945511.945518: with a random
shift it has the variance of Owen's nested scramble.
Hickernell, Hong, L'Ecuyer, Lemieux (2000), Extensible lattice sequences, doi:10.1137/S1064827599356638.
Hickernell (2002), Obtaining O(N^-2+eps) convergence for lattice quadrature rules, in Monte Carlo and
Quasi-Monte Carlo Methods 2000, doi:10.1007/978-3-642-56046-0_18: the baker's transformation.
"""

from collections.abc import Callable, Iterable
from importlib import resources
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from datawall.sampling.prng import Index, threefry2x32

DIMENSIONS = 512

REPLICATES = 16
"""Number of replicates: standard errors are known to 18 %; a power of two, so that rounds fill a chunk."""

PAGE = 256
"""Points of one replicate that are computed together."""

_PAGE_DRAWS = PAGE * REPLICATES
_PAGE_BITS = PAGE.bit_length() - 1

_BITS = 32
"""Binary digits of a coordinate and of a point index: the points repeat after 2^32."""

MOST_DRAWS = 2**32 * REPLICATES
"""Number of draws before they repeat, because point indices have 32 bits."""


def _dealt(evaluate: Callable[[jax.Array], jax.Array], first: Index, count: int) -> jax.Array:
    """Return consecutive draws of a replicated point set, uint32 of shape (rows, count).

    `evaluate` maps page numbers, uint32 of shape (pages,), to the words of their points in every replicate,
    of shape (rows, pages, 256, 16): page k holds the points from 256 k on. The index `first` is below 2^36.
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
    """Return random words for each dimension of each replicate, uint32 of shape (number, rows, 16)."""
    key = np.full(REPLICATES, seed), np.arange(REPLICATES, dtype=np.uint32)
    words, _ = threefry2x32(key, (np.arange(number, dtype=np.uint32)[:, None, None], dimensions[:, None]))
    return words


class _Shifted(NamedTuple):
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


def shift_lattice(seed: np.uint32, dimensions: np.ndarray) -> _Shifted:
    """Return the lattice of some dimensions with a random shift for each replicate.

    It is an extensible lattice in base 2: the first 2^m points are a lattice for every m up to 32, because a
    point's index is read as a binary fraction with its digits reversed.
    """
    text = resources.files("datawall.sampling").joinpath("lattice.txt").read_text(encoding="utf-8")
    generators = [int(line) for line in text.splitlines() if not line.startswith("#")]
    return _Shifted(np.array(generators, np.uint32)[dimensions], random_words(seed, dimensions, 1)[0])


def lattice_bits(lattice: _Shifted, first: Index, count: int) -> jax.Array:
    """Return the coordinates of consecutive draws, uint32 of shape (rows, count)."""

    def evaluate(pages: jax.Array) -> jax.Array:
        points = pages[:, None] * np.uint32(PAGE) + jnp.arange(PAGE, dtype=jnp.uint32)
        # 16 draws in turn are the same point of each replicate
        index = jnp.repeat(_reversed(points), REPLICATES, axis=1)
        shift = jnp.tile(jnp.asarray(lattice.shift), (1, PAGE))
        return _baked(jnp.asarray(lattice.generator)[:, None, None] * index + shift[:, None])

    return _dealt(evaluate, first, count)


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
    return [1 << (_BITS - 1 - digit) for digit in range(_BITS)]


def _direction_numbers(degree: int, inner: int, *initial: int) -> list[int]:
    """Continue the initial numbers of a dimension by the recurrence of its primitive polynomial."""
    numbers = list(initial)
    coefficients = [(inner >> (degree - 1 - j)) & 1 for j in range(1, degree)]
    for k in range(degree, _BITS):
        number = numbers[k - degree] ^ (numbers[k - degree] << degree)
        for j, coefficient in enumerate(coefficients, start=1):
            number ^= coefficient * (numbers[k - j] << j)
        numbers.append(number)
    return [number << (_BITS - 1 - k) for k, number in enumerate(numbers[:_BITS])]


def scramble_sobol(seed: np.uint32, dimensions: np.ndarray) -> _Scrambled:
    """Return scrambled points: a digit is mixed with random multiples of those before it, then shifted."""
    words = random_words(seed, dimensions, _BITS + 1)
    place = np.array(_place_values(), np.uint32)
    # column j of the scrambling matrix: digit j itself, and random digits after it
    columns = (words[:_BITS] & (place - np.uint32(1))[:, None, None]) | place[:, None, None]
    numbers, directions = direction_numbers(dimensions).T, np.zeros_like(columns)
    for digit, column in zip(place, columns, strict=True):
        has_digit = (numbers & digit) != 0
        directions ^= np.where(has_digit[..., None], column, np.uint32(0))
    page = words[_BITS][:, None]
    for direction in directions[:_PAGE_BITS]:
        page = np.concatenate([page, page ^ direction[:, None]], axis=1)
    return _Scrambled(page, directions[_PAGE_BITS:])


def sobol_bits(scrambled: _Scrambled, first: Index, count: int) -> jax.Array:
    """Return the coordinates of consecutive draws, uint32 of shape (rows, count)."""
    digits = np.arange(_BITS - _PAGE_BITS, dtype=np.uint32)[:, None]
    # points in rows of 256 words, which a CPU processes at full vector width, not in rows of 16
    page = jnp.reshape(scrambled.page, (-1, 1, REPLICATES, PAGE))

    def evaluate(pages: jax.Array) -> jax.Array:
        has_digit = ((pages[None, :] >> digits) & np.uint32(1)) != 0
        change = _xor(
            jnp.where(has_digit[:, None, :, None], scrambled.directions[:, :, None, :], np.uint32(0))
        )
        return page ^ lax.optimization_barrier(jnp.tile(change, (1, 1, REPLICATES)))[:, :, None]

    return _dealt(evaluate, first, count)


def _xor(words: jax.Array) -> jax.Array:
    """Return the exclusive or of words over the leading axis."""
    return lax.reduce(words, np.uint32(0), lax.bitwise_xor, (0,))
