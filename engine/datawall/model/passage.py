"""First passage: the date at which a path first reaches a level."""

from collections.abc import Callable

import jax
import jax.numpy as jnp

from datawall.model.inputs import Scalar
from datawall.pytrees import pytree_dataclass

NEWTON_STEPS = 3
"""Newton steps on a concave path from a guess: one draw in a thousand keeps an error of 1e-3 year."""
CORRECTIONS = 2
"""Evaluations of a nonlinear gap itself; each is followed by one more step."""


@pytree_dataclass
class Line:
    """Coordinate ``x = weight level + drift t``, in which a gap is linear, or nearly so.

    Attributes
    ----------
    weight
        Of the level; above zero.
    drift
        A year.
    """

    weight: Scalar
    drift: Scalar

    def at(self, level: Scalar, t: Scalar) -> Scalar:
        """Return the coordinate."""
        return self.weight * level + self.drift * t


@pytree_dataclass
class Bracket:
    """Bracket of a first passage: neighbouring dates between which a gap changes sign; one row for each gap.

    Attributes
    ----------
    start, end
        The dates [years].
    gap_start, gap_end
        The gap there: below zero, then zero or more.
    level_start, level_end
        The level there.
    """

    start: Scalar
    end: Scalar
    gap_start: Scalar
    gap_end: Scalar
    level_start: Scalar
    level_end: Scalar


type Path = Callable[[Scalar], Scalar]
"""Maps a date to a level, concave and smooth but for kinks."""


def running_maximum(values: Scalar) -> Scalar:
    """Return the running maximum along the leading axis.

    A scan, because `cummax` takes twenty times as long on a CPU.
    """

    def advance(highest: Scalar, value: Scalar) -> tuple[Scalar, Scalar]:
        highest = jnp.maximum(highest, value)
        return highest, highest

    return jax.lax.scan(advance, jnp.full_like(values[0], -jnp.inf), values)[1]


def first_bracket(gap: Scalar, levels: Scalar, grid: Scalar) -> tuple[Bracket, Scalar]:
    """Return the bracket in which a gap first reaches zero.

    Parameters
    ----------
    gap
        On the grid, dates on the leading axis.
    levels
        The level there.
    grid
        Increasing dates [years].

    Returns
    -------
    bracket
        Arbitrary values, safe to compute with, where there is none.
    place
        0 where the date lies in the bracket; else -inf where the gap was reached at the first date, inf where
        it is never reached, nan where it is not a number before.
    """
    index = jnp.arange(len(grid)).reshape(-1, *[1] * (gap.ndim - 1))
    end = jnp.min(jnp.where(gap < 0.0, len(grid), index), axis=0)
    place = jnp.where(end == 0, -jnp.inf, jnp.where(end == len(grid), jnp.inf, 0.0))
    end = jnp.clip(end, 1, len(grid) - 1)

    def at(values: Scalar, index: Scalar) -> Scalar:
        return jnp.take_along_axis(values, index[None], axis=0, mode="promise_in_bounds")[0]

    start = end - 1
    gap_start, gap_end = at(gap, start), at(gap, end)
    place = jnp.where(jnp.isnan(gap_start + gap_end) & (place < jnp.inf), jnp.nan, place)
    inside = place == 0.0
    return Bracket(
        grid[start],
        grid[end],
        jnp.where(inside, gap_start, -1.0),
        jnp.where(inside, gap_end, 1.0),
        at(levels, start),
        at(levels, end),
    ), place


def date_reached(
    path: Path, line: Line, target: Scalar, bracket: Bracket, guess: Scalar, steps: int
) -> Scalar:
    """Return the first date in the bracket at which the coordinate reaches `target`.

    The level is the higher of the path and of the level reached before. On a concave path Newton's method
    lands before the date and then never passes it, so kinks cost a step and no more.

    Parameters
    ----------
    path
        Of the level.
    line
        The coordinate.
    target
        Its value at the date.
    bracket
        The bracket of the date.
    guess
        A date in the bracket.
    steps
        Of Newton's method.
    """

    def on_path(t: Scalar) -> Scalar:
        return line.at(path(t), t)

    def step(_: int, carry: tuple[Scalar, Scalar]) -> tuple[Scalar, Scalar]:
        t, _ = carry
        x, slope = jax.jvp(on_path, (t,), (jnp.ones_like(t),))
        rising = slope > 0.0
        t = jnp.where(rising, t + _ratio(target - x, slope), bracket.start)
        return jnp.clip(t, bracket.start, bracket.end), rising

    date, rising = jax.lax.fori_loop(0, steps, step, (guess, jnp.ones_like(guess, bool)))
    date = jnp.where(rising, date, bracket.end)
    # where the path stays below the level reached before, only time moves the coordinate
    kept = _ratio(target - line.weight * bracket.level_start, line.drift)
    return jnp.where((line.drift > 0.0) & (kept >= bracket.start), jnp.minimum(kept, date), date)


