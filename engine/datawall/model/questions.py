"""What a forecast is asked: the levels whose first passage is dated.

This module loads no JAX, so that scenarios can be listed and checked at once.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Questions:
    """The levels asked about; they shape the outputs, so a change recompiles the model.

    Attributes
    ----------
    ceilings
        Which of `registry.CEILINGS` are in force.
    supply
        Which of `registry.SUPPLIES` counts the tokens.
    release
        Which of `registry.RELEASES` dates a release.
    walls
        For each criterion that is asked, its name and the levels at which it is dated.
    generations
        Generation indices to date; 4 is GPT-4.
    price_gains
        Factors by which the price of a fixed capability is to fall from the as-of date.
    compute_levels
        Training compute whose first run is dated [FLOP].
    count_levels
        Training compute above which models are counted [FLOP].
    """

    ceilings: tuple[str, ...]
    walls: tuple[tuple[str, tuple[float, ...]], ...]
    generations: tuple[float, ...]
    price_gains: tuple[float, ...]
    compute_levels: tuple[float, ...] = (1e27, 1e28, 1e29, 1e30)
    supply: str = "components"
    release: str = "lags"
    count_levels: tuple[float, ...] = ()

    @property
    def parts(self) -> tuple[str, ...]:
        """The parts of the model that answer, as inputs name them."""
        ceilings = (f"ceilings.{name}" for name in self.ceilings)
        counts = ("counts",) if self.count_levels else ()
        return (*ceilings, f"supply.{self.supply}", f"release.{self.release}", *counts)

    def levels(self, criterion: str) -> tuple[float, ...]:
        """Return the levels asked of a wall criterion."""
        return dict(self.walls).get(criterion, ())

    @property
    def wall_names(self) -> tuple[str, ...]:
        """The names of the walls, such as ``tokens[4]``, in the order of the criteria."""
        return tuple(f"{name}[{level:g}]" for name, levels in self.walls for level in levels)
