"""The sum of the blocks that have been counted: integers, so that any order gives the same."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np

from datawall.sampling.counts import Tally, whole
from datawall.sampling.execution.blocks import Block

_JOIN = {"minimum": np.minimum, "maximum": np.maximum}
"""How fields of a tally are joined; all others are counts, which add."""

_NO_DRAW = -1
"""Under it the outputs of no draws are kept: names, types and shapes."""


class Result(NamedTuple):
    """What came back of a block, on the host; `outputs` only of a block that is kept."""

    block: Block
    tally: Tally
    outputs: dict[str, np.ndarray]


@dataclass
class Total:
    """What has been counted so far.

    Attributes
    ----------
    tally
        Sums of counts (int64) and extremes.
    kept
        Every output of the blocks that are kept, by their first draw.
    blocks
        First draw of each block that is counted.
    draws
        Number of draws in them.
    """

    tally: Tally
    kept: dict[int, dict[str, np.ndarray]] = field(default_factory=dict)
    blocks: set[int] = field(default_factory=set)
    draws: int = 0

    @classmethod
    def of_nothing(cls, tally: Tally, outputs: dict[str, np.ndarray]) -> "Total":
        """Return the total of no blocks, given the tally and the outputs of no draws."""
        wide = [value if name in _JOIN else value.astype(np.int64) for name, value in fields_of(tally)]
        return cls(_tally(wide), {_NO_DRAW: outputs})

    def empty(self) -> "Total":
        """Return a total of no blocks that counts the same things."""
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
    """Return the digest of everything that a run counts and keeps: equal for equal results."""
    tally = dict(fields_of(total.tally))
    return digest(tally | {"sums": whole(tally["sums"])} | total.kept_outputs())


def fields_of(tally: Tally) -> list[tuple[str, np.ndarray]]:
    """Return the names and arrays of a tally."""
    return [(name, np.asarray(value)) for name, value in zip(tally._fields, tally, strict=True)]


def _tally(values: Iterable[Any]) -> Tally:
    """Return a tally on the host, whose fields are NumPy arrays."""
    return Tally(*values)