def _ratio(numerator: Scalar, denominator: Scalar) -> Scalar:
    """Return the ratio, finite also in its slopes where it will not be used because the denominator is 0."""
    return numerator / jnp.where(denominator == 0.0, 1.0, denominator)


def linear_dates(path: Path, line: Line, bracket: Bracket) -> Scalar:
    """Return the zero in each bracket of a gap that is linear in its coordinate."""
    share = bracket.gap_start / (bracket.gap_start - bracket.gap_end)
    start, end = line.at(bracket.level_start, bracket.start), line.at(bracket.level_end, bracket.end)
    guess = bracket.start + share * (bracket.end - bracket.start)
    return date_reached(path, line, start + share * (end - start), bracket, guess, NEWTON_STEPS)


def nonlinear_dates(
    path: Path, line: Line, bracket: Bracket, gaps: Callable[[Scalar, Scalar], Scalar]
) -> Scalar:
    """Return the zero in each bracket of a gap that is nearly linear in its coordinate.

    Parameters
    ----------
    path, line, bracket
        As for `linear_dates`.
    gaps
        Maps dates and levels, a row for each gap, to the gaps there.
    """

    def correct(_: int, carry: tuple[Scalar, Bracket]) -> tuple[Scalar, Bracket]:
        date, near = carry
        level = jnp.maximum(path(date), bracket.level_start)
        gap = gaps(date, level)
        left, here, right = (
            line.at(*at) for at in ((near.level_start, near.start), (level, date), (near.level_end, near.end))
        )
        target = here + inverse_quadratic(left - here, right - here, near.gap_start, gap, near.gap_end)
        below = gap < 0.0
        near = Bracket(
            jnp.where(below, date, near.start),
            jnp.where(below, near.end, date),
            jnp.where(below, gap, near.gap_start),
            jnp.where(below, near.gap_end, gap),
            jnp.where(below, level, near.level_start),
            jnp.where(below, near.level_end, level),
        )
        return date_reached(path, line, target, bracket, date, 1), near

    guess = linear_dates(path, line, bracket)
    return jax.lax.fori_loop(0, CORRECTIONS, correct, (guess, bracket))[0]


def linear_passages(path: Path, line: Line, gaps: Scalar, levels: Scalar, grid: Scalar) -> Scalar:
    """Return the first-passage date of each gap that is linear in its coordinate.

    Parameters
    ----------
    path
        Of the level, before it is kept from falling.
    line
        The coordinate of each gap, rows on the leading axis.
    gaps
        On the grid: rows, then dates.
    levels
        On the grid, kept from falling.
    grid
        Increasing dates [years].

    Returns
    -------
    array
        A row for each gap: -inf when it is zero or more at the first date, inf when it never is, nan when it
        is not a number in the range searched.
    """
    return _first_dates(gaps, levels, grid, lambda bracket: linear_dates(path, line, bracket))


def nonlinear_passages(
    path: Path,
    line: Line,
    gaps: Scalar,
    levels: Scalar,
    grid: Scalar,
    gaps_at: Callable[[Scalar, Scalar], Scalar],
) -> Scalar:
    """Return the first-passage date of each gap that is nearly linear in its coordinate.

    Parameters
    ----------
    path, line, gaps, levels, grid
        As for `linear_passages`.
    gaps_at
        Maps dates and levels, a row for each gap, to the gaps there.
    """
    return _first_dates(gaps, levels, grid, lambda bracket: nonlinear_dates(path, line, bracket, gaps_at))


def _first_dates(gaps: Scalar, levels: Scalar, grid: Scalar, dates: Callable[[Bracket], Scalar]) -> Scalar:
    """Return the zero in the first bracket of each gap; -inf, inf or nan where there is no bracket."""
    bracket, place = jax.vmap(lambda gap: first_bracket(gap, levels, grid))(gaps)
    return jnp.where(place == 0.0, dates(bracket), place)


def inverse_quadratic(
    left: Scalar, right: Scalar, gap_left: Scalar, gap: Scalar, gap_right: Scalar
) -> Scalar:
    """Return the zero of a gap by inverse quadratic interpolation at `left` <= 0, 0 and `right` >= 0.

    Where the parabola of the position over the gap leaves the side on which the sign changes, the zero is
    that of the straight line on that side.
    """
    from_left = _ratio(left * gap_right * gap, (gap_left - gap_right) * (gap_left - gap))
    from_right = _ratio(right * gap_left * gap, (gap_right - gap_left) * (gap_right - gap))
    curved = from_left + from_right
    before = gap >= 0.0
    other, gap_other = jnp.where(before, left, right), jnp.where(before, gap_left, gap_right)
    straight = _ratio(other * gap, gap - gap_other)
    inside = (gap_left < gap) & (gap < gap_right)
    inside &= (curved * other >= 0.0) & (jnp.abs(curved) <= jnp.abs(other))
    return jnp.where(inside, curved, straight)
