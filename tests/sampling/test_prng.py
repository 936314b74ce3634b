"""The generator against published vectors and JAX's own; the draws against what randomness must look like."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jax.extend.random import threefry_2x32
from scipy import special, stats

from datawall.sampling import prng
from datawall.sampling.prng import (
    normal_quantile,
    seed_word,
    split_index,
    stream_ids,
    threefry2x32,
    uniforms,
)

DRAWS = 2**17
STREAMS = stream_ids([f"input{i}" for i in range(12)])
WORDS = st.integers(0, 2**32 - 1)
FALSE_ALARM = 1e-4


def words(*values: int) -> tuple[jax.Array, jax.Array]:
    first, second = values
    return jnp.uint32(first), jnp.uint32(second)


compiled = jax.jit(uniforms, static_argnums=2)


def draw(first: int, count: int, seed: int = 7) -> np.ndarray:
    return np.array(compiled(seed_word(seed), split_index(first), count, STREAMS))


@pytest.mark.parametrize(
    ("key", "counter", "expected"),
    [
        ((0, 0), (0, 0), (0x6B200159, 0x99BA4EFE)),
        ((0xFFFFFFFF, 0xFFFFFFFF), (0xFFFFFFFF, 0xFFFFFFFF), (0x1CB996FC, 0xBB002BE7)),
        ((0x13198A2E, 0x03707344), (0x243F6A88, 0x85A308D3), (0xC4923A9C, 0x483DF7A0)),
    ],
)
def test_threefry_gives_the_vectors_published_with_random123(key, counter, expected):
    assert tuple(int(word) for word in threefry2x32(words(*key), words(*counter))) == expected


@settings(deadline=None)  # the first example compiles
@given(st.tuples(WORDS, WORDS), st.tuples(WORDS, WORDS))
def test_threefry_agrees_with_jax(key, counter):
    expected = threefry_2x32(words(*key), np.array(counter, np.uint32))
    assert np.array_equal(np.stack(threefry2x32(words(*key), words(*counter))), expected)


def test_the_seed_and_the_high_word_are_the_key_and_the_low_word_and_the_stream_the_counter():
    bits, _ = threefry2x32(words(7, 3), (jnp.uint32(5), jnp.uint32(STREAMS[2])))
    assert draw(3 * 2**32 + 5, 1)[2, 0] == (float(bits >> 9) + 0.5) / 2**23


def test_uniforms_are_midpoints_strictly_inside_the_unit_interval():
    u = draw(0, DRAWS).astype(float)
    assert 0.0 < u.min() < 1e-5
    assert 1.0 - 1e-5 < u.max() < 1.0
    assert np.array_equal(u * 2**23 % 1.0, np.full(u.shape, 0.5))


@pytest.mark.parametrize("bits", [0, 2**32 - 1])
def test_the_extreme_bits_stay_inside_the_unit_interval_and_have_finite_scores(bits, monkeypatch):
    monkeypatch.setattr(prng, "threefry2x32", lambda *_: (jnp.full((1, 1), bits, jnp.uint32), None))
    arguments = (seed_word(0), split_index(0), 1, STREAMS[:1])
    assert 0.0 < uniforms(*arguments).item() < 1.0
    score = normal_quantile(uniforms(*arguments)).item()
    assert abs(score) == pytest.approx(-special.ndtri(2.0**-24), rel=1e-6)


def test_scores_are_accurate_rising_and_symmetric_over_the_whole_grid():
    u = (np.arange(2**23) + 0.5) / 2**23
    z = np.asarray(jax.jit(prng.normal_quantile)(u.astype(np.float32)))
    np.testing.assert_allclose(z, special.ndtri(u), rtol=4e-7)
    assert np.all(z[1:] >= z[:-1])
    assert np.array_equal(z, -z[::-1])


def test_each_stream_is_uniform_and_its_scores_normal():
    z = normal_quantile(uniforms(seed_word(7), split_index(0), DRAWS, STREAMS))
    for u_row, z_row in zip(draw(0, DRAWS), np.asarray(z), strict=True):
        assert stats.kstest(u_row, "uniform", method="asymp").pvalue > FALSE_ALARM
        assert stats.kstest(z_row, "norm", method="asymp").pvalue > FALSE_ALARM


def test_a_slightly_wrong_generator_fails_the_same_test():
    for row in draw(0, DRAWS):
        assert stats.kstest(row**1.03, "uniform", method="asymp").pvalue < FALSE_ALARM


def correlations(rows: np.ndarray) -> np.ndarray:
    """Correlation of each pair of rows in units of its standard error under independence."""
    return np.corrcoef(rows)[np.triu_indices(len(rows), 1)] * np.sqrt(rows.shape[1])


def test_streams_and_neighbouring_draws_and_neighbouring_seeds_are_uncorrelated():
    u = draw(0, DRAWS + 1)
    assert np.abs(correlations(u)).max() < 4.0
    for other in (u[:, 1:], draw(0, DRAWS, seed=8), draw(2**32, DRAWS)):
        pairs = zip(u[:, :DRAWS], other[:, :DRAWS], strict=True)
        assert max(abs(correlations(np.stack(pair)).item()) for pair in pairs) < 4.0


def test_a_weak_dependence_between_streams_fails_the_same_test():
    u = draw(0, DRAWS)
    u[1] += 0.02 * u[0]
    assert np.abs(correlations(u)).max() > 4.0


def test_squares_of_scores_are_uncorrelated_between_streams():
    z = np.asarray(normal_quantile(uniforms(seed_word(7), split_index(0), DRAWS, STREAMS)))
    assert np.abs(correlations(z**2)).max() < 4.0


@settings(deadline=None)  # the first example compiles
@given(st.integers(0, 2**63 - 200), st.integers(0, 99))
def test_a_draw_alone_is_the_same_draw_in_a_block(first, i):
    assert np.array_equal(draw(first, 100)[:, [i]], draw(first + i, 1))


def test_the_high_word_carries_and_makes_other_draws():
    across = draw(2**32 - 3, 6)
    assert np.array_equal(across[:, 3:], draw(2**32, 3))
    assert not np.isin(across[:, 3:], draw(0, 3)).any()


@settings(deadline=None)  # the first example compiles
@given(st.integers(0, 2**62), st.integers(0, 2**32 - 1))
def test_advance_adds(index, steps):
    high, low = prng.advance(split_index(index), jnp.uint32(steps))
    assert (int(high) << 32) + int(low) == index + steps


def test_another_input_does_not_change_the_draws_of_the_others():
    more = uniforms(seed_word(7), split_index(0), 10, stream_ids(["new", *(f"input{i}" for i in range(12))]))
    assert np.array_equal(more[1:], draw(0, 10))


def test_stream_ids_are_pinned():
    # They address every forecast ever made: another digest would change all of them.
    assert stream_ids(["", "mfu", "größe"]).tolist() == [1188227382, 365108491, 3727841779]


def test_colliding_labels_are_refused(monkeypatch):
    with pytest.raises(ValueError, match="'a' and 'a' share"):
        stream_ids(["a", "b", "a"])
    monkeypatch.setattr(prng, "_stream_id", len)
    with pytest.raises(ValueError, match="'one' and 'two' share a random stream"):
        stream_ids(["one", "two"])


@pytest.mark.parametrize("seed", [-1, 2**32])
def test_seeds_out_of_range_are_refused(seed):
    with pytest.raises(ValueError, match="seed"):
        seed_word(seed)


@pytest.mark.parametrize("index", [-1, 2**63])
def test_indices_out_of_range_are_refused(index):
    with pytest.raises(ValueError, match="draw index"):
        split_index(index)
