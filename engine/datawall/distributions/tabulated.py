r"""Tabulated quantile functions, for families whose quantile has no cheap formula.

The quantile is tabulated once, on the host, on a uniform grid of the normal score; the device interpolates
linearly and finds the cell by direct index. The interpolation error is at most :math:`h^2/8\,\max|q''(z)|`
with h = 11/2048: for a smooth family below 1e-5 of its 80 % interval within four standard deviations.
Atoms (values with a probability of their own) are kept beside the table, by the scores between which they
lie, and are exact.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from datawall.distributions.special import SCORE_LIMIT, namespace, ndtr, ndtri

CELLS = 2048
STEP = 2 * SCORE_LIMIT / CELLS
SCORES = np.linspace(-SCORE_LIMIT, SCORE_LIMIT, CELLS + 1)


def quantile(params: Mapping[str, Any], z: Any) -> Any:
    """Return the interpolated value at the normal score `z`, or the atom at `z`."""
    xp = namespace(z)
    table = params["table"]
    place = (z + SCORE_LIMIT) / STEP
    cell = xp.clip(place, 0, CELLS - 1).astype(int)
    share = xp.clip(place - cell, 0.0, 1.0)
    value = table[cell] * (1.0 - share) + table[cell + 1] * share
    for k in range(len(params["atoms"])):
        met = (z >= params["atom_starts"][k]) & (z <= params["atom_ends"][k])
        value = xp.where(met, params["atoms"][k], value)
    return value


def cdf(params: Mapping[str, Any], x: Any) -> Any:
    """Return the probability of a value of at most `x`, the exact inverse of the interpolated table."""
    table = np.asarray(params["table"])
    right = np.searchsorted(table, x, side="right").clip(1, CELLS)
    low, high = table[right - 1], table[right]
    score = SCORES[right - 1] + STEP * np.clip((x - low) / np.where(high > low, high - low, 1.0), 0.0, 1.0)
    for atom, start, end in zip(params["atoms"], params["atom_starts"], params["atom_ends"], strict=True):
        score = np.where(x >= atom, np.maximum(score, end), np.minimum(score, start))
    return np.where(x < table[0], 0.0, np.where(x >= table[-1], 1.0, ndtr(score)))


def tabulate(score_quantile: Callable[[np.ndarray], np.ndarray]) -> dict[str, np.ndarray]:
    """Return the parameters of the table of a quantile function of the normal score."""
    return _params(score_quantile(SCORES))


def tabulate_mixture(
    weights: Sequence[float],
    quantiles: Sequence[Callable[[np.ndarray], np.ndarray]],
    cdfs: Sequence[Callable[[np.ndarray], np.ndarray]],
    atoms: Mapping[float, float],
) -> dict[str, np.ndarray]:
    """Return the table of a mixture of continuous parts and atoms.

    The distribution function of the mixture is evaluated at the values its parts take on a fine grid of
    scores, on both sides of each atom, and inverted there.

    Parameters
    ----------
    weights
        Weight of each continuous part, in the order of `quantiles` (functions of the score) and `cdfs`.
    quantiles, cdfs
        The continuous parts.
    atoms
        The weight of each atom, by its value.
    """
    fine = np.linspace(-SCORE_LIMIT, SCORE_LIMIT, 4 * CELLS + 1)
    places = np.array(sorted(atoms))
    masses = np.array([atoms[place] for place in places])
    values = np.unique(np.concatenate([places, *(part(fine) for part in quantiles)]))
    smooth = sum((w * cdf(values) for w, cdf in zip(weights, cdfs, strict=True)), np.zeros_like(values))
    before, upto = (
        smooth + np.concatenate([[0.0], np.cumsum(masses)])[np.searchsorted(places, values, side=side)]
        for side in ("left", "right")
    )
    scores = _score(np.stack([before, upto], axis=1).ravel())
    at = np.searchsorted(values, places)
    table = np.interp(SCORES, np.maximum.accumulate(scores), np.repeat(values, 2))
    return _params(table, places, _score(before[at]), _score(upto[at]))


def _score(probability: np.ndarray) -> np.ndarray:
    # One unit of score past the sampler's reach represents probabilities 0 and 1.
    return np.clip(ndtri(np.clip(probability, 0.0, 1.0)), -SCORE_LIMIT - 1, SCORE_LIMIT + 1)


def _params(table: np.ndarray, atoms: Any = (), starts: Any = (), ends: Any = ()) -> dict[str, np.ndarray]:
    return {
        "table": np.asarray(table, float),
        "atoms": np.asarray(atoms, float),
        "atom_starts": np.asarray(starts, float),
        "atom_ends": np.asarray(ends, float),
    }
