"""First passage: the date at which a path first reaches a level."""

import itertools
from collections.abc import Callable

import jax
import jax.numpy as jnp

from datawall.model.inputs import Scalar
from datawall.records import record

REFINEMENTS = 6
"""Steps of false position after bracketing.

On a yearly grid they leave smooth paths within rounding, and paths with a kink inside the year within 1e-3
year in all but a few of a thousand cases.
"""


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
        One row for each gap: -inf when it is zero or more at the first date, inf when it never is, nan when
        it is not a number where the answer is looked for.
    paths
        The reported paths, dates on the leading axis.
    """
    never = jnp.full_like(template, jnp.inf)
    sizes = [len(group) for group in jax.eval_shape(observe, grid[0], never).gaps]
    unset = jnp.stack([never] * sum(sizes))
    # before the grid every gap counts as positive: a level reached at the first date was reached before it
    start = (-never, unset, Bracket(unset, unset, unset, unset, unset), jnp.isnan(unset), grid[0])

    def advance(carry: tuple, date: Scalar) -> tuple:
        floor, previous, bracket, broken, before = carry
        seen = observe(date, floor)
        gaps = jnp.stack([gap for group in seen.gaps for gap in group])
        reached = (gaps >= 0.0) & jnp.isinf(bracket.end)
        here = Bracket(*(jnp.broadcast_to(v, gaps.shape) for v in (before, date, previous, gaps, floor)))
        bracket = jax.tree.map(lambda new, old: jnp.where(reached, new, old), here, bracket)
        return (seen.level, gaps, bracket, broken | jnp.isnan(gaps), date), seen.paths

    (_, _, bracket, broken, _), paths = jax.lax.scan(advance, start, grid)
    reached = jnp.isfinite(bracket.end)
    inside = reached & jnp.isfinite(bracket.gap_start)
    # a gap without a bracket gets a harmless one, for a slope through inf - inf would be nan
    harmless = Bracket(grid[0], grid[-1], -1.0, 1.0, -jnp.inf)
    bracket = jax.tree.map(lambda found, instead: jnp.where(inside, found, instead), bracket, harmless)
    ends = list(itertools.accumulate(sizes))
    dates = jnp.concatenate(
        [
            refine(
                lambda t, floor, group=group: observe(t, floor).gaps[group],
                jax.tree.map(lambda rows, end=end, size=size: rows[end - size : end], bracket),
            )
            for group, (size, end) in enumerate(zip(sizes, ends, strict=True))
        ]
    )
    outside = jnp.where(broken, jnp.nan, jnp.where(reached, -jnp.inf, jnp.inf))
    return jnp.where(inside, dates, outside), paths


def refine(gaps: Callable[[Scalar, Scalar], tuple[Scalar, ...]], bracket: Bracket) -> Scalar:
    """Return the root of each gap inside its bracket, by false position.

    An end that is kept twice running would stay for ever, so its gap is scaled down as Anderson and Björck
    (1973, BIT 13) propose: by 1 minus the ratio of the two gaps found last on the other side.
    """

    def gaps_at(dates: Scalar, floors: Scalar) -> Scalar:
        return jnp.stack([gap[row] for row, gap in enumerate(jax.vmap(gaps)(dates, floors))])

    def scaled(kept: Scalar, gap: Scalar, replaced: Scalar, again: Scalar) -> Scalar:
        share = 1.0 - gap / jnp.where(replaced == 0.0, 1.0, replaced)
        return jnp.where(again, jnp.where(share > 0.0, share, 0.5) * kept, kept)

    def step(_: int, carry: tuple[Bracket, Scalar]) -> tuple[Bracket, Scalar]:
        bracket, side = carry
        date = crossing(bracket)
        gap = gaps_at(date, bracket.floor)
        below = gap < 0.0
        gap_start = scaled(bracket.gap_start, gap, bracket.gap_end, side > 0)
        gap_end = scaled(bracket.gap_end, gap, bracket.gap_start, side < 0)
        bracket = Bracket(
            jnp.where(below, date, bracket.start),
            jnp.where(below, bracket.end, date),
            jnp.where(below, gap, gap_start),
            jnp.where(below, gap_end, gap),
            bracket.floor,
        )
        return bracket, jnp.where(below, -1.0, 1.0)

    refined, _ = jax.lax.fori_loop(0, REFINEMENTS, step, (bracket, jnp.zeros_like(bracket.start)))
    return crossing(refined)
