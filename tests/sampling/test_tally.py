"""Device counting against numpy.histogram."""

import jax
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from datawall.sampling.sketch import Histogram
from datawall.sampling.tally import Tally, count, empty_tally

UNIT = Histogram(0.0, 1.0, 16)
FLOATS = st.floats(-0.5, 1.5, width=32, allow_subnormal=False) | st.sampled_from(
    [0.0, 1.0, np.inf, -np.inf, np.nan, 2.0**-4]
)
counted = jax.jit(count, static_argnums=0)


def tally_of(values: np.ndarray, valid: np.ndarray | None = None) -> Tally:
    valid = np.ones(values.shape[-1], bool) if valid is None else valid
    empty = empty_tally(UNIT, values.shape[:-1], values.dtype)
    return jax.device_get(counted(UNIT, empty, values, valid))


@settings(deadline=None)  # the first example compiles
@given(hnp.arrays(np.float32, (2, 3, 7), elements=FLOATS), hnp.arrays(bool, 7))
def test_every_valid_value_is_counted_where_numpy_puts_it(values, valid):
    tally = tally_of(values, valid)
    for at in np.ndindex(2, 3):
        row = values[at][valid]
        bins, _ = np.histogram(row[row < UNIT.upper], UNIT.edges)
        expected = [(row < UNIT.lower).sum(), *bins, (row >= UNIT.upper).sum(), np.isnan(row).sum()]
        assert np.array_equal(tally.counts[at], expected)
        inside = row[(row >= UNIT.lower) & (row < UNIT.upper)]
        assert tally.minimum[at] == inside.min(initial=np.inf)
        assert tally.maximum[at] == inside.max(initial=-np.inf)


def test_tallies_add_up():
    values = np.random.default_rng(0).uniform(-0.1, 1.1, (4, 300)).astype(np.float32)
    valid = np.ones(100, bool)
    tally = empty_tally(UNIT, (4,), np.float32)
    for start in (200, 0, 100):
        tally = counted(UNIT, tally, values[:, start : start + 100], valid)
    for part, whole in zip(tally, tally_of(values), strict=True):
        assert np.array_equal(part, whole)


def test_a_value_next_to_the_upper_edge_stays_in_the_last_bin():
    # In float32 the position of such a value rounds up to the number of bins.
    odd = Histogram(0.0, 0.3, 30)
    value = np.nextafter(np.float32(0.3), np.float32(0.0))
    tally = counted(odd, empty_tally(odd, (), np.float32), np.array([value]), np.array([True]))
    assert int(np.asarray(tally.counts)[30]) == 1


@pytest.mark.parametrize("dtype", [np.int32, np.bool_])
def test_integers_and_flags_are_counted_as_numbers(dtype):
    tally = tally_of(np.array([0, 1, 1], dtype))
    assert (tally.counts[1], tally.counts[17]) == (1, 2)
