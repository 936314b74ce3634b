"""Quasi-random points: against SciPy's, the definition of a net, and what randomness must look like."""

import itertools

import jax
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from scipy.stats import qmc

from datawall.errors import DatawallError
from datawall.sampling.point_sets import DIMENSIONS as MOST
from datawall.sampling.point_sets import REPLICATES, direction_numbers, random_words
from datawall.sampling.prng import seed_word, split_index
from datawall.sampling.samplers import LATTICE, RANDOM, SAMPLERS, SOBOL, Sampler

EVEN = (SOBOL, LATTICE)
DIMENSIONS = np.arange(12, dtype=np.uint32)
FALSE_ALARM = 1e-4
LABELS = [f"input{i}" for i in range(12)]


def bits(sampler: Sampler, first: int, count: int, seed: int = 3) -> np.ndarray:
    points = sampler.points(seed, sampler.address(LABELS, list(range(12))))
    return np.asarray(jax.jit(sampler.bits, static_argnums=2)(points, split_index(first), count))


def replicates(sampler: Sampler, points: int, seed: int = 3) -> np.ndarray:
    """Return the first points of each replicate, of shape (rows, points, 16)."""
    return bits(sampler, 0, points * REPLICATES, seed).reshape(len(DIMENSIONS), points, REPLICATES)


def unscrambled(points: int, dimensions: int) -> np.ndarray:
    directions = direction_numbers(range(dimensions))
    digits = (np.arange(points, dtype=np.uint32)[:, None] >> np.arange(32, dtype=np.uint32)) & 1
    return np.bitwise_xor.reduce(np.where(digits[None] == 1, directions[:, None], 0), axis=-1)


def test_direction_numbers_are_those_of_scipy():
    n = np.arange(256, dtype=np.uint32)
    expected = qmc.Sobol(MOST, scramble=False, bits=32).random(256)
    np.testing.assert_array_equal(unscrambled(256, MOST)[:, n ^ (n >> 1)].T / 2**32, expected)


def test_the_first_points_are_the_known_ones():
    expected = [[0, 0, 0], [4, 4, 4], [2, 6, 6], [6, 2, 2], [1, 5, 3], [5, 1, 7], [3, 3, 5], [7, 7, 1]]
    np.testing.assert_array_equal(unscrambled(8, 3).T >> 29, expected)


def test_direction_numbers_reach_all_32_digits():
    # so that no two of the first 2^32 points share a coordinate: the matrix has full rank
    directions = direction_numbers(range(MOST))
    assert np.all(directions & -directions.astype(np.int64) == 2 ** (31 - np.arange(32)))


@settings(max_examples=20)
@given(st.integers(0, 2**36 - 1), st.integers(0, 11))
def test_a_point_is_scrambled_as_the_matrix_says(draw, row):
    point, replicate = divmod(draw, REPLICATES)
    words = random_words(seed_word(3), DIMENSIONS, 33)[:, row, replicate]
    directions = direction_numbers([row])[0]
    plain = int(np.bitwise_xor.reduce(directions[[bool(point >> k & 1) for k in range(32)]], initial=0))
    scrambled = int(words[32])
    for digit in range(32):
        place = 1 << (31 - digit)
        if plain & place:
            scrambled ^= (int(words[digit]) & (place - 1)) | place
    assert bits(SOBOL, draw, 1)[row, 0] == scrambled


def is_net(points: np.ndarray, quality: int = 0) -> bool:
    """Whether two coordinates are a (quality, m, 2)-net: elementary intervals hold 2^quality points."""
    m = points.shape[1].bit_length() - 1 - quality
    for x_digits in range(m + 1):
        y_digits = m - x_digits
        cells = np.zeros(points.shape[1], np.int64)
        for coordinate, digits in zip(points.astype(np.int64), (x_digits, y_digits), strict=True):
            cells = (cells << digits) | (coordinate >> (32 - digits))
        if np.any(np.bincount(cells, minlength=2**m) != 2**quality):
            return False
    return True


@pytest.mark.parametrize("size", [16, 64, 1024])
def test_each_coordinate_of_scrambled_points_hits_every_cell_once(size):
    for row, replicate in itertools.product(replicates(SOBOL, size), range(REPLICATES)):
        assert len(np.unique(row[:, replicate] >> (33 - size.bit_length()))) == size


def test_scrambled_points_stay_a_net():
    points = replicates(SOBOL, 256)
    for replicate in range(REPLICATES):
        assert is_net(points[:2, :, replicate])
    assert is_net(points[1:3, :, 0], quality=1)


