"""Value of information: the expected reduction in CRPS and interval width by knowing a player."""

from collections.abc import Sequence
from typing import NamedTuple

import jax
import numpy as np

from datawall.analysis.sensitivity.methods.experiment import Experiment, Player, mean_of, ratio_of
from datawall.analysis.sensitivity.methods.variance import Measure
from datawall.sampling.cdf import Estimate
from datawall.sampling.point_sets import PAGE

_INTERVAL = (0.1, 0.9)


class _Shrinkage(NamedTuple):
    """Current score or width, and its absolute and relative reduction by each player."""

    now: Estimate
    gain: Estimate
    share: Estimate


def crps_gain(experiment: Experiment, players: Sequence[Player], measure: Measure) -> _Shrinkage:
    """Return the reduction in the expected score of the forecast once a player is known.

    The score is the continuous ranked probability score. For a calibrated forecast it is
    half the mean distance of two draws, :math:`E|y - y'|/2`; with the player known, of two draws that share
    it. Four draws, of which two and two share the player, give both, so that a small gain has a small error.
    For a probability the values are 0 and 1, and the score is Brier's. The function is evaluated on a quarter
    of the draws, four times a player; the measure maps values to finite numbers in the unit of the answer.

    References
    ----------
    Gneiting, Raftery (2007), Strictly proper scoring rules, prediction, and estimation,
    doi:10.1198/016214506000001437.
    """
    masks = [experiment.problem.mask(player) for player in players]

    def work(_: int, scores: jax.Array) -> np.ndarray:
        one, other, third = scores

        def distances(mask: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
            pair = [measure(experiment.values(mask, one, anew)) for anew in (other, third)]
            pair_of_others = [measure(experiment.values(mask, other, anew)) for anew in (other, third)]
            within = _distance(*pair) + _distance(*pair_of_others)
            across = _distance(pair[0], pair_of_others[1]) + _distance(pair_of_others[0], pair[1])
            return within / 2.0, across / 2.0

        return np.array([distances(mask) for mask in masks])

    found = np.mean(experiment.over_chunks(work, -(-experiment.chunks // 4)), axis=0)
    within, across = np.moveaxis(found, 1, 0)
    return _shrinkage(across.mean(0), across - within)


def _distance(values: np.ndarray, others: np.ndarray) -> np.ndarray:
    return np.abs(values - others).mean(0) / 2.0


def interval_gain(experiment: Experiment, players: Sequence[Player], measure: Measure) -> _Shrinkage:
    """Return the expected reduction in the width of the 80 % interval once a player is known.

    Nested Monte Carlo: 256 draws given each known draw of the player, the same for every player, so that
    an uninformative player has no gain. The function is evaluated once a player and draw.
    """
    masks = [experiment.problem.mask(player) for player in players]
    (scores,) = experiment.over_chunks(lambda _, scores: scores, 1)
    kept, anew = np.asarray(scores[0]), scores[1]
    now = _width(measure(experiment.values(experiment.problem.mask(()), anew, anew)))

    def work(outer: int, _: jax.Array) -> np.ndarray:
        held = np.repeat(kept[:, outer % PAGE, None], PAGE, axis=1)
        return np.array([_width(measure(experiment.values(mask, held, anew))) for mask in masks])

    known = np.mean(experiment.over_chunks(work, min(experiment.chunks, PAGE)), axis=0)
    return _shrinkage(now, now - known)


def _shrinkage(now: np.ndarray, gain: np.ndarray) -> _Shrinkage:
    return _Shrinkage(mean_of(now), mean_of(gain), ratio_of(gain, now))


def _width(values: np.ndarray) -> np.ndarray:
    lower, upper = np.quantile(values, _INTERVAL, axis=0)
    return upper - lower
