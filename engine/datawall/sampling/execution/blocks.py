"""Blocks of draws, counted independently and in any order, and the total of their integer counts."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any, NamedTuple, Self

import numpy as np

from datawall.sampling.counts import Tally, whole

CHUNK = {"cpu": 4096}
"""Draws evaluated at once: they fit into a core's cache."""
BLOCK = {"cpu": 65_536}
"""Draws counted in one call: many chunks, so that the overhead of a call is small."""
_ACCELERATOR_CHUNK = 2**20
_ACCELERATOR_BLOCK = 2**24
FIRST_CHECK = 65_536
"""Draws at the first check of the precision; further checks follow at each doubling."""
MOST_BLOCKS = 2**14
"""Maximum number of blocks: a longer run has larger blocks, so that the list of finished ones stays short."""


class Block(NamedTuple):
    """Block of consecutive draws that are counted in one call; the first `keep` of them are kept."""

    first: int
    size: int
    keep: int


@dataclass(frozen=True)
class BlockPlan:
    """The partition of a run into blocks and stages.

    No count and no kept draw depends on it, except through the draws at which a run can be checked.

    Attributes
    ----------
    draws
        Number of draws, at most.
    chunk
        Draws evaluated at once.
    block
        Draws in a block.
    keep
        Number of draws, at the beginning, of which every output is kept.
    checked
        Whether the run is cut into stages, after each of which it may end: at powers of two of draws, so
        that it ends at the same draw for any size of the blocks.

    Examples
    --------
    >>> plan = BlockPlan(200_000, chunk=4096, block=65_536, keep=1000, checked=True)
    >>> plan.ends()
    [65536, 131072, 200000]
    >>> [block.size for block in next(plan.stages())]
    [4096, 61440]
    """

    draws: int
    chunk: int
    block: int
    keep: int
    checked: bool = False

    @classmethod
    def on(
        cls,
        backend: str,
        draws: int,
        keep: int,
        *,
        chunk: int | None = None,
        block: int | None = None,
        checked: bool = False,
    ) -> Self:
        """Return the plan for a JAX backend, with its default chunk and block where none are given."""
        chunk = chunk or CHUNK.get(backend, _ACCELERATOR_CHUNK)
        block = max(block or BLOCK.get(backend, _ACCELERATOR_BLOCK), -(-draws // MOST_BLOCKS))
        return cls(draws, chunk, block, min(keep, draws), checked)

    def keeping_all(self) -> Self:
        """Return the plan that keeps every output of every draw; each block is then a single chunk."""
        size = max(self.chunk, min(self.block, FIRST_CHECK))
        return replace(self, chunk=size, block=size, keep=self.draws)

    def ends(self) -> list[int]:
        """Return the number of draws at the end of each stage."""
        ends = []
        if self.checked:
            end = FIRST_CHECK
            while end < self.draws:
                ends.append(end)
                end *= 2
        return [*ends, self.draws]

    def stages(self) -> Iterator[list[Block]]:
        """Yield the blocks of each stage; together they are the whole run."""
        for first, end in pairwise([0, *self.ends()]):
            yield list(self._cut(first, end))

    def _cut(self, first: int, end: int) -> Iterator[Block]:
        """Cut the draws from `first` to `end`; those that are kept are single chunks."""
        split = min(max(first, self.chunk * -(-self.keep // self.chunk)), end)
        for start in range(first, split, self.chunk):
            size = min(self.chunk, split - start)
            yield Block(start, size, min(size, max(self.keep - start, 0)))
        for start in range(split, end, self.block):
            yield Block(start, min(self.block, end - start), 0)


_JOIN = {"minimum": np.minimum, "maximum": np.maximum}
"""Fields of a tally that are joined by extremes; all others are counts, which add."""

_NO_DRAW = -1
"""Key of the outputs of no draws, kept for names, types and shapes."""


class Result(NamedTuple):
    """Counts of a block, on the host; `outputs` only of a block that is kept."""

    block: Block
    tally: Tally
    outputs: dict[str, np.ndarray]


@dataclass
class Total:
    """Accumulator of counted blocks.

    Attributes
    ----------
    tally
        Sums of counts (int64) and extremes.
    kept
        Every output of the blocks that are kept, by their first draw.
    blocks, draws
        First draw of each block that is counted, and the number of draws in them.
    """

    tally: Tally
    kept: dict[int, dict[str, np.ndarray]] = field(default_factory=dict)
    blocks: set[int] = field(default_factory=set)
    draws: int = 0

    @classmethod
    def of_nothing(cls, tally: Tally, outputs: dict[str, np.ndarray]) -> "Total":
        """Return the empty total, given the tally and the outputs of no draws."""
        wide = [value if name in _JOIN else value.astype(np.int64) for name, value in fields_of(tally)]
        return cls(_tally(wide), {_NO_DRAW: outputs})

    def empty(self) -> "Total":
        """Return an empty total of the same layout."""
        neutral = {"minimum": np.inf, "maximum": -np.inf}
        tally = [np.full_like(value, neutral.get(name, 0)) for name, value in fields_of(self.tally)]
        return Total(_tally(tally), {_NO_DRAW: self.kept[_NO_DRAW]})

    def add(self, result: Result) -> None:
        """Add a block, in place."""
        self._join(result.tally)
        self.blocks.add(result.block.first)
        self.draws += result.block.size
        if result.outputs:
            self.kept[result.block.first] = result.outputs

    def merge(self, other: "Total") -> None:
        """Add a total of other blocks, in place."""
        self._join(other.tally)
        self.blocks |= other.blocks
        self.draws += other.draws
        self.kept |= other.kept

    def kept_outputs(self) -> dict[str, np.ndarray]:
        """Return each output of the kept draws, of shape (..., kept), in the order of their index."""
        parts = [self.kept[first] for first in sorted(self.kept)]
        return {name: np.concatenate([part[name] for part in parts], axis=-1) for name in parts[0]}

    def _join(self, tally: Tally) -> None:
        for (name, own), value in zip(fields_of(self.tally), tally, strict=True):
            _JOIN.get(name, np.add)(own, np.asarray(value), out=own)


def digest(arrays: Mapping[str, np.ndarray]) -> str:
    """Return the SHA-256 of named arrays, in hexadecimal: their names, types, shapes and bits."""
    found = hashlib.sha256()
    for name in sorted(arrays):
        value = np.ascontiguousarray(arrays[name])
        found.update(f"{name} {value.dtype.str} {value.shape};".encode())
        found.update(value.data)
    return found.hexdigest()


def result_digest(total: Total) -> str:
    """Return the digest of all counts and kept draws of a run: equal for equal results."""
    tally = dict(fields_of(total.tally))
    return digest(tally | {"sums": whole(tally["sums"])} | total.kept_outputs())


def fields_of(tally: Tally) -> list[tuple[str, np.ndarray]]:
    """Return the names and arrays of a tally."""
    return [(name, np.asarray(value)) for name, value in zip(tally._fields, tally, strict=True)]


def _tally(values: Iterable[Any]) -> Tally:
    """Return a tally on the host, whose fields are NumPy arrays."""
    return Tally(*values)
