"""What can be refused before anything heavy is loaded."""

from datawall.errors import DatawallError

LARGEST_SEED = 2**32 - 1


def check_draws(draws: int) -> None:
    """Raise `DatawallError` unless there is at least one draw."""
    if draws < 1:
        raise DatawallError(f"draws: need at least 1, got {draws}; give a positive number of draws")


def check_seed(seed: int) -> None:
    """Raise `DatawallError` unless the seed fits in 32 bits."""
    if not 0 <= seed <= LARGEST_SEED:
        raise DatawallError(f"seed: need 0 to {LARGEST_SEED}, got {seed}; give a seed in that range")
