"""Rank correlations and PAWN, against scipy and a distribution that is known."""

import numpy as np
import pytest
from scipy import stats

from datawall.analysis.sensitivity.methods.given_data import pawn, pawn_of_noise, rank_correlations


@pytest.fixture(scope="module")
def sample():
    random = np.random.default_rng(0)
    x = random.normal(size=(4, 2048, 16))
    x[2] = x[2] > 0.3  # a choice
    x[3] = np.maximum(x[3], 0.0)  # half its mass at zero
    y = x[0] + 0.5 * x[2] + 0.2 * x[3]
    return x, np.where(y > 1.0, np.inf, y)


def test_rank_correlations_are_those_of_scipy(sample):
    x, y = sample
    found = rank_correlations(x, y)
    ranks = [stats.rankdata(values.ravel()) for values in (*x, y)]
    expected = np.corrcoef(ranks)[-1, :-1]
    np.testing.assert_allclose(found.value, expected, atol=1e-12)
    assert abs(found.value[1]) < 4.5 * found.mcse[1]
    assert np.all(np.abs(found.value[[0, 2, 3]]) > 4.5 * found.mcse[[0, 2, 3]])


def test_pawn_of_a_choice_is_the_mean_distance_of_its_options(sample):
    x, y = sample
    distances = [stats.ks_2samp(y[x[2] == option], y.ravel(), method="asymp")[0] for option in (0.0, 1.0)]
    weights = [np.mean(x[2] == option) for option in (0.0, 1.0)]
    assert pawn(x, y).value[2] == pytest.approx(np.dot(weights, distances))


def test_pawn_of_an_input_that_says_nothing_is_that_of_noise(sample):
    x, y = sample
    found = pawn(x, y)
    assert found.value[1] == pytest.approx(pawn_of_noise(y.size), rel=0.25)
    assert found.value[3] > found.value[1] + 4.5 * found.mcse[1]
