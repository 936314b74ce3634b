"""Shifts between forecasts, from draws whose answers are known."""

import numpy as np
import pytest
from scipy import stats

from datawall.backtesting.revision import BY, moves, quantiles

N = 2**14
WALL, RELEASE = "wall.tokens[1]", "release.raw[6]"


def normal(centre, spread=2.0, seed=0):
    return centre + spread * np.random.default_rng(seed).standard_normal(N)


def test_quantiles_keep_past_and_never():
    own = normal(2031.0)
    own[: N // 4], own[-N // 4 :] = -np.inf, np.inf
    found = quantiles({WALL: own}).sel(output=WALL)
    assert found["p_past"] == found["p_never"] == 0.25
    assert found["date"].sel(quantile=0.1) == -np.inf
    assert found["date"].sel(quantile=0.9) == np.inf
    # the quarter below has passed, so the median of all is that of the rest
    error = found["mcse"].item()
    assert abs(found["date"].sel(quantile=0.5).item() - 2031.0) < 4 * error
    assert abs(found["p_by"].item() - (0.25 + 0.5 * stats.norm.cdf((BY - 2031.0) / 2.0))) < 4 * 0.5 / N**0.5


def test_the_error_of_the_median_is_that_of_an_order_statistic():
    """sd(median) = sqrt(pi / 2) sd / sqrt(n), known from 16 replicates to 18 %: within a factor of 2."""
    expected = np.sqrt(np.pi / 2.0) * 2.0 / np.sqrt(N)
    found = quantiles({WALL: normal(2031.0)})["mcse"].item()
    assert expected / 2.0 < found < 2.0 * expected


def test_a_shift_of_each_draw_is_a_shift_of_the_median_without_error():
    older = {WALL: normal(2031.0)}
    alone = {"compute": {WALL: older[WALL] - 1.0}, "data_stock": {WALL: older[WALL] + 0.25}}
    found = moves(older, alone, {WALL: older[WALL] - 0.5}).sel(output=WALL)
    np.testing.assert_allclose(found["shift"], [-1.0, 0.25], atol=1e-9)
    np.testing.assert_allclose(found["shift_mcse"], 0.0, atol=1e-9)
    assert found["joint_shift"].item() == pytest.approx(-0.5)
    assert found["rest_shift"].item() == pytest.approx(0.25)
    assert found["most"].item() == "compute"


def test_probabilities_move_as_the_normal_distribution_says():
    older, newer = {WALL: normal(2031.0)}, {WALL: normal(2030.0)}
    found = moves(older, {"compute": newer}, newer).sel(output=WALL, module="compute")
    moved = 0.5 - stats.norm.cdf(-0.5)
    error = found["probability_shift_mcse"].item()
    assert abs(found["probability_shift"].item() - moved) < 4 * error
    expected = np.sqrt(moved * (1.0 - moved) / N)  # the draws that moved past the date are binomial
    assert expected / 2.0 < error < 2.0 * expected


def test_independent_draws_have_the_error_of_two_runs():
    """A wrong pairing is caught: the error is then sqrt(2) times that of one median."""
    older, newer = {WALL: normal(2031.0)}, {WALL: normal(2031.0, seed=1)}
    found = moves(older, {"compute": newer}, newer).sel(output=WALL, module="compute")
    expected = np.sqrt(np.pi) * 2.0 / np.sqrt(N)
    assert expected / 2.0 < found["shift_mcse"].item() < 2.0 * expected
    assert abs(found["shift"].item()) < 4 * expected


def test_a_median_that_is_never_has_no_shift_and_the_probability_tells_what_moved_most():
    older = {WALL: np.where(np.arange(N) < 0.6 * N, np.inf, 2028.0), RELEASE: normal(2029.0)}
    rare = np.where(np.arange(N) < 0.7 * N, np.inf, 2028.0)
    often = np.where(np.arange(N) < 0.2 * N, np.inf, 2028.0)
    alone = {
        "scaling": older | {WALL: rare},
        "compute": older | {WALL: often},
        "price": {name: values.copy() for name, values in older.items()},
    }
    found = moves(older, alone, older | {WALL: often})
    wall = found.sel(output=WALL)
    assert np.isnan(wall["shift"].sel(module=["scaling", "compute"])).all()
    assert wall["shift"].sel(module="price") == 0.0  # no draw moved
    np.testing.assert_allclose(wall["probability_shift"], [-0.1, 0.4, 0.0], atol=1e-4)
    assert wall["most"].item() == "compute"
    assert np.isnan(wall["joint_shift"])
    assert found.sel(output=RELEASE)["most"].item() == ""
