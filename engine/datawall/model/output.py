"""Output: one number counted for each draw, and the instant from which it is computed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Self

import jax.numpy as jnp
import numpy as np

from datawall.pytrees import pytree_dataclass

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import ArrayLike

    from datawall.model.inputs import Scalar
    from datawall.model.loss.data_constrained import Scarcity
    from datawall.model.questions import Questions
    from datawall.model.world import Draw, Future, State
    from datawall.sampling.summaries import Histogram


@pytree_dataclass
class Instant:
    """One draw at one date: the argument of outputs along a path.

    Attributes
    ----------
    draw
        The constants of the draw for all dates.
    t
        The date [years since the as-of date].
    state
        The largest run so far.
    seen
        Data scarcity of that run at that date.
    log_tokens
        ln m U.
    levels
        ln FLOP that each ceiling allows.
    """

    draw: Draw
    t: Scalar
    state: State
    seen: Scarcity
    log_tokens: Scalar
    levels: Scalar

    @classmethod
    def of(cls, draw: Draw, t: Scalar, state: State, seen: Scarcity) -> Self:
        """Return the draw at `t`."""
        levels = jnp.stack([path.at(t) for path in draw.ceilings])
        return cls(draw, t, state, seen, draw.tokens.at(t), levels)


@dataclass(frozen=True)
class Output:
    """Output of the model: its computation, histogram, labels and unit.

    Attributes
    ----------
    name
        Its key, and the first part of the names of its quantities.
    unit
        Unit in which it is reported.
    dims
        Its dimensions, draws left out; ``"year"`` first for a path.
    scale
        The model's own scale: ``"date"`` (years since the as-of date), ``"log10"``, ``"linear"`` or
        ``"choice"`` (an index).
    title, description
        English name, and a description in a few words.
    section
        The part of the report that shows it: ``"walls"``, ``"compute"``, ``"counts"``, ``"generations"`` or
        ``"efficiency"``; empty for an output that only the files hold.
    at
        Maps an `Instant` to its value in the model's own scale, for a path that is known date by date.
    of
        Maps a `Future` to its values, for everything else.
    counted
        Range and resolution in which it is counted; None where they depend on the questions (`outputs_of`).
    free_of_exponent
        Whether it is independent of the parameter exponent; ``"raw"`` where only raw compute is. An
        event that depends on the exponent turns conditional Monte Carlo off, so False is the safe answer.
    asked
        Whether a scenario includes it; by default each does.
    """

    name: str
    unit: str
    dims: tuple[str, ...]
    scale: str
    title: str
    description: str
    section: str
    at: Callable[[Instant], Scalar] | None = None
    of: Callable[[Future], Scalar] | None = None
    counted: Histogram | None = None
    free_of_exponent: bool | Literal["raw"] = False
    asked: Callable[[Questions], bool] | None = None

    @property
    def histogram(self) -> Histogram:
        """Histogram in which it is counted: range and resolution."""
        if self.counted is None:
            raise ValueError(f"{self.name}: `outputs_of` says how it is counted")
        return self.counted

    def in_unit(self, values: ArrayLike, as_of: float) -> np.ndarray:
        """Return values of the model's own scale in the unit of the output."""
        values = np.asarray(values, np.float64)
        if self.scale == "date":
            return as_of + values
        return 10.0**values if self.scale == "log10" else values

    def in_window(self, values: ArrayLike, as_of: float, horizon: float) -> np.ndarray:
        """Return values in the unit of the output; a past date is -inf, one from the horizon on inf."""
        values = self.in_unit(values, as_of)
        if self.scale == "date":
            values = np.where(values < as_of, -np.inf, values)
            values = np.where(values >= horizon, np.inf, values)
        return values
