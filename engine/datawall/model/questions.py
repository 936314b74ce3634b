"""Questions of a forecast: the levels whose first passage is dated.

This module loads no JAX, so that scenarios can be listed and checked at once.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Questions:
    """Questions of a forecast; they shape the outputs, so a change recompiles the model.

    Attributes
    ----------
    ceilings
        Ceilings in force, out of `registry.CEILINGS`.
    supply
        Supply account, out of `registry.SUPPLIES`.
    release
        Release account, out of `registry.RELEASES`.
    walls
        Name of each criterion in use, and the levels at which it is dated.
    generations
        Generation indices to date; 4 is GPT-4.
    price_gains
        Factors of price decline of a fixed capability since the as-of date; each is dated.
    compute_levels
        Training compute of which the first run is dated [FLOP].
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
        """Parts of the model in use, as inputs name them."""
        ceilings = (f"ceilings.{name}" for name in self.ceilings)
        counts = ("counts",) if self.count_levels else ()
        return (*ceilings, f"supply.{self.supply}", f"release.{self.release}", *counts)

    def levels(self, criterion: str) -> tuple[float, ...]:
        """Return the levels of a wall criterion."""
        return dict(self.walls).get(criterion, ())

    @property
    def wall_names(self) -> tuple[str, ...]:
        """Names of the walls, such as ``tokens[4]``, in the order of the criteria."""
        return tuple(f"{name}[{level:g}]" for name, levels in self.walls for level in levels)
