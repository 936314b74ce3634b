"""The methods by name, and how much they draw when nobody says; this module loads no JAX."""

from collections.abc import Sequence

from datawall.errors import DatawallError

METHODS = ("tornado", "sobol", "shapley", "rank", "pawn", "gradient", "information")
OUTPUT = "wall.tokens[1]"
DRAWS = 2**16
MOST_DRAWS = 2**24
"""Some values of every draw are kept: more would not fit into memory."""


def check_methods(methods: Sequence[str]) -> None:
    """Raise `DatawallError` unless there are such methods."""
    for name in methods:
        if name not in METHODS:
            raise DatawallError(f"method: need one of {', '.join(METHODS)}, got {name!r}; choose among them")
    if not methods:
        raise DatawallError(f"method: need at least one of {', '.join(METHODS)}, got none; name one")


def check_draws(draws: int) -> None:
    """Raise `DatawallError` unless so many draws can be analysed."""
    if isinstance(draws, bool) or not isinstance(draws, int) or not 1 <= draws <= MOST_DRAWS:
        raise DatawallError(f"draws: need 1 to 2^24 for an analysis, got {draws!r}; give such a number")
