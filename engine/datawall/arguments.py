"""Argument checks that load nothing heavy."""

from datawall.errors import DatawallError

DRAWS = 2**20
"""Default number of futures drawn."""
LARGEST_SEED = 2**32 - 1
MOST_DRAWS = 2**44
"""Largest number of draws: block counts are 32-bit integers, and a run has some 2^14 blocks at most."""
MOST_EVEN_DRAWS = 2**36
"""Number of quasi-random points before they repeat."""
SAMPLERS = ("random", "sobol", "lattice")
SAMPLER = "sobol"
"""Default sampler."""


def check_draws(draws: int) -> None:
    """Raise `DatawallError` unless `draws` is a valid number of draws."""
    if isinstance(draws, bool) or not isinstance(draws, int):
        raise DatawallError(f"draws: need a whole number, got {draws!r}; give a positive number of draws")
    if not 1 <= draws <= MOST_DRAWS:
        raise DatawallError(f"draws: need 1 to 2^44, got {draws}; give a number in that range")


def check_seed(seed: int) -> None:
    """Raise `DatawallError` unless the seed fits in 32 bits."""
    if isinstance(seed, bool) or not isinstance(seed, int):
        raise DatawallError(f"seed: need a whole number, got {seed!r}; give one from 0 to {LARGEST_SEED}")
    if not 0 <= seed <= LARGEST_SEED:
        raise DatawallError(f"seed: need 0 to {LARGEST_SEED}, got {seed}; give a seed in that range")


def check_sampler(sampler: str) -> None:
    """Raise `DatawallError` unless the sampler exists."""
    if sampler not in SAMPLERS:
        raise DatawallError(
            f"sampler: need one of {', '.join(SAMPLERS)}, got {sampler!r}; choose one of them"
        )


def check_supply(draws: int, sampler: str) -> None:
    """Raise `DatawallError` if `draws` exceeds the supply of the sampler."""
    if sampler != "random" and draws > MOST_EVEN_DRAWS:
        raise DatawallError(
            f"draws: {sampler} points repeat after 2^36, got {draws}; give fewer draws, or the sampler random"
        )
