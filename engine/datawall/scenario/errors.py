"""Mistakes in a scenario, and the sentence that reports one."""

import difflib
from collections.abc import Iterable

from datawall.errors import DatawallError

type KeyPath = tuple[str | int, ...]
"""Where a value stands in a scenario: ``("priors", "mfu", "interval")``."""


FEW = 20


class ScenarioError(DatawallError):
    """A scenario that cannot be used: file, key, value, what is expected and what to do."""


class Problem(Exception):  # noqa: N818 - never leaves the package: the loader adds the file and line
    """What is wrong at one key, before the file and line are known."""

    def __init__(self, path: KeyPath, message: str):
        super().__init__(message)
        self.path = path
        self.message = message

    def within(self, *outer: str | int) -> "Problem":
        """Return the same problem seen from the table that encloses it."""
        return Problem((*outer, *self.path), self.message)


def shown(value: object) -> str:
    """Return a value as it goes into a message: short, and on one line."""
    if value is None or isinstance(value, bool):
        return "nothing" if value is None else str(value).lower()
    try:
        text = " ".join(repr(value).split())
    except ValueError:  # Python prints no integer of more than 4300 digits
        text = "a huge integer"
    return text if len(text) <= 60 else text[:57] + "..."


def suggestion(word: object, known: Iterable[str], listing: str = "datawall priors show baseline") -> str:
    """Return the remedy for an unknown word: the nearest known one, or all of them where they are few.

    Examples
    --------
    >>> suggestion("lognorml", ["lognormal", "beta"])
    "did you mean 'lognormal'?"
    """
    known = list(known)
    near = difflib.get_close_matches(str(word), known, n=1)
    if near:
        return f"did you mean '{near[0]}'?"
    if len(known) > FEW:
        return f"`{listing}` lists them"
    return f"use one of: {', '.join(known)}"
