"""Proper scoring rules for forecasts with mass at infinity, against outcomes that may be censored.

Independent of the domain: draws in, scores out.
"""

from datawall.backtesting.scoring.calibration import (
    Ecdf,
    Widening,
    block_weights,
    coverage,
    pit_bounds,
    pit_ecdf,
    pit_values,
    widening_factor,
)
from datawall.backtesting.scoring.scores import LEAST_PROBABILITY, Outcome, brier, crps, log_score, width

__all__ = [
    "LEAST_PROBABILITY",
    "Ecdf",
    "Outcome",
    "Widening",
    "block_weights",
    "brier",
    "coverage",
    "crps",
    "log_score",
    "pit_bounds",
    "pit_ecdf",
    "pit_values",
    "widening_factor",
    "width",
]
