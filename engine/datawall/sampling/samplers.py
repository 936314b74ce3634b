"""Samplers by name: independent draws, Sobol' points and lattice points."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import jax
import numpy as np

from datawall.errors import DatawallError
from datawall.sampling import point_sets
from datawall.sampling.point_sets import DIMENSIONS, MOST_DRAWS, REPLICATES
from datawall.sampling.prng import Index, midpoints, normal_quantile, random_bits, seed_word, stream_ids


@dataclass(frozen=True)
class Sampler:
    """Sampler: a point set addressed by the index of the draw.

    Attributes
    ----------
    name
        Its name on the command line.
    description
        Its description in the manifest of a run.
    replicates
        Independent randomisations: draw i belongs to replicate i modulo this.
    most_draws
        Number of draws before they repeat.
    address
        Maps labels and their ranks to addresses of the rows of scores, uint32 of shape (rows,).
    prepare
        Maps a seed word and the addresses to the numbers that `bits` starts from; runs on the host.
    bits
        Maps these numbers, the index of the first draw and the number of draws to uint32 (rows, draws).
    """

    name: str
    description: str
    replicates: int
    most_draws: int
    address: Callable[[Sequence[str], Sequence[int]], np.ndarray]
    prepare: Callable[[np.uint32, np.ndarray], Any]
    bits: Callable[[Any, Index, int], jax.Array]

    def points(self, seed: int, addresses: np.ndarray) -> Any:
        """Return the prepared numbers from which `scores` starts."""
        return self.prepare(seed_word(seed), np.asarray(addresses, np.uint32))

    def scores(self, points: Any, first: Index, count: int) -> jax.Array:
        """Return the standard normal scores of consecutive draws, float32 of shape (rows, count)."""
        return normal_quantile(midpoints(self.bits(points, first, count)))


def _streams(labels: Sequence[str], ranks: Sequence[int]) -> np.ndarray:
    del ranks  # random numbers are equally good in every row
    return stream_ids(labels)


def _dimensions(labels: Sequence[str], ranks: Sequence[int]) -> np.ndarray:
    if len(labels) > DIMENSIONS:
        raise DatawallError(
            f"sampler: need at most {DIMENSIONS} random numbers a draw, got {len(labels)}; "
            "ask for fewer generations, or choose the sampler random"
        )
    return np.asarray(ranks, np.uint32)


RANDOM = Sampler(
    "random",
    "independent draws (Threefry2x32-20, addressed by seed, draw and input)",
    1,
    2**63,
    _streams,
    lambda seed, streams: (seed, streams),
    lambda points, first, count: random_bits(points[0], first, count, points[1]),
)
SOBOL = Sampler(
    "sobol",
    f"Sobol' points, {REPLICATES} randomisations by linear scramble and shift",
    REPLICATES,
    MOST_DRAWS,
    _dimensions,
    point_sets.scramble_sobol,
    point_sets.sobol_bits,
)
LATTICE = Sampler(
    "lattice",
    f"rank-1 lattice with the baker's transformation, {REPLICATES} random shifts",
    REPLICATES,
    MOST_DRAWS,
    _dimensions,
    point_sets.shift_lattice,
    point_sets.lattice_bits,
)
SAMPLERS = {sampler.name: sampler for sampler in (RANDOM, SOBOL, LATTICE)}
