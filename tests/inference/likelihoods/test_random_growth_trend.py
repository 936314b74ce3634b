"""The frontier that climbs year by year."""

import jax
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from datawall.inference.likelihoods import climbed, years_of

YEARS = years_of(np.array([2018.7, 2026.4]))
PACE = np.linspace(0.5, 2.0, len(YEARS))
dates = st.floats(2015.0, 2029.0)


@pytest.fixture(autouse=True)
def double_precision():
    with jax.enable_x64(True):
        yield


@settings(max_examples=25)
@given(a=dates, b=dates, c=dates)
def test_climbs_add_up(a, b, c):
    with jax.enable_x64(True):
        assert float(climbed(PACE, YEARS[0], a, b) + climbed(PACE, YEARS[0], b, c)) == pytest.approx(
            float(climbed(PACE, YEARS[0], a, c)), abs=1e-9
        )


def test_a_steady_pace_is_a_straight_line():
    assert np.allclose(
        climbed(np.full(len(YEARS), 1.5), YEARS[0], 2024.3, np.array([2020.1, 2026.9])), [-6.3, 3.9]
    )


def test_a_climb_within_one_year_goes_at_its_pace():
    assert float(climbed(PACE, YEARS[0], 2019.25, 2019.75)) == pytest.approx(PACE[2] / 2)


def test_beyond_the_years_the_nearest_pace_goes_on():
    last = YEARS[-1] + 1.0
    assert float(climbed(PACE, YEARS[0], last, last + 3.0)) == pytest.approx(3.0 * PACE[-1])
    assert float(climbed(PACE, YEARS[0], 2015.5, YEARS[0])) == pytest.approx(1.5 * PACE[0])
