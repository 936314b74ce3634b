"""Counting on the device: how a compiled program tallies chunks of draws for a sketch to add up."""

from typing import NamedTuple

import jax
import jax.numpy as jnp

from datawall.sampling.sketch import Histogram


class Tally(NamedTuple):
    """Counts of one block of draws, on the device.

    Attributes
    ----------
    counts
        int32 of shape (..., bins + 3): below, the bins, at or above, NaN.
    minimum, maximum
        Extremes of the values inside the range, of shape (...); inf and -inf when there are none.
    """

    counts: jax.Array
    minimum: jax.Array
    maximum: jax.Array


def empty_tally(histogram: Histogram, shape: tuple[int, ...], dtype: jax.typing.DTypeLike) -> Tally:
    """Return the tally of no draws, for quantities of `shape` with values of `dtype`."""
    dtype = jnp.promote_types(dtype, jnp.float32)
    counts = jnp.zeros((*shape, histogram.bins + 3), jnp.int32)
    return Tally(counts, jnp.full(shape, jnp.inf, dtype), jnp.full(shape, -jnp.inf, dtype))


def count(histogram: Histogram, tally: Tally, values: jax.Array, valid: jax.Array) -> Tally:
    """Add a chunk of draws to a tally.

    Parameters
    ----------
    histogram
        Range and resolution.
    tally
        Counts so far, of quantities of shape (...).
    values
        Draws of those quantities, of shape (..., n).
    valid
        Which of the n draws to count, of shape (n,).

    Returns
    -------
    Tally
        `tally` with the valid draws added.
    """
    values = values.astype(tally.minimum.dtype).reshape(-1, values.shape[-1])
    valid = jnp.broadcast_to(valid[None, :], values.shape)
    slots = histogram.bins + 3
    rows = slots * jnp.arange(values.shape[0], dtype=jnp.int32)
    # One flat scatter is the cheapest on a CPU: half the cost of one scatter for each row.
    flat = (rows[:, None] + _slot(histogram, values)).reshape(-1)
    weights = valid.astype(jnp.int32).reshape(-1)
    counts = tally.counts.reshape(-1).at[flat].add(weights, mode="promise_in_bounds")
    inside = valid & (values >= histogram.lower) & (values < histogram.upper)
    shape = tally.minimum.shape
    smallest = jnp.min(jnp.where(inside, values, jnp.inf), axis=-1).reshape(shape)
    largest = jnp.max(jnp.where(inside, values, -jnp.inf), axis=-1).reshape(shape)
    return Tally(
        counts.reshape(tally.counts.shape),
        jnp.minimum(tally.minimum, smallest),
        jnp.maximum(tally.maximum, largest),
    )


def _slot(histogram: Histogram, values: jax.Array) -> jax.Array:
    """Return the position of each value among the slots of `Tally.counts`."""
    lower, upper, bins = histogram.lower, histogram.upper, histogram.bins
    position = jnp.floor((values - lower) * (bins / (upper - lower)))
    slot = jnp.clip(position, 0, bins - 1).astype(jnp.int32) + 1
    slot = jnp.where(values < lower, 0, slot)
    slot = jnp.where(values >= upper, bins + 1, slot)
    return jnp.where(jnp.isnan(values), bins + 2, slot)
