"""The dates at which walls are worked out, and where they lie between the dates of the grid."""

import numpy as np
import pytest

from datawall.forecasting.conditional_monte_carlo import FINE_STEP, FINE_YEARS, knot_places, knots_between
from datawall.forecasting.labels import time_grid


@pytest.mark.parametrize("as_of", [2026.8329, 2026.0, 2024.497])
def test_every_knot_is_found_again_between_its_two_dates(as_of):
    grid = time_grid(as_of, 2050.0)
    knots = knots_between(grid, as_of)
    places = knot_places(knots, grid, as_of)
    assert ((places["share"] >= 0.0) & (places["share"] <= 1.0)).all()
    row = places["row"]
    again = grid[row] + places["share"] * (grid[row + 1] - grid[row])
    np.testing.assert_allclose(again, knots, rtol=0, atol=1e-6)
    np.testing.assert_allclose(places["date"], knots - as_of, rtol=0, atol=1e-5)


def test_the_grid_is_kept_and_the_first_years_are_finer():
    grid = time_grid(2026.5, 2050.0)
    knots = knots_between(grid, 2026.5)
    assert set(grid) <= set(knots)
    assert (np.diff(knots) > 0).all()
    early = knots[(knots >= 2026.5) & (knots < 2026.5 + FINE_YEARS)]
    assert np.diff(early).max() <= FINE_STEP
    assert knots[-1] == grid[-1]
