"""First passage: the date at which a path first reaches a level."""

import itertools
from collections.abc import Callable

import jax
import jax.numpy as jnp

from datawall.model.inputs import Scalar
from datawall.records import record

REFINEMENTS = 3
"""Steps of the Illinois method after bracketing; they leave less than 1e-4 of a grid step."""


@record
class Observation:
    """One draw at one date.

    Attributes
    ----------
    level
        The quantity that never falls along the path.
    gaps
        One number for each level asked; the level is reached when it is zero or more. They come in groups
        that need the same work, because each date found costs its group's observation.
    paths
        Whatever else is to be reported by date.
    """

    level: Scalar
    gaps: tuple[tuple[Scalar, ...], ...]
    paths: dict[str, Scalar]


@record
class Bracket:
    """Two dates between which a gap first changes sign; arrays with one row for each gap.

    Attributes
    ----------
    start, end
        The dates [years].
    gap_start, gap_end
        The gap there: below zero, then zero or more.
    floor
        What the level had reached at the start of the grid step.
    """

    start: Scalar
    end: Scalar
    gap_start: Scalar
    gap_end: Scalar
    floor: Scalar


type Observe = Callable[[Scalar, Scalar], Observation]
"""Maps a date and the level reached before it to an observation."""


def crossing(bracket: Bracket) -> Scalar:
    """Return where the straight line between the ends of the bracket is zero."""
    share = bracket.gap_start / (bracket.gap_start - bracket.gap_end)
    return bracket.start + share * (bracket.end - bracket.start)


def first_passages(observe: Observe, grid: Scalar, template: Scalar) -> tuple[Scalar, dict[str, Scalar]]:
    """Return when each gap first reaches zero, and the paths on the grid.

    The grid brackets a passage; the date is then found on the path itself, so it does not depend on the grid
    unless a path crosses a level and returns between two grid points.

    Parameters
    ----------
    observe
        The draw at a date. Its level is carried forward, so that it can be kept from falling.
    grid
        Increasing dates [years].
    template
        Any value of the draw; it gives the shape, () for one draw or (n,) for many.

    Returns
    -------
    dates
        One row for each gap: -inf when it is zero or more at the first date, inf when it never is.
    paths
        The reported paths, dates on the leading axis.
    """
    never = jnp.full_like(template, jnp.inf)
    sizes = [len(group) for group in jax.eval_shape(observe, grid[0], never).gaps]
    unset = jnp.stack([never] * sum(sizes))
    # before the grid every gap counts as positive: a level reached at the first date was reached before it
    start = (-never, unset, Bracket(unset, unset, unset, unset, unset), grid[0])

    def advance(carry: tuple, date: Scalar) -> tuple:
        floor, previous, bracket, before = carry
        seen = observe(date, floor)
        gaps = jnp.stack([gap for group in seen.gaps for gap in group])
        reached = (gaps >= 0.0) & jnp.isinf(bracket.end)
        here = Bracket(*(jnp.broadcast_to(v, gaps.shape) for v in (before, date, previous, gaps, floor)))
        bracket = jax.tree.map(lambda new, old: jnp.where(reached, new, old), here, bracket)
        return (seen.level, gaps, bracket, date), seen.paths

    (_, _, bracket, _), paths = jax.lax.scan(advance, start, grid)
    ends = list(itertools.accumulate(sizes))
    dates = jnp.concatenate(
        [
            refine(
                lambda t, floor, group=group: observe(t, floor).gaps[group], _rows(bracket, end - size, end)
            )
            for group, (size, end) in enumerate(zip(sizes, ends, strict=True))
        ]
    )
    dates = jnp.where(jnp.isinf(bracket.gap_start) & ~jnp.isinf(bracket.end), -jnp.inf, dates)
    return jnp.where(jnp.isinf(bracket.end), jnp.inf, dates), paths


def _rows(bracket: Bracket, start: int, end: int) -> Bracket:
    return jax.tree.map(lambda rows: rows[start:end], bracket)


def refine(gaps: Callable[[Scalar, Scalar], tuple[Scalar, ...]], bracket: Bracket) -> Scalar:
    """Return the root of each gap inside its bracket by the Illinois variant of false position."""

    def gaps_at(dates: Scalar, floors: Scalar) -> Scalar:
        return jnp.stack([gap[row] for row, gap in enumerate(jax.vmap(gaps)(dates, floors))])

    def halve_kept_end(_: int, carry: tuple[Bracket, Scalar]) -> tuple[Bracket, Scalar]:
        bracket, side = carry
        date = crossing(bracket)
        gap = gaps_at(date, bracket.floor)
        below = gap < 0.0
        # an end that is kept twice running is given half its weight, else it would stay for ever
        gap_end = jnp.where(below & (side < 0), 0.5 * bracket.gap_end, bracket.gap_end)
        gap_start = jnp.where(~below & (side > 0), 0.5 * bracket.gap_start, bracket.gap_start)
        bracket = Bracket(
            jnp.where(below, date, bracket.start),
            jnp.where(below, bracket.end, date),
            jnp.where(below, gap, gap_start),
            jnp.where(below, gap_end, gap),
            bracket.floor,
        )
        return bracket, jnp.where(below, -1, 1)

    side = jnp.zeros(jnp.shape(bracket.start), jnp.int32)
    refined, _ = jax.lax.fori_loop(0, REFINEMENTS, halve_kept_end, (bracket, side))
    return crossing(refined)
