"""Scores of one forecast, given by its draws: lower is better."""

import numpy as np
import scoringrules as sr

from datawall.errors import DatawallError
from datawall.scoring.outcome import Outcome


def crps(draws: np.ndarray, outcome: Outcome) -> float:
    r"""Return the continuous ranked probability score.

    .. math:: \int_{first}^{last} (F(x) - [y \le x])^2\, dx

    averaged over what may have happened: the score weighted by the window, which stays proper where draws
    or outcome lie beyond it. For the distribution of the draws it is exact.

    Parameters
    ----------
    draws
        Shape (n,); -inf and inf are values (past and never) where the window is bounded.
    outcome
        What happened.

    Returns
    -------
    float
        In the unit of the draws.

    References
    ----------
    Gneiting and Raftery 2007, doi:10.1198/016214506000001437; Gneiting and Ranjan 2011,
    doi:10.1198/jbes.2010.08110 (the weighting).
    """
    seen = outcome.seen(_checked(draws))
    if not np.isfinite(seen).all():
        raise DatawallError("draws that are past or never need a bounded window; give the outcome one")
    values = outcome.seen(outcome.values)
    members = np.broadcast_to(np.sort(seen), (len(values), len(seen)))
    return float(np.mean(sr.crps_ensemble(values, members, sorted_ensemble=True)))


def log_score(draws: np.ndarray, outcome: Outcome) -> float:
    """Return minus the log of the density at what happened, or of the probability of "not yet".

    The density is a Gaussian kernel estimate from the draws inside the window, times their share.

    Parameters
    ----------
    draws
        Shape (n,).
    outcome
        What happened.
    """
    inside = draws[(_checked(draws) >= outcome.first) & (draws <= outcome.last)]
    later, earlier = np.mean(draws > outcome.last), np.mean(draws < outcome.first)
    scores = np.empty(len(outcome.values))
    before = outcome.values < outcome.first
    within = ~(before | outcome.open)
    with np.errstate(divide="ignore"):
        scores[outcome.open], scores[before] = -np.log(later), -np.log(earlier)
        if within.any():
            scores[within] = _kernel(inside, outcome.values[within]) - np.log(len(inside) / len(draws))
    return float(np.mean(scores))


def _kernel(draws: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Return minus the log of the kernel estimate of the density at each value."""
    if len(draws) < 2 or np.ptp(draws) == 0.0:
        return np.full(len(values), np.inf)
    return np.asarray(sr.logs_ensemble(values, np.broadcast_to(draws, (len(values), len(draws)))))


def brier(probability: float, happened: bool) -> float:
    """Return the squared error of a probability.

    Examples
    --------
    >>> brier(0.75, True)
    0.0625
    """
    return float(sr.brier_score(float(happened), probability))


def width(draws: np.ndarray, outcome: Outcome, mass: float) -> float:
    """Return how wide the central interval is that holds `mass`, inside the window: the sharpness."""
    tails = [(1.0 - mass) / 2.0, (1.0 + mass) / 2.0]
    low, high = np.quantile(outcome.seen(_checked(draws)), tails, method="inverted_cdf")
    return float(high - low)


def _checked(draws: np.ndarray) -> np.ndarray:
    if np.ndim(draws) != 1 or not np.size(draws) or np.isnan(draws).any():
        raise DatawallError("a forecast needs a list of draws that are numbers")
    return draws
