"""What happened, as far as it is known."""

from dataclasses import dataclass

import numpy as np

from datawall.errors import DatawallError


@dataclass(frozen=True)
class Outcome:
    """What happened, with the error of its measurement, seen through a window.

    Attributes
    ----------
    values
        Equally likely values of what happened, shape (m,); one where it is known exactly, inf for a date that
        has not come.
    first, last
        The window in which the outcome can be told: a date before the first counts as the first, and one that
        has not come by the last is open ("not yet"), which is an outcome and not a gap.
    """

    values: np.ndarray
    first: float = -np.inf
    last: float = np.inf

    def __post_init__(self) -> None:
        if np.ndim(self.values) != 1 or not np.size(self.values) or np.isnan(self.values).any():
            raise DatawallError(f"an outcome needs a list of numbers, got {self.values!r}")
        if not self.first < self.last:
            raise DatawallError(f"a window needs first < last, got {self.first} and {self.last}")
        if not np.isfinite(self.seen(self.values)).all():
            raise DatawallError(
                "an outcome that has not come needs a last date; say until when it was watched"
            )

    def seen(self, values: np.ndarray) -> np.ndarray:
        """Return values as the window shows them: at its ends where they lie beyond."""
        return np.clip(values, self.first, self.last)

    @property
    def open(self) -> np.ndarray:
        """Which of the values had not come by the end of the window."""
        return self.values > self.last


def known(value: float, first: float = -np.inf, last: float = np.inf) -> Outcome:
    """Return an outcome that is known exactly."""
    return Outcome(np.array([value]), first, last)
