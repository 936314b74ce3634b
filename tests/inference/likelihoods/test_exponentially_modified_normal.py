"""The edge above a cloud of observations: density and draws against scipy."""

from typing import Any

import jax
import numpy as np
import pytest
from scipy.stats import exponnorm, kstest

from datawall.inference.likelihoods import BelowLine

CASES = [(0.0, 1.0, 1.0), (60.0, 0.2, 1.4), (-3.0, 2.5, 0.1), (10.0, 0.05, 2.0)]


@pytest.fixture(autouse=True)
def double_precision():
    with jax.enable_x64(True):
        yield


def reflected(gap: float, error: float) -> Any:
    """Return the law of line minus value by scipy."""
    return exponnorm(gap / error, loc=0.0, scale=error)


@pytest.mark.parametrize(("line", "gap", "error"), CASES)
def test_density_is_scipys_exponentially_modified_normal(line, gap, error):
    offsets = np.linspace(-4 * error, 4 * (gap + error), 25)
    ours = BelowLine(line, gap, error).log_prob(line - offsets)
    assert np.allclose(ours, reflected(gap, error).logpdf(offsets), rtol=1e-8, atol=1e-8)


def test_density_integrates_to_one():
    grid = np.linspace(-25.0, 5.0, 20_001)
    density = np.exp(BelowLine(1.0, 0.7, 0.3).log_prob(grid))
    assert np.trapezoid(density, grid) == pytest.approx(1.0, abs=1e-7)


@pytest.mark.parametrize(("line", "gap", "error"), CASES)
def test_draws_follow_the_density(line, gap, error):
    # false alarm: 1e-4 for each case
    draws = np.asarray(BelowLine(line, gap, error).sample(jax.random.key(5), (4000,)))
    assert kstest(line - draws, reflected(gap, error).cdf).pvalue > 1e-4


def test_draws_above_the_line_would_be_noticed():
    draws = np.asarray(BelowLine(0.0, 1.0, 0.5).sample(jax.random.key(5), (4000,)))
    assert kstest(draws, reflected(1.0, 0.5).cdf).pvalue < 1e-12


@pytest.mark.parametrize("value", [-300.0, -30.0, 0.0, 3.0, 30.0])
def test_curvature_is_finite_far_from_the_line(value):
    def density(line, gap):
        return BelowLine(line, gap, 0.3).log_prob(value)

    assert np.all(np.isfinite(jax.hessian(density, argnums=(0, 1))(0.0, 0.8)))
