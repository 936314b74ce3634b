r"""Shapley decomposition of a difference by groups of inputs.

With :math:`v(S)` the answer when the groups in S come from the first scenario and the rest from the other,
the difference is :math:`v(G) - v(\emptyset)`. Swapping group g alone in the other scenario gives
:math:`v(g) - v(\emptyset)`, taking it alone out of the first :math:`v(G) - v(G \setminus g)`. Where groups
interact, neither sums to the difference. The average over all orders of swapping does (Shapley):

.. math:: \phi_g = \sum_{S \not\ni g} \frac{|S|! (k - |S| - 1)!}{k!} (v(S \cup g) - v(S))

This module loads no JAX.

References
----------
Shapley (1953), A value for n-person games, doi:10.1515/9781400881970-018.
"""

from math import comb
from typing import NamedTuple

import numpy as np

from datawall.sampling.cdf import Floats


class _Effects(NamedTuple):
    """Effects of k groups on an answer, each of shape (k, ...).

    Attributes
    ----------
    shapley
        Average effect over all orders of swapping the groups; sums to the difference.
    from_other
        Effect of taking the group alone from the first scenario, the rest from the other.
    from_first
        Effect of swapping the group last, all others being the first scenario's already.
    """

    shapley: Floats
    from_other: Floats
    from_first: Floats


def members(mask: int, groups: tuple[str, ...]) -> tuple[str, ...]:
    """Return the groups whose bit is set.

    Examples
    --------
    >>> members(5, ("compute", "data", "law"))
    ('compute', 'law')
    """
    return tuple(group for bit, group in enumerate(groups) if mask >> bit & 1)


def effects(values: Floats) -> _Effects:
    """Return the effects of each group, from the answers of all hybrids.

    Parameters
    ----------
    values
        Of shape (2^k, ...): row m is the answer when the groups whose bits are set in m come from the first
        scenario.

    Examples
    --------
    Two groups that add 1 and 2, and 4 more together:

    >>> effects(np.array([0.0, 1.0, 2.0, 7.0])).shapley
    array([3., 4.])
    """
    k = len(values).bit_length() - 1
    masks = np.arange(len(values))
    found = [_effects_of(values, masks & 1 << bit == 0, k, bit) for bit in range(k)]
    empty = np.zeros((0, *values.shape[1:]))
    return _Effects(*map(np.stack, zip(*found, strict=True))) if found else _Effects(empty, empty, empty)


def _effects_of(values: Floats, without: np.ndarray, k: int, bit: int) -> _Effects:
    """Return the effects of the group of one bit; `without` selects the hybrids that lack it."""
    masks = np.flatnonzero(without)
    gains = values[masks | 1 << bit] - values[masks]
    weights = np.array([1.0 / (k * comb(k - 1, mask.bit_count())) for mask in masks.tolist()])
    return _Effects(np.tensordot(weights, gains, 1), gains[0], gains[-1])
