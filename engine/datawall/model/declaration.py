"""Declaration of an input: unit, admissible range and role.

This module loads no JAX, so that scenarios can be listed and checked at once.
"""

from dataclasses import dataclass
from typing import Any

Scalar = Any
"""A float, or a traced array of shape () inside `vmap`."""


@dataclass(frozen=True)
class Declaration:
    """Declaration of one input: everything about it except its prior.

    Attributes
    ----------
    unit
        Unit of the value; a scenario must state the same.
    group
        Part of the model to which the input belongs (one of `inputs.GROUPS`).
    lower, upper
        Admissible range of the value; a prior must keep its whole mass inside.
    options
        Names of the alternatives of a structural choice, in the order of their index; empty for a number.
    per
        ``"generation"`` when each model generation gets a draw of its own, else ``""``.
    parts
        The parts of the model that read it, as `Questions.parts` names them: it is in play where one of them
        is. Ceilings and accounts add themselves. Empty for an input that no such part reads, which always is
        in play.
    always
        Whether it is in play even where none of its `parts` is, because the rest of the model also reads it.
    anchor
        The anchor date at which the input is stated, for a level; ``""`` for anything else.
    moves_by
        Growth input and exponent by which the level moves a year, for a level dated by the anchor of another
        group: a comparison that swaps the groups apart carries it to that anchor.
    policy
        Whether developers choose the value when they plan a run; otherwise it is a fact, or a limit set by
        others. Policies are a group of their own.
    dimension
        Rank in the order in which inputs take the dimensions of quasi-random points, whose first ones are
        the best spread; an input without a rank comes after those that have one. Measured on 2^15 independent
        draws of the baseline: the root mean square of the rank correlations of the input with the wall
        dates, the release dates, and compute and loss in 2030.
    integrated
        Whether conditional Monte Carlo integrates it out; true of one input.
    """

    unit: str
    group: str
    lower: float = float("-inf")
    upper: float = float("inf")
    options: tuple[str, ...] = ()
    per: str = ""
    parts: tuple[str, ...] = ()
    always: bool = False
    anchor: str = ""
    moves_by: tuple[str, float] | None = None
    policy: bool = False
    dimension: float = float("inf")
    integrated: bool = False


POSITIVE = 1e-30
"""Lower end of the range of inputs whose logarithm is taken."""


def declare(
    unit: str, group: str, lower: float = POSITIVE, upper: float = float("inf"), **rest: Any
) -> Declaration:
    """Declare an input that is a number."""
    return Declaration(unit, group, lower, upper, **rest)


def choose(group: str, *options: str, **rest: Any) -> Declaration:
    """Declare a structural choice: its value is the index of one of `options`."""
    return declare("choice", group, 0.0, len(options) - 1.0, options=options, **rest)
