import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from datawall.model import passage
from datawall.model.passage import Line, linear_passages, nonlinear_passages, running_maximum
from support.numerics import root

YEARS = np.arange(0.0, 11.0)


def straight(path, asked, grid):
    """First dates at which a path, kept from falling, reaches levels on the leading axis."""
    levels = running_maximum(jax.vmap(path)(grid))
    gaps = levels - jnp.expand_dims(asked, 1)
    line = Line(jnp.ones_like(asked), jnp.zeros_like(asked))
    return linear_passages(path, line, gaps, levels, grid), levels


def passages(path, asked, grid=YEARS):
    dates, levels = jax.jit(lambda a, g: straight(path, a, g))(jnp.asarray(asked), jnp.asarray(grid))
    return np.asarray(dates), np.asarray(levels)


@pytest.fixture(params=[False, True], ids=["single", "double"])
def precision(request):
    with jax.enable_x64(request.param):
        yield 1e-12 if request.param else 1e-5


@pytest.mark.usefixtures("precision")
def test_dates_in_either_precision():
    dates, _ = passages(lambda t: 2.0 * t, (0.5, 4.0, 19.0))
    np.testing.assert_allclose(dates, [0.25, 2.0, 9.5], rtol=1e-6)


def test_straight_lines_are_exact():
    dates, levels = passages(lambda t: 1.5 * t - 4.0, (0.0, 3.125))
    np.testing.assert_allclose(dates, [4 / 1.5, 4.75], rtol=1e-6)
    np.testing.assert_allclose(levels, 1.5 * YEARS - 4.0, rtol=1e-6)


def test_never_past_and_at_once():
    dates, _ = passages(lambda t: t, (11.0, -1.0, 0.0, 10.0))
    np.testing.assert_array_equal(dates, [np.inf, -np.inf, -np.inf, 10.0])


def test_a_level_that_falls_was_still_reached():
    """Up to 3 at t = 2.5, down to 1.5 at t = 4, then up again."""

    def path(t):
        return jnp.where(t < 2.5, 1.2 * t, jnp.where(t < 4.0, 5.5 - t, 1.5 * t - 4.5))

    dates, levels = passages(path, (1.8, 2.4, 4.5))
    np.testing.assert_allclose(dates, [1.5, 2.0, 6.0], rtol=1e-5)
    assert (np.diff(levels) >= 0).all()
    np.testing.assert_allclose(levels[3:5], 2.5, rtol=1e-6)


KINKS = [(at, share, slope) for at in (0.1, 0.5, 0.9) for share in (0.05, 0.5, 0.95) for slope in (0.2, 0.9)]


def kinked(at, slope):
    """Slope 1, then another from within the fifth step on."""
    return lambda t: jnp.minimum(t, 4.0 + at) + slope * jnp.maximum(t - 4.0 - at, 0.0)


@pytest.mark.parametrize(("at", "share", "slope"), KINKS)
def test_a_kink_within_a_step(at, share, slope):
    """A concave kink costs Newton's method a step and no digits."""
    end = 4.0 + at + slope * (1.0 - at)
    level = 4.0 + share * (end - 4.0)
    expected = level if level < 4.0 + at else 4.0 + at + (level - 4.0 - at) / slope
    with jax.enable_x64(True):
        dates, _ = passages(kinked(at, slope), (level,))
    assert dates[0] == pytest.approx(expected, abs=1e-12)


def test_a_jump_is_dated_within_its_step():
    dates, _ = passages(lambda t: t + jnp.where(t >= 4.3, 5.0, 0.0), (6.0,))
    assert 4.0 <= dates[0] <= 5.0


# Smooth paths that bend like a budget under its ceiling: the date does not depend on the grid.
def bent(t, growth, ceiling, xp):
    return growth * t + xp.log(-xp.expm1(-xp.exp(0.7 * t - ceiling)))


def saturating_passages(growth, ceiling, share, grid):
    levels = [bent(share * 10.0, growth, ceiling, np)]
    return passages(lambda t: bent(t, growth, ceiling, jnp), levels, grid)[0][0], levels[0]


@pytest.mark.parametrize("growth", [0.05, 0.3, 1.2])
@pytest.mark.parametrize("share", [0.13, 0.47, 0.88])
def test_the_date_does_not_depend_on_the_grid(growth, share):
    with jax.enable_x64(True):
        yearly, _ = saturating_passages(growth, 2.0, share, YEARS)
        quarterly, _ = saturating_passages(growth, 2.0, share, np.arange(0.0, 10.01, 0.25))
    assert yearly == pytest.approx(10.0 * share, abs=1e-4)
    assert yearly == pytest.approx(quarterly, abs=1e-4)


