"""Sketches against NumPy on the same draws and against exact laws; point masses, infinities and NaN."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import ArrayLike
from scipy import stats

from datawall.sampling.summaries import Histogram, Sketch

LEVELS = np.array([0.001, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.999])
YEARS = Histogram(2020.0, 2052.0, 1024)
WIDE = Histogram(-8.0, 8.0, 4096)
NARROW = Histogram(-1.0, 1.0, 64)


def sketch_of(histogram: Histogram, values: np.ndarray) -> Sketch:
    """Count values (..., n) with NumPy alone, so that these tests do not rest on the device code."""
    values = np.asarray(values, float)
    inside = (values >= histogram.lower) & (values < histogram.upper)
    edges = np.r_[-np.inf, histogram.edges, np.inf]
    rows = values.reshape(-1, values.shape[-1])
    slots = [np.searchsorted(edges, row[~np.isnan(row)], "right") - 1 for row in rows]
    counts = [np.bincount(np.minimum(s, histogram.bins + 1), minlength=histogram.bins + 2) for s in slots]
    nan = np.isnan(values).sum(-1)
    sketch = Sketch.empty(histogram, values.shape[:-1])
    sketch.add(
        np.concatenate([np.reshape(counts, (*nan.shape, -1)), nan[..., None]], axis=-1)[None],
        np.where(inside, values, np.inf).min(-1),
        np.where(inside, values, -np.inf).max(-1),
    )
    return sketch


def normals(*shape: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=shape)


@pytest.mark.parametrize("law", [stats.norm(), stats.uniform(-1, 2), stats.expon(-2), stats.laplace()])
def test_quantiles_are_those_of_the_sample_within_a_bin_and_of_the_law_within_four_mcse(law):
    values = law.rvs(100_000, random_state=1)
    curve = sketch_of(WIDE, values).curve()
    width = 16.0 / WIDE.bins
    sample = np.quantile(values, LEVELS, method="inverted_cdf")
    assert np.all(np.abs(curve.quantile(LEVELS) - sample) <= width)
    assert np.all(np.abs(curve.quantile(LEVELS) - law.ppf(LEVELS)) < 4 * curve.quantile_mcse(LEVELS) + width)


def test_the_cdf_is_exact_at_edges_and_within_a_bin_mass_elsewhere():
    values = normals(20_000)
    sketch = sketch_of(WIDE, values)
    assert np.allclose(
        sketch.curve().cdf(WIDE.edges[1:-1]), [(values < e).mean() for e in WIDE.edges[1:-1]], atol=1e-12
    )
    x = np.linspace(-3, 3, 101)
    bin_mass = sketch.counts.max() / sketch.total
    assert np.all(np.abs(sketch.curve().cdf(x) - [(values <= v).mean() for v in x]) <= bin_mass)


def test_quantile_and_cdf_are_inverse():
    sketch = sketch_of(WIDE, normals(5000))
    np.testing.assert_allclose(sketch.curve().cdf(sketch.curve().quantile(LEVELS)), LEVELS, rtol=1e-9)


@given(
    st.lists(st.floats(-2.0, 2.0) | st.sampled_from([-np.inf, np.inf]), min_size=1, max_size=40),
    st.lists(st.floats(0.0, 1.0), min_size=2, max_size=5),
)
def test_quantiles_of_any_sample_are_monotone_and_agree_with_the_sorted_sample(values, levels):
    values, levels = np.array(values), np.sort(levels)
    sketch = sketch_of(NARROW, values)
    quantiles = sketch.curve().quantile(levels)
    assert np.all(quantiles[1:] >= quantiles[:-1])
    # The level as the sketch sees it: the share of draws, rounded as p n is.
    order = np.ceil(levels * len(values)).astype(int)
    sample = np.sort(values)[np.maximum(order, 1) - 1]
    assert np.array_equal(quantiles == -np.inf, sample < NARROW.lower)
    assert np.array_equal(quantiles == np.inf, sample >= NARROW.upper)
    finite = np.isfinite(quantiles)
    assert np.all(np.abs(quantiles[finite] - sample[finite]) <= 2.0 / NARROW.bins)
    assert np.all((quantiles >= sketch.minimum) & (quantiles <= sketch.maximum) | ~finite)


def test_a_point_mass_is_returned_exactly():
    value = 2031.7182818
    sketch = sketch_of(YEARS, np.full(1000, value))
    assert np.all(sketch.curve().quantile([0.0, 1e-6, 0.5, 1.0]) == value)
    assert sketch.curve().quantile_mcse(0.5) == 0.0
    assert list(sketch.curve().cdf([value - 1e-9, value])) == [0.0, 1.0]


def test_never_and_past_keep_their_mass():
    values = np.r_[np.full(200, -np.inf), np.full(500, 2030.25), np.full(300, np.inf)]
    sketch = sketch_of(YEARS, values)
    assert (sketch.total, sketch.shares().value[0], sketch.shares().value[-1]) == (1000, 0.2, 0.3)
    levels = [0.0, 0.2, 0.201, 0.5, 0.7, 0.701, 1.0]
    expected = [-np.inf, -np.inf, 2030.25, 2030.25, 2030.25, np.inf, np.inf]
    assert list(sketch.curve().quantile(levels)) == expected
    assert list(sketch.curve().cdf([2000.0, 2030.0, 2030.25, 2052.0, np.inf])) == [0.2, 0.2, 0.7, 0.7, 0.7]
    # sqrt(.7 .3 / 1000) = .0145: the answer at .69 cannot be told from "never".
    assert list(sketch.curve().quantile_mcse([0.1, 0.5, 0.69, 0.9])) == [np.inf, 0.0, np.inf, np.inf]


@pytest.mark.parametrize("value", [-np.inf, np.inf])
def test_a_sketch_with_nothing_in_range(value):
    sketch = sketch_of(YEARS, np.full(10, value))
    assert np.all(sketch.curve().quantile([0.0, 0.3, 1.0]) == value)
    assert sketch.curve().quantile_mcse(0.5) == np.inf
    assert sketch.curve().cdf(2030.0) == (value < 0)


def test_nan_is_counted_apart():
    sketch = sketch_of(YEARS, np.r_[np.full(5, np.nan), np.full(10, 2030.0), np.full(10, np.inf)])
    assert (sketch.nan, sketch.total, sketch.shares().value[-1]) == (5, 20, 0.5)


def test_nothing_counted_has_no_distribution():
    sketch = sketch_of(YEARS, np.full(5, np.nan))
    for answer in (
        sketch.shares().value[0],
        sketch.curve().quantile(0.5),
        sketch.curve().quantile_mcse(0.5),
        *sketch.curve().probability(2030.0),
    ):
        assert np.isnan(answer)


def test_leading_axes_are_kept_and_independent():
    values = normals(3, 2, 4000) + np.arange(6).reshape(3, 2, 1) / 4
    curve = sketch_of(WIDE, values).curve()
    assert curve.quantile(0.5).shape == curve.quantile_mcse(0.5).shape == curve.cdf(0.0).shape == (3, 2)
    assert curve.quantile(LEVELS).shape == curve.quantile_mcse(LEVELS).shape == (3, 2, len(LEVELS))
    assert curve.probability(np.zeros((4, 5))).mcse.shape == (3, 2, 4, 5)
    alone = sketch_of(WIDE, values[1, 1]).curve()
    assert np.array_equal(curve.quantile(LEVELS)[1, 1], alone.quantile(LEVELS))
    assert np.array_equal(curve.quantile_mcse(LEVELS)[1, 1], alone.quantile_mcse(LEVELS))
    assert np.array_equal(curve.probability(LEVELS).mcse[1, 1], alone.probability(LEVELS).mcse)


def test_adding_in_any_order_and_in_any_parts_gives_the_same_sketch():
    values = normals(1000)
    parts = [sketch_of(WIDE, part) for part in (values[:100], values[100:450], values[450:])]
    for order in ([0, 1, 2], [2, 0, 1]):
        total = Sketch.empty(WIDE, ())
        for i in order:
            total.add(np.append(parts[i].counts, parts[i].nan)[None], parts[i].minimum, parts[i].maximum)
        whole = sketch_of(WIDE, values)
        assert np.array_equal(total.counts, whole.counts)
        assert (total.minimum, total.maximum) == (whole.minimum, whole.maximum)


SEEDS, DRAWS = 200, 4000


def consistent(estimates: np.ndarray, mcse: np.ndarray, truth: ArrayLike) -> bool:
    """Whether 200 intervals of 1 and 2 standard errors hold the truth as often as they should.

    Wrong in 2 of 10,000 cases when the standard errors are right.
    """
    deviation = np.abs(estimates - truth) / mcse
    for width in (1.0, 2.0):
        low, high = stats.binom(SEEDS, stats.chi(1).cdf(width)).interval(0.9999)
        if not low <= (deviation < width).sum() <= high:
            return False
    return True


@pytest.mark.parametrize("level", [0.05, 0.3, 0.5, 0.9])
def test_the_standard_error_of_a_quantile_is_calibrated(level):
    curve = sketch_of(WIDE, normals(SEEDS, DRAWS, seed=3)).curve()
    quantile, mcse, truth = (
        curve.quantile(level),
        curve.quantile_mcse(level),
        stats.norm.ppf(level),
    )
    assert consistent(quantile, mcse, truth)
    assert not consistent(quantile, mcse / 1.5, truth)
    assert not consistent(quantile, mcse * 1.5, truth)


@pytest.mark.parametrize("x", [-1.5, 0.0, 1.0])
def test_the_standard_error_of_a_probability_is_calibrated(x):
    value, mcse = sketch_of(WIDE, normals(SEEDS, DRAWS, seed=4)).curve().probability(x)
    assert consistent(value, mcse, stats.norm.cdf(x))
    assert not consistent(value, mcse / 1.5, stats.norm.cdf(x))
    assert not consistent(value, mcse * 1.5, stats.norm.cdf(x))


@pytest.mark.parametrize("arguments", [(1.0, 1.0, 8), (0.0, np.inf, 8), (np.nan, 1.0, 8), (0.0, 1.0, 0)])
def test_an_impossible_range_is_refused(arguments):
    with pytest.raises(ValueError, match="finite lower < upper"):
        Histogram(*arguments)
