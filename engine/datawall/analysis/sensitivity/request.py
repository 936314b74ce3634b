"""What is asked: an output by its name in ``summary.json``, its probability below a level, or a quantile."""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from datawall.errors import DatawallError

_PROBABILITY = re.compile(r"P\((?P<name>.+)<=(?P<level>[^<=]+)\)")
_QUANTILE = re.compile(r"Q(?P<percent>[0-9.]+)\((?P<name>.+)\)")
_FORMS = "give NAME, P(NAME<=LEVEL) or Q90(NAME)"


@dataclass(frozen=True)
class Asked:
    """A question on one output.

    Attributes
    ----------
    text
        As the user wrote it.
    name
        Of the output.
    kind
        What is asked of it.
    level
        Of a probability, in the unit of the output; of a quantile, its probability.
    """

    text: str
    name: str
    kind: Literal["value", "probability", "quantile"]
    level: float = 0.5


def parse_asked(text: str) -> Asked:
    """Return the question that a text asks.

    Raises
    ------
    DatawallError
        If the text is no question.

    Examples
    --------
    >>> parse_asked("P(wall.tokens[1]<=2030)").level
    2030.0
    >>> parse_asked("Q90(frontier_flop[2030])").name
    'frontier_flop[2030]'
    """
    compact = "".join(text.split())
    if found := _PROBABILITY.fullmatch(compact):
        return Asked(text, found["name"], "probability", _number(found["level"], text))
    if found := _QUANTILE.fullmatch(compact):
        percent = _number(found["percent"], text)
        if not 0.0 < percent < 100.0:
            raise DatawallError(
                f"--output {text}: need a quantile between 0 and 100, got {percent:g}; {_FORMS}"
            )
        return Asked(text, found["name"], "quantile", percent / 100.0)
    if set(compact) & set("<=()"):
        raise DatawallError(f"--output {text}: need an output or a question on one; {_FORMS}")
    return Asked(text, compact, "value")


def _number(word: str, text: str) -> float:
    try:
        number = float(word)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise DatawallError(f"--output {text}: need a finite number, got {word!r}; {_FORMS}")
    return number


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