def test_without_refinement_the_date_is_off(monkeypatch):
    monkeypatch.setattr(passage, "NEWTON_STEPS", 0)
    with jax.enable_x64(True):
        yearly, _ = saturating_passages(0.05, 2.0, 0.33, YEARS)
    assert abs(yearly - 3.3) > 1e-3


@pytest.fixture(scope="module")
def random_path():
    """First passage of a path of a line, a parabola and a wave, compiled once."""

    def path(t, c, xp=jnp):
        return c[0] * t + c[1] * t**2 + c[2] * (t + xp.sin(c[3] * t) / c[3])

    def dates(coefficients, level):
        return straight(lambda t: path(t, coefficients), jnp.atleast_1d(level), jnp.arange(11.0))[0][0]

    return path, jax.jit(dates)


positive = st.floats(0.05, 3.0)


@settings(max_examples=80, deadline=None)
@given(
    st.tuples(positive, st.floats(0.0, 1.0), st.floats(0.0, 1.0), st.floats(0.1, 0.6)), st.floats(0.01, 0.99)
)
def test_rising_paths_agree_with_a_root_finder(random_path, coefficients, share):
    path, dates = random_path
    level = share * float(path(10.0, coefficients, np))
    expected = root(lambda t: float(path(t, coefficients, np)) - level, 0.0, 10.0)
    with jax.enable_x64(True):
        assert float(dates(jnp.array(coefficients), level)) == pytest.approx(expected, abs=1e-4)


def test_many_draws_are_many_single_draws():
    slopes = jnp.array([0.3, 1.0, 2.0, 0.01])

    def dates(slope):
        return straight(lambda t: slope * t, jnp.full((1, *slope.shape), 2.5), jnp.arange(11.0))

    together, levels = dates(slopes)
    alone, single = jax.vmap(dates, out_axes=-1)(slopes)
    np.testing.assert_array_equal(together, alone)
    np.testing.assert_array_equal(levels, single)
    np.testing.assert_allclose(together[0, :3], [2.5 / 0.3, 2.5, 1.25], rtol=1e-6)
    assert np.isposinf(together[0, 3])


def nonlinear_gap(t, level, asked):
    """Nearly straight in the level: a parabola of it, and time."""
    return level + 0.02 * level**2 + 0.1 * t - asked


@pytest.mark.parametrize("asked", [0.7, 2.2, 9.3, 13.0])
def test_a_nonlinear_gap_on_a_kinked_path(asked):
    """Against a root finder, for a path that slows within a grid step."""

    def path(t, xp=jnp):
        return 1.3 * xp.minimum(t, 4.4) + 0.4 * xp.maximum(t - 4.4, 0.0)

    expected = root(lambda t: float(nonlinear_gap(t, path(t, np), asked)), 0.0, 20.0)
    with jax.enable_x64(True):
        grid = jnp.arange(21.0)
        levels = running_maximum(jax.vmap(path)(grid))
        one = jnp.ones(1)
        dates = nonlinear_passages(
            path,
            Line(one, 0.1 * one),
            nonlinear_gap(grid, levels, asked)[None],
            levels,
            grid,
            lambda t, level: nonlinear_gap(t, level, asked),
        )
    assert float(dates[0]) == pytest.approx(expected, abs=1e-6)


def test_a_level_that_time_alone_reaches():
    """On a path that falls back, the coordinate still rises with time while the level is kept."""
    line = Line(jnp.ones(1), 0.5 * jnp.ones(1))
    grid = jnp.arange(11.0)

    def path(t):
        return jnp.where(t < 2.5, t, 5.0 - t)

    levels = running_maximum(jax.vmap(path)(grid))
    gaps = (levels + 0.5 * grid - 4.25)[None]
    # the grid has seen a level of 2; half a year's drift is .25 a half year
    assert float(linear_passages(path, line, gaps, levels, grid)[0]) == pytest.approx(4.5)


def test_a_path_that_is_not_a_number_has_no_date():
    """Neither never nor past: a defect of the model is not an answer."""
    dates, _ = passages(lambda t: jnp.where(t < 3.0, t, jnp.nan), (1.5, 4.0))
    np.testing.assert_array_equal(dates, [1.5, np.nan])
