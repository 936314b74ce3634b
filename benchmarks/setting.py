"""Size of a benchmark."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Setting:
    """Settings of every suite.

    Attributes
    ----------
    repeats
        Runs of each contender.
    quick
        Small sizes: shows that everything works; the numbers mean little.
    folder
        Where workers put their first outputs.
    say
        Called with a line whenever something begins.
    """

    repeats: int
    quick: bool
    folder: Path
    say: Callable[[str], None]

    def draws(self, full: int) -> int:
        """Return a number of draws for a run: `full`, or a 32nd part."""
        return full if not self.quick else max(full // 32, 64)
