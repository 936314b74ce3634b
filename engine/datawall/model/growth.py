"""Growth paths over time, in logs: prepared once per draw, cheap to evaluate at any date."""

from functools import reduce

import jax.numpy as jnp

from datawall.model.declaration import Scalar
from datawall.pytrees import pytree_dataclass


@pytree_dataclass
class Growth:
    """Path of ln of a quantity that grows at a constant rate.

    Attributes
    ----------
    level
        At the as-of date.
    rate
        A year.
    """

    level: Scalar
    rate: Scalar

    def at(self, t: Scalar) -> Scalar:
        """Return the path at `t` [years since the as-of date]."""
        return self.level + self.rate * t


def growth(log_value: Scalar, rate: Scalar, anchor: Scalar) -> Growth:
    """Return the path through `log_value` at `anchor` [years since the as-of date]."""
    return Growth(log_value - rate * anchor, rate)


@pytree_dataclass
class Slowing:
    """Path of ln of a quantity whose growth falls to another rate.

    Attributes
    ----------
    before, after
        Its growth until the turn and from then on; both pass through the same level at the turn.
    turn
        Date of the turn [years since the as-of date].
    """

    before: Growth
    after: Growth
    turn: Scalar

    def at(self, t: Scalar) -> Scalar:
        """Return the path at `t` [years since the as-of date]."""
        return jnp.where(t < self.turn, self.before.at(t), self.after.at(t))


@pytree_dataclass
class Lowest:
    """Path of ln of a quantity whose growth falls repeatedly: the lowest of several straight lines.

    Attributes
    ----------
    lines
        At least one.
    """

    lines: tuple[Growth, ...]

    def at(self, t: Scalar) -> Scalar:
        """Return the path at `t` [years since the as-of date]."""
        return reduce(jnp.minimum, (line.at(t) for line in self.lines))


@pytree_dataclass
class Saturating:
    """Path of ln of a factor that saturates at a ceiling, times one that keeps growing.

    Attributes
    ----------
    value
        The saturating factor as it would grow without a ceiling.
    log_ceiling
        Its ceiling.
    gain
        The other factor.
    """

    value: Growth
    log_ceiling: Scalar
    gain: Growth

    def at(self, t: Scalar) -> Scalar:
        """Return the path at `t` [years since the as-of date]."""
        return log_saturating(self.value.at(t), self.log_ceiling) + self.gain.at(t)


def log_saturating(log_value: Scalar, log_ceiling: Scalar) -> Scalar:
    """Return ln of ``ceiling (1 - exp(-value / ceiling))``, growth that saturates at a ceiling.

    The form of Epoch's Direct Approach (Besiroglu, Erdil and Barnett 2023) for spending.
    """
    return log_ceiling + jnp.log(-jnp.expm1(-jnp.exp(log_value - log_ceiling)))
