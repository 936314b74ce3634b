"""Numbers by replicate: those of sketches that hold one replicate each, and errors that cover the truth."""

import numpy as np
import pytest

from datawall.analysis.comparison.targets import curves, estimate, place, shares
from datawall.sampling.summaries import Histogram, Sketch

HISTOGRAM = Histogram(0.0, 1.0, 64)
REPLICATES, DRAWS = 16, 4096


@pytest.fixture(scope="module")
def values():
    """Of shape (replicates, quantities, draws), some below and above the range."""
    return np.random.default_rng(7).normal([[[0.3]], [[0.8]]], 0.3, (2, REPLICATES, DRAWS)).swapaxes(0, 1)


def sketch_of(values):
    """Count values of shape (replicates, ..., draws)."""
    sketch = Sketch.empty(HISTOGRAM, values.shape[1:-1], len(values))
    edges = np.concatenate([[-np.inf], HISTOGRAM.edges, [np.inf]])
    counts = np.apply_along_axis(lambda row: np.histogram(row, edges)[0], -1, values)
    inside = np.where((values >= 0.0) & (values < 1.0), values, np.nan)
    sketch.add(
        np.concatenate([counts, np.zeros_like(counts[..., :1])], axis=-1),
        np.nanmin(inside, axis=(0, -1)),
        np.nanmax(inside, axis=(0, -1)),
    )
    return sketch


def test_rows_are_all_draws_and_each_replicate(values):
    sketch = sketch_of(values)
    curve = curves(sketch)
    np.testing.assert_array_equal(curve.quantile([0.4, 0.5])[0], sketch.curve().quantile([0.4, 0.5]))
    assert curve.quantile(0.4).shape == (1 + REPLICATES, 2)
    for row in range(REPLICATES):
        for quantity in range(2):
            expected = np.quantile(values[row, quantity], 0.4)
            assert curve.quantile(0.4)[1 + row, quantity] == pytest.approx(expected, abs=1 / 64)


def test_shares_and_places(values):
    sketch = sketch_of(values)
    assert shares(sketch).shape == (1 + REPLICATES, 2, 64)
    np.testing.assert_allclose(shares(sketch)[0], sketch.shares().value[..., 1:-1])
    one = place(sketch, (1,))
    np.testing.assert_array_equal(curves(one).quantile(0.5), curves(sketch).quantile(0.5)[:, 1])


def test_the_error_is_that_of_the_mean_of_replicates():
    """Scores of 2000 estimates follow Student's t with 15 degrees of freedom; half the error does not."""
    rows = np.random.default_rng(3).normal(size=(REPLICATES, 2000))
    found = estimate(np.concatenate([rows.mean(axis=0)[None], rows]))
    scores = found.value / found.mcse
    beyond = np.mean(np.abs(scores) > 2.131)  # the 97.5 % quantile of t with 15 degrees of freedom
    # four binomial standard errors
    assert abs(beyond - 0.05) < 0.02
    assert np.mean(np.abs(2.0 * scores) > 2.131) > 0.2
