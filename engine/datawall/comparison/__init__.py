"""Two scenarios or more on common random numbers: how they differ, and which group of inputs makes it so."""

from datawall.comparison.run import compare

__all__ = ["compare"]
