"""Wall criteria: the definitions of a data wall, one record each.

A criterion has a name, texts, and a gap that is zero or more once its level is reached. Order, labels,
tables, figures, the keys of scenario files and the first passages all follow from `CRITERIA`. This module
loads no JAX, so that scenarios can be listed and checked at once.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

    from datawall.model.inputs import Scalar
    from datawall.model.world import Draw, State

MOST_EPOCHS = 45.0
"""Upper bound on the epochs of the frontier criterion: beyond the search range the date would be "never"."""


class AtLevel(NamedTuple):
    """One draw at one date, and one level of a criterion: its index in the questions, and its value."""

    draw: Draw
    state: State
    place: int
    level: float


@dataclass(frozen=True)
class Criterion:
    """Criterion by which the largest run has met a data wall.

    Attributes
    ----------
    name
        First part of the name of its walls, as in ``wall.tokens[4]``.
    field
        Key of its levels in the questions of a scenario file.
    title, meaning
        English name, and one line on the situation at the wall.
    equation
        Equation that holds at the wall, for `explain`; the level is n.
    gap
        Maps an `AtLevel` to a number that is zero or more once the level is reached.
    admits, expected
        Predicate of valid levels, and the description of a valid level for error messages.
    remedy
        Advice for a level that is refused.
    label
        Maps a level, as text, to its label.
    linear
        Whether the gap is linear in ln of demand over supply, so that its zero is a linear crossing.
    single
        Whether the scenario gives one level, not a list.
    required
        Whether every scenario states levels.
    """

    name: str
    field: str
    title: str
    meaning: str
    equation: str
    gap: Callable[[AtLevel], Scalar]
    admits: Callable[[float], bool]
    expected: str
    remedy: str = "correct it"
    label: Callable[[str], str] = "level {}".format
    linear: bool = False
    single: bool = False
    required: bool = False


def _epochs(level: str) -> str:
    return "1 pass" if level == "1" else f"{level} passes"


CRITERIA = (
    Criterion(
        name="tokens",
        field="token_passes",
        title="Tokens",
        meaning="compute-optimal demand exceeds n times the supply (synthetic and distilled too)",
        equation="kappa D* = n m U",
        gap=lambda at: at.state.log_demand - math.log(at.level),
        admits=lambda passes: passes >= 1.0,
        expected="need numbers of at least 1",
        label=_epochs,
        linear=True,
        required=True,
    ),
    Criterion(
        name="effective",
        field="effective_passes",
        title="Effective",
        meaning="it exceeds what n passes over the supply are worth",
        equation="kappa D* = what n passes over m U are worth",
        gap=lambda at: at.state.log_demand - at.state.log_worths[at.place],
        admits=lambda passes: passes >= 1.0,
        expected="need numbers of at least 1",
        label=_epochs,
        required=True,
    ),
    Criterion(
        name="overtrained",
        field="overtraining",
        title="Overtrained",
        meaning="data no longer allow a model k times smaller at equal loss",
        equation="the loss of a model n times smaller = the optimum's loss",
        gap=lambda at: at.state.overtrained_gap,
        admits=lambda shrink: shrink > 1.0,
        expected="need a factor above 1",
        remedy="3 is usual",
        label="k = {}".format,
        single=True,
        required=True,
    ),
    Criterion(
        name="frontier",
        field="frontier_passes",
        title="Frontier",
        meaning="the best use of the compute makes n passes over the supply",
        equation="passes of the compute-optimal run = n",
        gap=lambda at: at.state.frontier_margins[at.place],
        admits=lambda passes: 1.0 <= passes <= MOST_EPOCHS,
        expected=f"need numbers from 1 to {MOST_EPOCHS:g}, the most searched",
        label=_epochs,
        required=True,
    ),
    Criterion(
        name="efficiency",
        field="efficiency",
        title="Efficiency",
        meaning="a share x of the compute would do as well with plenty of data",
        equation="C_eq / C = n",
        gap=lambda at: math.log(at.level) - at.state.log_efficiency,
        admits=lambda share: 0.0 < share < 1.0,
        expected="need numbers between 0 and 1",
        label="x = {}".format,
        required=True,
    ),
)
"""Every wall criterion, linear ones first: their walls come first."""


def criterion_of(wall: str) -> Criterion:
    """Return the criterion of a wall, from a name such as ``tokens[4]``."""
    name = wall.partition("[")[0]
    return next(criterion for criterion in CRITERIA if criterion.name == name)


def level_of(wall: str) -> str:
    """Return the level of a wall as text.

    Examples
    --------
    >>> level_of("tokens[16]")
    '16'
    """
    return wall.partition("[")[2].rstrip("]")
