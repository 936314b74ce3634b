"""Counter-based PRNG: a draw depends on (seed, draw index, stream) and on nothing else.

So a run can be partitioned in any way, on any devices, and any single draw can be replayed. The
generator is Threefry-2x32 with 20 rounds. It is written out in elementwise operations because JAX's own
lowers to a rolled loop, which costs four times as much on a CPU.

References
----------
Salmon, Moraes, Dror, Shaw (2011), Parallel random numbers: as easy as 1, 2, 3. doi:10.1145/2063384.2063405
"""

from collections.abc import Iterable
from hashlib import blake2s

import jax
import jax.numpy as jnp
import numpy as np

type _Words = jax.Array | np.ndarray | np.uint32
"""One or more unsigned 32-bit words."""

type Index = tuple[_Words, _Words]
"""A draw index as its (high, low) words, so that it can exceed 2^32 where 64-bit integers are off."""

_ROTATIONS = ((13, 15, 26, 6), (17, 29, 16, 24))
_PARITY = np.uint32(0x1BD11BDA)
_HALF_STEP = np.float32(0.5)
_STEP = np.float32(2.0**-23)

# Giles's single-precision polynomials for erfinv(x)/x, highest power first: near the centre in w - 5/2, in
# the tails in sqrt(w) - 3, with w = -log(1 - x^2).
_CENTRE = (
    *(2.81022636e-08, 3.43273939e-07, -3.5233877e-06, -4.39150654e-06, 2.1858087e-04),
    *(-1.25372503e-03, -4.17768164e-03, 2.46640727e-01, 1.50140941),
)
_TAIL = (
    *(-2.00214257e-04, 1.00950558e-04, 1.34934322e-03, -3.67342844e-03, 5.73950773e-03),
    *(-7.6224613e-03, 9.43887047e-03, 1.00167406, 2.83297682),
)


def threefry2x32[Array: (jax.Array, np.ndarray)](
    key: tuple[Array, Array], counter: tuple[Array, Array]
) -> tuple[Array, Array]:
    """Encrypt a counter with Threefry-2x32-20, on the device or on the host.

    Key and counter are two uint32 words each, which broadcast together; returns two words of 32 random bits.
    """
    schedule = (*key, key[0] ^ key[1] ^ _PARITY)
    x0, x1 = counter[0] + schedule[0], counter[1] + schedule[1]
    for injection in range(1, 6):
        for bits in _ROTATIONS[(injection - 1) % 2]:
            x0 = x0 + x1
            x1 = (x1 << np.uint32(bits)) | (x1 >> np.uint32(32 - bits))
            x1 = x1 ^ x0
        x0 = x0 + schedule[injection % 3]
        x1 = x1 + schedule[(injection + 1) % 3] + np.uint32(injection)
    return x0, x1


def seed_word(seed: int) -> np.uint32:
    """Return a seed in [0, 2^32) as the word that keys the generator."""
    if not 0 <= seed < 2**32:
        raise ValueError(f"seed {seed} is not in [0, 2^32)")
    return np.uint32(seed)


def split_index(index: int) -> tuple[np.uint32, np.uint32]:
    """Return the (high, low) words of a draw index in [0, 2^63).

    Examples
    --------
    >>> split_index(2**32 + 7)
    (np.uint32(1), np.uint32(7))
    """
    if not 0 <= index < 2**63:
        raise ValueError(f"draw index {index} is not in [0, 2^63)")
    return np.uint32(index >> 32), np.uint32(index & 0xFFFFFFFF)


def advance(index: Index, steps: jax.Array) -> tuple[jax.Array, jax.Array]:
    """Return the draw index `steps` (uint32, any shape) after `index`, carrying into the high word."""
    low = steps + index[1]
    return (low < steps).astype(jnp.uint32) + index[0], low


def _stream_id(label: str) -> int:
    """Return the stream of a label: a digest, so a new label never moves the draws of another."""
    return int.from_bytes(blake2s(label.encode(), digest_size=4).digest(), "little")


def stream_ids(labels: Iterable[str]) -> np.ndarray:
    """Return the streams of distinct labels, uint32 of shape (labels,).

    Two runs whose inputs share labels share the random numbers of those inputs.

    Raises
    ------
    ValueError
        If two labels share a stream: their draws would be the same numbers.
    """
    owners: dict[int, str] = {}
    for label in labels:
        stream = _stream_id(label)
        if stream in owners:
            raise ValueError(f"labels {owners[stream]!r} and {label!r} share a random stream: rename one")
        owners[stream] = label
    return np.array(list(owners), dtype=np.uint32)


def random_bits(seed: _Words, first: Index, count: int, streams: _Words) -> jax.Array:
    """Draw random bits, uint32 of shape (streams, count); the arguments are those of `uniforms`."""
    high, low = advance(first, jnp.arange(count, dtype=jnp.uint32))
    key = jnp.asarray(seed), high[None, :]
    bits, _ = threefry2x32(key, (low[None, :], jnp.asarray(streams)[:, None]))
    return bits


def midpoints(bits: jax.Array) -> jax.Array:
    """Return binary fractions (uint32, in units of 2^-32) as float32 strictly inside (0, 1).

    Each is one of the 2^23 midpoints (k + 1/2)·2^-23, which float32 represents exactly: neither 0 nor 1
    can occur, and u and 1 - u are equally likely.
    """
    return ((bits >> np.uint32(9)).astype(jnp.float32) + _HALF_STEP) * _STEP


def uniforms(seed: _Words, first: Index, count: int, streams: _Words) -> jax.Array:
    """Draw uniforms strictly inside (0, 1), the `midpoints` of random bits.

    Parameters
    ----------
    seed
        Scalar uint32 (`seed_word`).
    first
        Index of the first draw (`split_index`).
    count
        Number of consecutive draws, static.
    streams
        uint32 of shape (streams,) (`stream_ids`).

    Returns
    -------
    jax.Array
        float32 of shape (streams, count).

    Examples
    --------
    >>> import numpy as np
    >>> streams = stream_ids(["mfu", "latency_flop"])
    >>> block = uniforms(seed_word(1), split_index(0), 8, streams)
    >>> alone = uniforms(seed_word(1), split_index(5), 1, streams)
    >>> bool(np.all(block[:, 5:6] == alone))
    True
    """
    return midpoints(random_bits(seed, first, count, streams))


def normal_quantile(u: jax.Array) -> jax.Array:
    """Return the standard normal quantile of float32 probabilities from 2^-24 to 1 - 2^-24.

    The relative error is below 4e-7 in both tails: w is formed from u, because 2u - 1 rounds the lower tail
    away. JAX's own is twice as slow on a CPU and takes a second to compile.

    References
    ----------
    Giles (2012), Approximating the erfinv function, in GPU Computing Gems (Jade edition).
    """
    w = -jnp.log(4.0 * u * (1.0 - u))
    in_tail = w >= 5.0
    t = jnp.where(in_tail, jnp.sqrt(w) - 3.0, w - 2.5)
    ratio = jnp.zeros_like(u)
    for centre, tail in zip(_CENTRE, _TAIL, strict=True):
        ratio = ratio * t + jnp.where(in_tail, tail, centre).astype(u.dtype)
    return np.float32(np.sqrt(2.0)) * ratio * (2.0 * u - 1.0)
