"""Waits that are seen in part: densities against scipy and quadrature, draws against densities."""

from typing import Any

import jax
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.stats import kstest, lognorm

from datawall.inference.likelihoods import CensoredWait, WaitSinceInterval, rest_of_wait

LOC, SCALE = np.log(3.0), 0.6
SCIPY: Any = lognorm(SCALE, scale=3.0)


@pytest.fixture(autouse=True)
def double_precision():
    with jax.enable_x64(True):
        yield


def test_an_ended_wait_has_the_density_of_the_lognormal():
    waits = np.array([0.1, 1.0, 3.0, 20.0])
    assert np.allclose(CensoredWait(LOC, SCALE, np.inf).log_prob(waits), SCIPY.logpdf(waits))


def test_a_wait_that_goes_on_has_the_probability_of_being_longer():
    assert np.allclose(CensoredWait(LOC, SCALE, 7.0).log_prob(7.0), SCIPY.logsf(7.0))


def test_seen_waits_have_total_probability_one():
    law = CensoredWait(LOC, SCALE, 4.0)
    grid = np.linspace(1e-9, 4.0 - 1e-9, 20_001)
    ended = np.trapezoid(np.exp(law.log_prob(grid)), grid)
    assert ended + float(np.exp(law.log_prob(4.0))) == pytest.approx(1.0, abs=1e-7)


@pytest.mark.parametrize("limit", [np.inf, 4.0])
def test_censored_density_has_finite_curvature(limit):
    def density(loc, scale):
        return CensoredWait(loc, scale, np.array([limit, np.inf])).log_prob(np.array([3.9, 0.2])).sum()

    assert np.all(np.isfinite(jax.hessian(density, argnums=(0, 1))(LOC, SCALE)))


@pytest.mark.parametrize("width", [0.03, 1.0, 6.0])
def test_interval_density_is_the_average_of_the_density_over_the_start(width):
    law = WaitSinceInterval(LOC, SCALE, width)
    for value in (0.5, 2.0, 4.0, 15.0):
        first = max(value - width, 0.0)
        expected = quad(SCIPY.pdf, first, value)[0] / width
        assert float(np.exp(law.log_prob(value))) == pytest.approx(expected, rel=1e-6)


def test_interval_draws_follow_their_density():
    # false alarm: 1e-4
    law = WaitSinceInterval(LOC, SCALE, 2.0)
    draws = np.asarray(law.sample(jax.random.key(1), (2000,)))
    grid = np.linspace(1e-6, 80.0, 20001)
    cdf = np.cumsum(np.exp(law.log_prob(grid))) * (grid[1] - grid[0])
    assert kstest(draws, lambda x: np.interp(x, grid, cdf)).pvalue > 1e-4


@settings(max_examples=25)
@given(score=st.floats(-3, 3), waited=st.floats(0.01, 60.0))
def test_what_is_left_of_a_wait_is_its_conditional_quantile(score, waited):
    from scipy.special import ndtr

    with jax.enable_x64(True):
        whole = float(rest_of_wait(score, waited, LOC, SCALE))
    expected = SCIPY.isf(SCIPY.sf(waited) * ndtr(-score))
    assert whole == pytest.approx(expected, rel=1e-6)
    assert whole >= waited * (1.0 - 1e-9)
