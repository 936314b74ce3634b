"""Counting on the device: how a compiled program tallies chunks of draws for sketches to add up.

All outputs are counted together, in one flat array: few large kernels compile in a fraction of the time of
many small ones, and one flat scatter is the cheapest on a CPU.
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from datawall.sampling.sketch import Histogram


class Tally(NamedTuple):
    """Counts of one block of draws.

    Attributes
    ----------
    counts
        int32, flat: for each quantity of each output below, the bins, at or above, NaN.
    minimum, maximum
        Extremes of the values inside the range, one for each quantity; inf and -inf when there are none.
    """

    counts: jax.Array
    minimum: jax.Array
    maximum: jax.Array


@dataclass(frozen=True)
class Counted:
    """An output that is counted: its name, its range and resolution, and its shape without the draws."""

    name: str
    histogram: Histogram
    shape: tuple[int, ...]

    @property
    def quantities(self) -> int:
        """Number of quantities that it holds."""
        return math.prod(self.shape)

    @property
    def slots(self) -> int:
        """Number of counts of one quantity."""
        return self.histogram.bins + 3


@dataclass(frozen=True)
class Layout:
    """Where the counts of each output lie."""

    outputs: tuple[Counted, ...]

    def _of_each_quantity(self, values: list[float]) -> np.ndarray:
        """Repeat a value of each output for its quantities, as a column."""
        return np.repeat(np.array(values), [output.quantities for output in self.outputs])[:, None]

    @cached_property
    def lower(self) -> np.ndarray:
        """Lower end of the range of each quantity, of shape (quantities, 1)."""
        return self._of_each_quantity([output.histogram.lower for output in self.outputs])

    @cached_property
    def upper(self) -> np.ndarray:
        """Upper end of the range of each quantity, of shape (quantities, 1)."""
        return self._of_each_quantity([output.histogram.upper for output in self.outputs])

    @cached_property
    def bins(self) -> np.ndarray:
        """Bins of each quantity, of shape (quantities, 1)."""
        return self._of_each_quantity([output.histogram.bins for output in self.outputs])

    @cached_property
    def first(self) -> np.ndarray:
        """Place of the first count of each quantity, of shape (quantities, 1)."""
        slots = self._of_each_quantity([output.slots for output in self.outputs])
        return np.cumsum(slots, axis=0) - slots

    @property
    def slots(self) -> int:
        """Number of all counts."""
        return sum(output.quantities * output.slots for output in self.outputs)

    def split(self, tally: Tally) -> Iterator[tuple[str, np.ndarray, np.ndarray, np.ndarray]]:
        """Yield name, counts of shape (..., bins + 3), minimum and maximum of shape (...) of each output."""
        slot = quantity = 0
        for output in self.outputs:
            slots, quantities = output.quantities * output.slots, output.quantities
            counts = np.asarray(tally.counts[slot : slot + slots]).reshape(*output.shape, output.slots)
            own = slice(quantity, quantity + quantities)
            minimum = np.asarray(tally.minimum[own]).reshape(output.shape)
            maximum = np.asarray(tally.maximum[own]).reshape(output.shape)
            yield output.name, counts, minimum, maximum
            slot, quantity = slot + slots, quantity + quantities


def empty_tally(layout: Layout, dtype: jax.typing.DTypeLike) -> Tally:
    """Return the tally of no draws, of values of `dtype`."""
    quantities = len(layout.lower)
    return Tally(
        jnp.zeros(layout.slots, jnp.int32),
        jnp.full(quantities, jnp.inf, dtype),
        jnp.full(quantities, -jnp.inf, dtype),
    )


def count(layout: Layout, tally: Tally, outputs: Mapping[str, jax.Array], valid: jax.Array) -> Tally:
    """Add a chunk of draws to a tally.

    Parameters
    ----------
    layout
        What is counted, and where.
    tally
        Counts so far.
    outputs
        Draws of each output, of shape (..., n); those that are not counted are passed over.
    valid
        Which of the n draws to count, of shape (n,).

    Returns
    -------
    Tally
        `tally` with the valid draws added.
    """
    dtype = tally.minimum.dtype
    rows = [outputs[output.name].astype(dtype).reshape(-1, valid.size) for output in layout.outputs]
    values = jnp.concatenate(rows)
    lower, upper = jnp.asarray(layout.lower, dtype), jnp.asarray(layout.upper, dtype)
    places = jnp.asarray(layout.first, jnp.int32) + _slot(values, lower, upper, layout.bins)
    weights = jnp.broadcast_to(valid.astype(jnp.int32), values.shape)
    counts = tally.counts.at[places.reshape(-1)].add(weights.reshape(-1), mode="promise_in_bounds")
    inside = valid & (values >= lower) & (values < upper)
    return Tally(
        counts,
        jnp.minimum(tally.minimum, jnp.min(jnp.where(inside, values, jnp.inf), axis=-1)),
        jnp.maximum(tally.maximum, jnp.max(jnp.where(inside, values, -jnp.inf), axis=-1)),
    )


def _slot(values: jax.Array, lower: jax.Array, upper: jax.Array, bins: np.ndarray) -> jax.Array:
    """Return the position of each value among the slots of its quantity."""
    last = jnp.asarray(bins, jnp.int32)
    position = jnp.floor((values - lower) * (last.astype(values.dtype) / (upper - lower)))
    slot = jnp.clip(position, 0, last.astype(values.dtype) - 1).astype(jnp.int32) + 1
    slot = jnp.where(values < lower, 0, slot)
    slot = jnp.where(values >= upper, last + 1, slot)
    return jnp.where(jnp.isnan(values), last + 2, slot)
