"""What a forecast is asked: the levels whose first passage is dated.

This module loads no JAX, so that scenarios can be listed and checked at once.
"""

from dataclasses import dataclass

CEILINGS = (
    "trend",
    "spend",
    "power",
    "chips",
    "latency",
    "epoch_power",
    "epoch_campus",
    "epoch_distributed",
    "epoch_bandwidth",
    "epoch_chips",
    "epoch_data",
    "table",
    "datasets",
)
"""Everything that may set the size of the largest training run."""

SUPPLIES = ("components", "modalities", "web_pages")
"""The accounts of the unique tokens that can be had."""

RELEASES = ("lags", "table")
"""The accounts of the time from the start of training to release."""

MOST_PASSES = 45.0
"""The most passes that may be asked of the compute-optimal run: more than are searched would be "never"."""


@dataclass(frozen=True)
class Questions:
    """The levels asked about; they shape the outputs, so a change recompiles the model.

    Attributes
    ----------
    ceilings
        Which of `CEILINGS` are in force.
    supply
        Which of `SUPPLIES` counts the tokens.
    release
        Which of `RELEASES` dates a release.
    token_passes, effective_passes, frontier_passes
        Passes over the data at which the criterion of that name is dated (MODEL: the wall).
    efficiency
        Shares x of compute: the soft wall is where data-limited compute C buys the loss of x C.
    overtraining
        Size factor below which the overtraining headroom counts as used up.
    generations
        Generation indices to date; 4 is GPT-4.
    price_gains
        Factors by which the price of a fixed capability is to fall from the as-of date.
    compute_levels
        Training compute whose first run is dated [FLOP].
    """

    ceilings: tuple[str, ...]
    token_passes: tuple[float, ...]
    effective_passes: tuple[float, ...]
    frontier_passes: tuple[float, ...]
    efficiency: tuple[float, ...]
    overtraining: float
    generations: tuple[float, ...]
    price_gains: tuple[float, ...]
    compute_levels: tuple[float, ...] = (1e27, 1e28, 1e29, 1e30)
    supply: str = "components"
    release: str = "lags"

    @property
    def parts(self) -> tuple[str, ...]:
        """The parts of the model that answer, as inputs name them."""
        ceilings = (f"ceilings.{name}" for name in self.ceilings)
        return (*ceilings, f"supply.{self.supply}", f"release.{self.release}")
