"""Scoring rules (CRPS, log score, Brier) of one forecast given by its draws: lower is better."""

from dataclasses import dataclass

import numpy as np
import scoringrules as sr

from datawall.errors import DatawallError


@dataclass(frozen=True)
class Outcome:
    """Outcome, censored by an observation window.

    Attributes
    ----------
    value
        The outcome; inf for an event that has not happened, or for a level only known to be at least `last`.
    first, last
        The observation window: a value before the first counts as the first, and a value beyond the last is
        open ("not yet", "at least"), which is an outcome and not a missing value.

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
        """Return values clipped to the window."""
        return np.clip(values, self.first, self.last)

    @property
    def open(self) -> bool:
        """True if the outcome lies beyond the end of the window."""
        return self.value > self.last


LEAST_PROBABILITY = 1 / 4001
"""Floor of the probability in a log score, which keeps averages finite: the resolution of 4000 draws.

It is the same for every forecaster, however few its draws.
"""


def crps(draws: np.ndarray, outcome: Outcome) -> float:
    r"""Return the continuous ranked probability score.

    .. math:: \int_{first}^{last} (F(x) - [y \le x])^2\, dx

    The weight is the window, which keeps the score proper where draws or outcome lie beyond it. It is exact
    for the distribution of the draws.

    Parameters
    ----------
    draws
        Shape (n,); -inf and inf are values (past and never) where the window is bounded.
    outcome
        The outcome.

    Returns
    -------
    float
        In the unit of the draws.

    References
    ----------
    Gneiting and Raftery 2007, doi:10.1198/016214506000001437; Gneiting and Ranjan 2011,
    doi:10.1198/jbes.2010.08110 (the weighting).

    Examples
    --------
    The score of a single draw is its distance, here cut at the end of the window:

    >>> crps(np.array([np.inf]), Outcome(2025.0, first=2024.0, last=2026.0))
    1.0
    """
    seen = np.sort(outcome.seen(_checked(draws)))
    if not np.isfinite(seen[[0, -1]]).all():
        raise DatawallError("draws that are past or never need a bounded window; give the outcome one")
    return float(sr.crps_ensemble(float(outcome.seen(outcome.value)), seen, sorted_ensemble=True))


def log_score(draws: np.ndarray, outcome: Outcome, resolution: float) -> float:
    r"""Return the log score: minus the log probability of the outcome's cell, at a resolution.

    The outcome is one cell of a partition: before the window, a cell between two multiples of `resolution`
    inside it, or beyond it. Cells rather than a density, since forecasts have atoms (a record that stands, a
    last value that persists), at which a density is infinite and beside which a kernel's depends on its
    width; the score of a fixed partition is proper for every forecast. Probabilities below
    `LEAST_PROBABILITY` count as that, which alone departs from it.

    Parameters
    ----------
    draws
        Shape (n,).
    outcome
        The outcome.
    resolution
        Width of a cell, in the unit of the draws.

    Returns
    -------
    float
        In nats, from 0 to :math:`-\log` of `LEAST_PROBABILITY`, 8.3.

    Examples
    --------
    >>> draws = np.array([2024.1, 2025.1, 2025.2, np.inf])
    >>> round(log_score(draws, Outcome(2025.0, last=2026.0), 0.25), 3)  # -log(2 / 4)
    0.693
    """
    values = _checked(draws)
    if outcome.open:
        hit = values >= outcome.last
    elif outcome.value <= outcome.first:
        hit = values <= outcome.first
    else:
        inside = (values > outcome.first) & (values <= outcome.last)
        hit = inside & (np.floor(values / resolution) == np.floor(outcome.value / resolution))
    return float(-np.log(max(np.mean(hit), LEAST_PROBABILITY)))


def brier(probability: float, happened: bool) -> float:
    """Return the squared error of a probability.

    Examples
    --------
    >>> brier(0.75, True)
    0.0625
    """
    return float(sr.brier_score(float(happened), probability))


def width(draws: np.ndarray, outcome: Outcome, mass: float) -> float:
    """Return the sharpness: the width of the central interval of `mass`, inside the window."""
    tails = [(1.0 - mass) / 2.0, (1.0 + mass) / 2.0]
    low, high = outcome.seen(np.quantile(_checked(draws), tails, method="inverted_cdf"))
    return float(high - low)


def _checked(draws: np.ndarray) -> np.ndarray:
    if np.ndim(draws) != 1 or not np.size(draws) or np.isnan(draws).any():
        raise DatawallError("a forecast needs a list of draws that are numbers")
    return draws
