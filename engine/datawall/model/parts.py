"""Base classes of the parts of the model that a scenario chooses: ceilings, supply and release accounts.

A part is one class: its inputs, its computation and its labels. This module and the public modules
of `model.ceilings` and `model.accounts` load no JAX when they are imported, so that scenarios can be listed
and checked at once; methods import JAX themselves.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

from datawall.model.declaration import Declaration, Scalar

if TYPE_CHECKING:
    from datawall.model.clock import Clock
    from datawall.model.growth import Growth

Values = Any
"""The record of the inputs of one draw, or of their logs."""


class Path(Protocol):
    """ln of a quantity at any date."""

    def at(self, t: Scalar) -> Scalar:
        """Return the path at `t` [years since the as-of date]."""
        ...


class Part(ABC):
    """Part of the model: one alternative that a scenario can choose by name.

    Attributes
    ----------
    kind
        Kind of part, the first word of its key in `Questions.parts`.
    name
        Name in scenarios.
    title
        Description in a few words.
    inputs
        Names of the inputs of `model.inputs` that it reads.
    own_inputs
        Declarations of inputs that it alone reads.
    rank
        Sort key in lists: low ranks come first.
    """

    kind: ClassVar[str]
    name: ClassVar[str]
    title: ClassVar[str]
    inputs: ClassVar[tuple[str, ...]] = ()
    own_inputs: ClassVar[Mapping[str, Declaration]] = {}
    rank: ClassVar[float] = float("inf")

    @property
    def reads(self) -> tuple[str, ...]:
        """Names of all inputs that it reads."""
        return (*self.inputs, *self.own_inputs)


class Ceiling(Part):
    """Ceiling of the largest training run.

    Attributes
    ----------
    colour
        Of its line in figures, by name.
    """

    kind = "ceilings"
    colour: ClassVar[str] = "grey"

    @abstractmethod
    def path(self, inputs: Values, log: Values, clock: "Clock") -> Path:
        """Return ln FLOP of the largest run that it allows.

        Parameters
        ----------
        inputs
            One draw.
        log
            ln of its positive inputs of compute and hardware.
        clock
            The anchor dates.
        """


class SupplyAccount(Part):
    """Supply account: the available unique training tokens."""

    kind = "supply"

    @abstractmethod
    def path(self, inputs: Values, clock: "Clock") -> "Growth":
        """Return ln of the unique tokens."""


class ReleaseAccount(Part):
    """Release account: the time from the start of training to public release."""

    kind = "release"

    @abstractmethod
    def delay(self, inputs: Values, generations: Sequence[float]) -> Scalar:
        """Return the years from the start of training to release, one for each generation."""
