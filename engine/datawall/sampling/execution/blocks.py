"""How the draws of a run are cut into blocks, which can be counted anywhere and in any order."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import NamedTuple, Self

CHUNK = {"cpu": 4096}
"""Draws evaluated at once: what a core's cache holds."""
BLOCK = {"cpu": 65_536}
"""Draws counted in one call: many chunks, so that a call costs little beside its draws."""
ACCELERATOR_CHUNK = 2**20
ACCELERATOR_BLOCK = 2**24
FIRST_CHECK = 65_536
"""Draws after which the precision is looked at first; then each time that their number has doubled."""
MOST_BLOCKS = 2**14
"""A longer run has larger blocks, so that the list of those done stays short."""


class Block(NamedTuple):
    """Consecutive draws that are counted in one call, and how many of them, at its start, are kept."""

    first: int
    size: int
    keep: int


@dataclass(frozen=True)
class Plan:
    """How a run is cut.

    Nothing that is counted or kept depends on it but where a run can be checked.

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
    >>> plan = Plan(200_000, chunk=4096, block=65_536, keep=1000, checked=True)
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
        """Return the plan for a backend of JAX, whose chunk and block are taken where none are given."""
        chunk = chunk or CHUNK.get(backend, ACCELERATOR_CHUNK)
        block = max(block or BLOCK.get(backend, ACCELERATOR_BLOCK), -(-draws // MOST_BLOCKS))
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