def test_random_points_and_a_broken_scramble_are_no_net():
    assert not is_net(replicates(RANDOM, 256)[:2, :, 0])
    # mixing a digit with those after it, instead of those before, spoils the intervals
    broken = replicates(SOBOL, 256)[:2, :, 0]
    assert not is_net(broken ^ (broken << np.uint32(1)) ^ (broken << np.uint32(5)))


@pytest.mark.parametrize("sampler", EVEN, ids=lambda s: s.name)
@pytest.mark.parametrize("first", [0, 7, 4095, 4096 * 3 + 17, 2**32 - 5, 2**36 - 700])
def test_a_draw_alone_is_the_same_draw_in_a_block(sampler, first):
    block = bits(sampler, first, 500)
    for i in (0, 8, 499):
        np.testing.assert_array_equal(block[:, [i]], bits(sampler, first + i, 1))


@pytest.mark.parametrize("sampler", EVEN, ids=lambda s: s.name)
def test_each_point_is_uniform_over_its_randomisations(sampler):
    # one point under 512 seeds, 16 replicates each; 12 tests at 1e-4
    u = np.concatenate([bits(sampler, 5 * 4096, REPLICATES, seed) for seed in range(512)], axis=1) / 2**32
    for row in u:
        assert stats.kstest(row, "uniform").pvalue > FALSE_ALARM
    # dimensions do not hang together: 66 pairs, 4.5 standard errors is 5e-4
    z = np.asarray(np.corrcoef(u))[np.triu_indices(len(u), 1)] * np.sqrt(u.shape[1])
    assert np.abs(z).max() < 4.5


def test_replicates_are_independent_and_two_that_hang_together_would_be_seen():
    u = np.stack([bits(LATTICE, 0, REPLICATES, seed)[0] for seed in range(128)]) / 2**32
    between = np.asarray(np.corrcoef(u.T))[np.triu_indices(REPLICATES, 1)] * np.sqrt(128)
    assert np.abs(between).max() < 4.5
    u[:, 1] = (u[:, 0] + 0.1 * u[:, 1]) / 1.1
    assert np.abs(np.asarray(np.corrcoef(u.T))[0, 1]) * np.sqrt(128) > 4.5


def error_in_mean(sampler: Sampler, points: int) -> float:
    """Return the root mean square error of the mean of a smooth function over seeds and replicates."""
    u = np.concatenate([replicates(sampler, points, seed) for seed in range(4)], axis=2)[:6] / 2**32
    return float(np.sqrt(np.mean((np.prod(1 + (u - 0.5) / 2, axis=0).mean(axis=0) - 1.0) ** 2)))


@pytest.mark.parametrize("sampler", EVEN, ids=lambda s: s.name)
def test_even_points_integrate_a_smooth_function_far_better_than_random_ones(sampler):
    assert error_in_mean(sampler, 1024) < error_in_mean(RANDOM, 1024) / 30
    assert error_in_mean(sampler, 1024) < error_in_mean(sampler, 64) / 16, "faster than 1/sqrt(n)"


def test_the_lattice_is_one_at_every_power_of_two():
    points = LATTICE.points(0, DIMENSIONS)
    generator, plain = points.generator, points._replace(shift=np.zeros_like(points.shift))
    assert np.all(generator % 2 == 1)
    for size in (8, 64, 512):
        found = np.asarray(LATTICE.bits(plain, split_index(0), size * REPLICATES))[:, ::REPLICATES]
        k = np.arange(size, dtype=np.uint64)[None]
        x = k * generator[:, None].astype(np.uint64) % np.uint64(size) / size
        np.testing.assert_allclose(np.sort(found / 2**32), np.sort(1 - np.abs(2 * x - 1)), atol=1e-9)


def test_random_draws_take_no_notice_of_ranks():
    assert np.array_equal(RANDOM.address(LABELS, [0] * 12), RANDOM.address(LABELS, list(range(12))))


@pytest.mark.parametrize("sampler", EVEN, ids=lambda s: s.name)
def test_more_rows_than_dimensions_are_refused(sampler):
    many = [f"input{i}" for i in range(513)]
    with pytest.raises(DatawallError, match="at most 512 random numbers a draw, got 513"):
        sampler.address(many, list(range(513)))


def test_samplers_go_by_their_names():
    assert [sampler.name for sampler in SAMPLERS.values()] == list(SAMPLERS)
