"""What happened, as far as it is known."""

from dataclasses import dataclass

import numpy as np

from datawall.errors import DatawallError


@dataclass(frozen=True)
class Outcome:
    """What happened, seen through a window.

    Attributes
    ----------
    value
        What happened; inf for a date that has not come, or for a level only known to be at least `last`.
    first, last
        The window in which the outcome can be told: what lies before the first counts as the first, and what
        lies beyond the last is open ("not yet", "at least"), which is an outcome and not a gap.

    Examples
    --------
    A date that had not come when it was last watched for, and a level that is at least 26:

    >>> Outcome(np.inf, first=2024.0, last=2026.0).open, Outcome(np.inf, last=26.0).open
    (True, True)
    """

    value: float
    first: float = -np.inf
    last: float = np.inf

    def __post_init__(self) -> None:
        if np.isnan(self.value):
            raise DatawallError("an outcome needs a number, got nan; leave out what cannot be told yet")
        if not self.first < self.last:
            raise DatawallError(f"a window needs first < last, got {self.first} and {self.last}")
        if not np.isfinite(self.seen(self.value)):
            raise DatawallError(
                "an outcome that has not come needs a last date; say until when it was watched"
            )

    def seen(self, values: np.ndarray | float) -> np.ndarray:
        """Return values as the window shows them: at its ends where they lie beyond."""
        return np.clip(values, self.first, self.last)

    @property
    def open(self) -> bool:
        """Whether it lies beyond the end of the window."""
        return self.value > self.last
