"""Device counting against numpy.histogram."""

import jax
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from datawall.sampling.counts import AveragedOutput, CountedOutput, Layout, Tally, count, empty_tally
from datawall.sampling.summaries import Average, Histogram, Range, Sketch

UNIT = Histogram(0.0, 1.0, 16)
FIRST = np.uint32(0)
FLOATS = st.floats(-0.5, 1.5, width=32, allow_subnormal=False) | st.sampled_from(
    [0.0, 1.0, np.inf, -np.inf, np.nan, 2.0**-4]
)
counted = jax.jit(count, static_argnums=0)


def layout_of(values: np.ndarray, histogram: Histogram = UNIT) -> Layout:
    return Layout((CountedOutput("x", histogram, values.shape[:-1]),))


def tally_of(values: np.ndarray, valid: np.ndarray | None = None, histogram: Histogram = UNIT) -> Tally:
    valid = np.ones(values.shape[-1], bool) if valid is None else valid
    layout = layout_of(values, histogram)
    return jax.device_get(counted(layout, empty_tally(layout, np.float32), {"x": values}, FIRST, valid))


def parts_of(values: np.ndarray, valid: np.ndarray | None = None, histogram: Histogram = UNIT):
    """Return counts, minimum and maximum in the shape of the values."""
    ((_, *parts),) = layout_of(values, histogram).split(tally_of(values, valid, histogram))
    return parts[0][0], *parts[1:]


@settings(deadline=None)  # the first example compiles
@given(hnp.arrays(np.float32, (2, 3, 7), elements=FLOATS), hnp.arrays(bool, 7))
def test_every_valid_value_is_counted_where_numpy_puts_it(values, valid):
    counts, minimum, maximum = parts_of(values, valid)
    for at in np.ndindex(2, 3):
        row = values[at][valid]
        bins, _ = np.histogram(row[row < UNIT.upper], UNIT.edges)
        expected = [(row < UNIT.lower).sum(), *bins, (row >= UNIT.upper).sum(), np.isnan(row).sum()]
        assert np.array_equal(counts[at], expected)
        inside = row[(row >= UNIT.lower) & (row < UNIT.upper)]
        assert minimum[at] == inside.min(initial=np.inf)
        assert maximum[at] == inside.max(initial=-np.inf)


def test_tallies_add_up():
    values = np.random.default_rng(0).uniform(-0.1, 1.1, (4, 300)).astype(np.float32)
    valid = np.ones(100, bool)
    layout = layout_of(values)
    tally = empty_tally(layout, np.float32)
    for start in (200, 0, 100):
        tally = counted(layout, tally, {"x": values[:, start : start + 100]}, FIRST, valid)
    for part, whole in zip(tally, tally_of(values), strict=True):
        assert np.array_equal(part, whole)


def test_a_value_next_to_the_upper_edge_stays_in_the_last_bin():
    # In float32 the position of such a value rounds up to the number of bins.
    odd = Histogram(0.0, 0.3, 30)
    value = np.nextafter(np.float32(0.3), np.float32(0.0))
    counts, _, _ = parts_of(np.array([value]), histogram=odd)
    assert counts[30] == 1


@pytest.mark.parametrize("dtype", [np.int32, np.bool_])
def test_integers_and_flags_are_counted_as_numbers(dtype):
    counts, _, _ = parts_of(np.array([0, 1, 1], dtype))
    assert (counts[1], counts[17]) == (1, 2)


def test_outputs_of_different_ranges_and_shapes_are_counted_apart():
    wide = Histogram(-10.0, 10.0, 5)
    layout = Layout((CountedOutput("a", UNIT, ()), CountedOutput("b", wide, (2,))))
    outputs = {
        "a": np.array([0.03, 2.0], np.float32),
        "b": np.array([[-9.0, 9.0], [np.nan, -11.0]], np.float32),
        "c": np.zeros(2, np.float32),
    }
    tally = counted(layout, empty_tally(layout, np.float32), outputs, FIRST, np.ones(2, bool))
    found = {name: (counts[0], low) for name, counts, low, _ in layout.split(jax.device_get(tally))}
    np.testing.assert_array_equal(np.flatnonzero(found["a"][0]), [1, 17])
    np.testing.assert_array_equal(found["b"][0], [[0, 1, 0, 0, 0, 1, 0, 0], [1, 0, 0, 0, 0, 0, 0, 1]])
    np.testing.assert_array_equal(found["b"][1], [-9.0, np.inf])


REPLICATED = Layout(
    (CountedOutput("x", UNIT, (2, 3)), CountedOutput("y", Histogram(-1.0, 2.0, 5), ())),
    (AveragedOutput("p", Range(-1.0, 2.0), (3,)),),
    4,
)


@settings(max_examples=25)
@given(st.integers(0, 2**32 - 1), st.sampled_from([3, 700]), st.integers(0, 2**31))
def test_each_draw_is_counted_and_averaged_in_its_replicate(first, draws, seed):
    rng = np.random.default_rng(seed)
    outputs = {
        "x": rng.uniform(-0.1, 1.1, (2, 3, draws)).astype(np.float32),
        "y": rng.normal(size=draws).astype(np.float32),
        "p": rng.uniform(-1.0, 2.0, (3, draws)).astype(np.float32),
    }
    valid = rng.random(draws) < 0.8
    tally = counted(REPLICATED, empty_tally(REPLICATED, np.float32), outputs, np.uint32(first), valid)
    summaries = REPLICATED.empty()
    for name, *parts in REPLICATED.split(jax.device_get(tally)):
        summaries[name].add(*parts)
    replicate = (first + np.arange(draws)) % 2**32 % 4
    for name in ("x", "y"):
        sketch = summaries[name]
        assert isinstance(sketch, Sketch)
        for r in range(4):
            counts, _, _ = parts_of(outputs[name], valid & (replicate == r), sketch.histogram)
            assert np.array_equal(sketch.counts[r], counts[..., :-1])
    average = summaries["p"]
    assert isinstance(average, Average)
    assert np.array_equal(average.draws, np.bincount(replicate[valid], minlength=4))
    if valid.any():
        np.testing.assert_allclose(average.value, outputs["p"][:, valid].mean(axis=1), atol=1e-6)


def test_sums_of_more_draws_than_one_word_holds_are_exact():
    layout = Layout((), (AveragedOutput("p", Range(0.0, 1.0), ()),), 1)
    tally = empty_tally(layout, np.float32)
    for _ in range(4):
        tally = counted(layout, tally, {"p": np.ones(5000, np.float32)}, FIRST, np.ones(5000, bool))
    ((_, sums, draws),) = layout.split(jax.device_get(tally))
    assert (sums, draws) == (20_000 * 2**22, 20_000)


def test_a_draw_that_is_not_a_number_is_left_out_of_averages():
    layout = Layout((), (AveragedOutput("p", Range(0.0, 1.0), (2,)),), 1)
    values = np.array([[0.5, np.nan, 1.0], [0.25, 0.0, 0.75]], np.float32)
    tally = counted(layout, empty_tally(layout, np.float32), {"p": values}, FIRST, np.ones(3, bool))
    average = layout.empty()["p"]
    for _, *parts in layout.split(jax.device_get(tally)):
        average.add(*parts)
    assert isinstance(average, Average)
    np.testing.assert_allclose(average.value, [0.75, 0.5])
