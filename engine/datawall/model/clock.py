"""Clock: time in years since the as-of date, and the anchor dates.

Decimal years near 2030 are only 1e-4 years apart in single precision; years since the as-of date are not.
"""

from collections.abc import Mapping
from dataclasses import fields

from datawall.model.inputs import Scalar
from datawall.pytrees import pytree_dataclass


@pytree_dataclass
class Clock:
    """The as-of date and the dates at which levels are stated.

    Attributes
    ----------
    as_of_year, as_of_fraction
        The as-of date, split so that subtracting it from another date loses no digits [year].
    frontier, spending, power, chips, supply, gpt4
        Anchor dates, in years since the as-of date; mostly negative.
    """

    as_of_year: Scalar
    as_of_fraction: Scalar
    frontier: Scalar
    spending: Scalar
    power: Scalar
    chips: Scalar
    supply: Scalar
    gpt4: Scalar

    def since_as_of(self, date: Scalar) -> Scalar:
        """Return a calendar date as years since the as-of date."""
        return (date - self.as_of_year) - self.as_of_fraction


ANCHORS = tuple(f.name for f in fields(Clock) if not f.name.startswith("as_of"))
"""Names of the anchor dates of a scenario."""


def clock_at(as_of: float, anchors: Mapping[str, float]) -> Clock:
    """Return the clock that reads 0 at `as_of`.

    Parameters
    ----------
    as_of
        Start of the forecast [decimal year].
    anchors
        The date of each name in `ANCHORS` [decimal year].

    Examples
    --------
    >>> clock_at(2026.5, dict.fromkeys(ANCHORS, 2024.0)).chips
    -2.5
    """
    year = float(int(as_of))
    return Clock(year, as_of - year, **{name: anchors[name] - as_of for name in ANCHORS})
