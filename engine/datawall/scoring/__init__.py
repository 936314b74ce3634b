"""Proper scores of probabilistic forecasts that may never come true, against outcomes that may be still open.

Knows nothing of the domain: draws in, scores out.
"""

from datawall.scoring.calibration import coverage, pit_bounds, pit_values
from datawall.scoring.outcome import Outcome
from datawall.scoring.scores import brier, crps, log_score, width

__all__ = ["Outcome", "brier", "coverage", "crps", "log_score", "pit_bounds", "pit_values", "width"]
