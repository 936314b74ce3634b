"""Effects of groups: against the average over all orders of swapping, and where all effects must agree."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from datawall.analysis.comparison.datatree import effects, members

GROUPS = ("compute", "data", "law", "policy")
GAMES = arrays(float, st.integers(0, 4).map(lambda k: (2**k, 2)), elements=st.floats(-100, 100))


def by_orders(values):
    """Average the steps of every order of swapping, one group after the other."""
    k = len(values).bit_length() - 1
    found = np.zeros((k, *values.shape[1:]))
    orders = list(itertools.permutations(range(k)))
    for order in orders:
        mask = 0
        for group in order:
            found[group] += (values[mask | 1 << group] - values[mask]) / len(orders)
            mask |= 1 << group
    return found


@given(GAMES)
def test_shapley_is_the_average_over_all_orders_and_sums_to_the_difference(values):
    found = effects(values)
    np.testing.assert_allclose(found.shapley, by_orders(values), atol=1e-9)
    np.testing.assert_allclose(found.shapley.sum(axis=0), values[-1] - values[0], atol=1e-9)


@given(GAMES)
def test_single_swaps_are_read_off_the_hybrids(values):
    found = effects(values)
    everything = len(values) - 1
    for group in range(len(found.shapley)):
        np.testing.assert_array_equal(found.from_other[group], values[1 << group] - values[0])
        np.testing.assert_array_equal(found.from_first[group], values[-1] - values[everything ^ 1 << group])


@given(arrays(float, 4, elements=st.floats(-10, 10)))
def test_without_interaction_all_three_effects_agree(gains):
    values = np.array([sum(gains[g] for g in range(4) if mask >> g & 1) for mask in range(16)])
    for effect in effects(values):
        np.testing.assert_allclose(effect, gains, atol=1e-9)


def test_a_group_without_effect_gets_none():
    values = np.repeat(np.random.default_rng(1).normal(size=8), 2)  # the lowest bit changes nothing
    assert all(effect[0] == pytest.approx(0.0) for effect in effects(values))


def test_swapped_orders_would_be_seen():
    values = np.array([0.0, 1.0, 2.0, 7.0])
    assert by_orders(values) == pytest.approx([3.0, 4.0])
    assert effects(values[[0, 2, 1, 3]]).shapley != pytest.approx([3.0, 4.0])


def test_members_of_all_masks():
    sets = {members(mask, GROUPS) for mask in range(16)}
    assert len(sets) == 16
    assert {(), GROUPS} <= sets
