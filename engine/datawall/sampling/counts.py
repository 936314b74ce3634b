"""Tallies: integer counts of chunks of draws on the device, which sketches add up.

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

from datawall.sampling.summaries import UNIT_BITS, Average, Histogram, Range, Sketch

type _Summary = Sketch | Average

_LARGEST_GROUP = 2 ** (31 - UNIT_BITS)
"""Number of draws summed in one word, before the sums are split into two words."""

_WORD_BITS = UNIT_BITS // 2


class Tally(NamedTuple):
    """Counts of one block of draws.

    Attributes
    ----------
    counts
        int32, flat: for each counted output, replicate and quantity below, the bins, at or above, NaN.
    minimum, maximum
        Extremes of the values inside the range, one for each quantity; inf and -inf when there are none.
    sums
        uint32 of shape (2, quantities + 1, R), high and low words: sums of the values of the averaged
        outputs, and last the number of draws of which none is NaN.
    """

    counts: jax.Array
    minimum: jax.Array
    maximum: jax.Array
    sums: jax.Array


@dataclass(frozen=True)
class CountedOutput:
    """Counted output: its name, its range and resolution, and its shape without the draws."""

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
class AveragedOutput:
    """Averaged output: its name, the range of its values, and its shape without the draws."""

    name: str
    range: Range
    shape: tuple[int, ...]

    @property
    def quantities(self) -> int:
        """Number of quantities that it holds."""
        return math.prod(self.shape)


@dataclass(frozen=True)
class Layout:
    """Layout of a tally: counted and averaged outputs, their replicates, and the position of each count."""

    outputs: tuple[CountedOutput, ...]
    averages: tuple[AveragedOutput, ...] = ()
    replicates: int = 1

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
    def stride(self) -> np.ndarray:
        """Counts of one replicate of the output that each quantity belongs to, of shape (quantities, 1)."""
        return self._of_each_quantity([output.quantities * output.slots for output in self.outputs])

    @cached_property
    def first(self) -> np.ndarray:
        """Place of the first count of each quantity in the first replicate, of shape (quantities, 1)."""
        sizes = [output.quantities * output.slots for output in self.outputs]
        begins = self.replicates * (np.cumsum(sizes) - sizes)
        offsets = [np.arange(output.quantities) * output.slots for output in self.outputs]
        return np.concatenate([begin + own for begin, own in zip(begins, offsets, strict=True)])[:, None]

    @property
    def slots(self) -> int:
        """Number of all counts."""
        return self.replicates * sum(output.quantities * output.slots for output in self.outputs)

    def empty(self) -> dict[str, _Summary]:
        """Return an empty summary (sketch or average) of each output."""
        counted = {o.name: Sketch.empty(o.histogram, o.shape, self.replicates) for o in self.outputs}
        return counted | {o.name: Average.empty(o.range, o.shape, self.replicates) for o in self.averages}

    def split(self, tally: Tally) -> Iterator[tuple[str, *tuple[np.ndarray, ...]]]:
        """Yield the name of each output and the arguments of `Sketch.add` or `Average.add`."""
        slot = quantity = 0
        for output in self.outputs:
            slots, quantities = self.replicates * output.quantities * output.slots, output.quantities
            counts = np.asarray(tally.counts[slot : slot + slots])
            counts = counts.reshape(self.replicates, *output.shape, output.slots)
            own = slice(quantity, quantity + quantities)
            minimum = np.asarray(tally.minimum[own]).reshape(output.shape)
            maximum = np.asarray(tally.maximum[own]).reshape(output.shape)
            yield output.name, counts, minimum, maximum
            slot, quantity = slot + slots, quantity + quantities
        *sums, draws = np.split(whole(tally.sums), np.cumsum([o.quantities for o in self.averages]))
        for output, own in zip(self.averages, sums, strict=True):
            yield output.name, own.T.reshape(self.replicates, *output.shape), draws[0]


def whole(sums: jax.typing.ArrayLike) -> np.ndarray:
    """Return `Tally.sums` as whole numbers, which unlike their two words do not depend on the chunks."""
    high, low = np.asarray(sums, np.int64)
    return (high << _WORD_BITS) + low


def empty_tally(layout: Layout, dtype: jax.typing.DTypeLike) -> Tally:
    """Return the tally of no draws, of values of `dtype`."""
    quantities = len(layout.lower)
    return Tally(
        jnp.zeros(layout.slots, jnp.int32),
        jnp.full(quantities, jnp.inf, dtype),
        jnp.full(quantities, -jnp.inf, dtype),
        jnp.zeros((2, sum(o.quantities for o in layout.averages) + 1, layout.replicates), jnp.uint32),
    )


def count(
    layout: Layout, tally: Tally, outputs: Mapping[str, jax.Array], first: jax.Array, valid: jax.Array
) -> Tally:
    """Add a chunk of draws to a tally.

    Parameters
    ----------
    layout, tally
        The layout, and the counts so far.
    outputs
        Draws of each output, of shape (..., n); those not in the layout are ignored.
    first
        Low word of the index of the first draw, uint32.
    valid
        Which of the n draws to count, of shape (n,).
    """
    if layout.outputs:
        tally = _count(layout, tally, outputs, first, valid)
    return (
        tally._replace(sums=tally.sums + _sums(layout, outputs, first, valid)) if layout.averages else tally
    )


def _count(
    layout: Layout, tally: Tally, outputs: Mapping[str, jax.Array], first: jax.Array, valid: jax.Array
) -> Tally:
    dtype = tally.minimum.dtype
    rows = [outputs[output.name].astype(dtype).reshape(-1, valid.size) for output in layout.outputs]
    values = jnp.concatenate(rows)
    lower, upper = jnp.asarray(layout.lower, dtype), jnp.asarray(layout.upper, dtype)
    replicate = (first + jnp.arange(valid.size, dtype=jnp.uint32)) % np.uint32(layout.replicates)
    stride = jnp.asarray(layout.stride, jnp.int32)
    begin = jnp.asarray(layout.first, jnp.int32) + stride * replicate.astype(jnp.int32)
    places = begin + _slot(values, lower, upper, layout.bins)
    weights = jnp.broadcast_to(valid.astype(jnp.int32), values.shape)
    counts = tally.counts.at[places.reshape(-1)].add(weights.reshape(-1), mode="promise_in_bounds")
    inside = valid & (values >= lower) & (values < upper)
    return tally._replace(
        counts=counts,
        minimum=jnp.minimum(tally.minimum, jnp.min(jnp.where(inside, values, jnp.inf), axis=-1)),
        maximum=jnp.maximum(tally.maximum, jnp.max(jnp.where(inside, values, -jnp.inf), axis=-1)),
    )


def _sums(layout: Layout, outputs: Mapping[str, jax.Array], first: jax.Array, valid: jax.Array) -> jax.Array:
    """Return the sums of a chunk, to be added to `Tally.sums`."""
    shares = [
        (outputs[part.name] - part.range.lower) / (part.range.upper - part.range.lower)
        for part in layout.averages
    ]
    values = jnp.concatenate([share.astype(jnp.float32).reshape(-1, valid.size) for share in shares])
    used = valid & ~jnp.isnan(values).any(axis=0)
    units = jnp.where(used, jnp.clip(values, 0.0, 1.0), 0.0) * np.float32(2**UNIT_BITS)
    rows = jnp.concatenate([jnp.round(units).astype(jnp.uint32), used.astype(jnp.uint32)[None]])
    # draws are dealt out in turn: pad the last round; column k then belongs to replicate first + k
    group = min(_LARGEST_GROUP, -(-valid.size // layout.replicates))
    padded = jnp.pad(rows, ((0, 0), (0, -valid.size % (group * layout.replicates))))
    groups = padded.reshape(len(rows), -1, group, layout.replicates).sum(axis=2, dtype=jnp.uint32)
    words = jnp.stack([groups >> np.uint32(_WORD_BITS), groups & np.uint32(2**_WORD_BITS - 1)])
    return jnp.roll(words.sum(axis=2, dtype=jnp.uint32), first % np.uint32(layout.replicates), axis=-1)


def _slot(values: jax.Array, lower: jax.Array, upper: jax.Array, bins: np.ndarray) -> jax.Array:
    """Return the position of each value among the slots of its quantity."""
    last = jnp.asarray(bins, jnp.int32)
    position = jnp.floor((values - lower) * (last.astype(values.dtype) / (upper - lower)))
    slot = jnp.clip(position, 0, last.astype(values.dtype) - 1).astype(jnp.int32) + 1
    slot = jnp.where(values < lower, 0, slot)
    slot = jnp.where(values >= upper, last + 1, slot)
    return jnp.where(jnp.isnan(values), last + 2, slot)
