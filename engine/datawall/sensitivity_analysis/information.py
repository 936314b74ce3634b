"""Value of information: how much surer the answer would be if a player were known."""

from collections.abc import Sequence
from typing import NamedTuple

import jax
import numpy as np

from datawall.sampling.curve import Estimate
from datawall.sampling.replicates import PAGE
from datawall.sensitivity_analysis.estimates import mean_of, ratio_of
from datawall.sensitivity_analysis.experiment import Experiment
from datawall.sensitivity_analysis.problem import Player
from datawall.sensitivity_analysis.sobol import Measure

INTERVAL = (0.1, 0.9)


class Shrinkage(NamedTuple):
    """What the score or width is now, and by how much and by what share each player would shrink it."""

    now: Estimate
    gain: Estimate
    share: Estimate


def crps_gain(experiment: Experiment, players: Sequence[Player], measure: Measure) -> Shrinkage:
    r"""Return by how much the expected score of the forecast falls once a player is known.

    The score is the continuous ranked probability score. Of a forecast that is right about its own odds it is
    half the mean distance of two draws, :math:`E|y - y'|/2`; with the player known, of two draws that share
    it. For a probability the values are 0 and 1, and the score is Brier's.

    Parameters
    ----------
    experiment
        Where the function is evaluated, twice a player and draw.
    players
        Sets of rows.
    measure
        Makes finite numbers, in the unit of the answer, of the values.

    References
    ----------
    Gneiting, Raftery (2007), Strictly proper scoring rules, prediction, and estimation,
    doi:10.1198/016214506000001437.
    Strong, Oakley, Brennan (2014), Estimating multiparameter partial expected value of perfect information,
    doi:10.1177/0272989X13505910.
    """
    masks = [experiment.problem.mask(player) for player in ((), *players)]

    def work(_: int, scores: jax.Array) -> np.ndarray:
        kept, *others = scores
        pairs = ([measure(experiment.values(mask, kept, other)) for other in others] for mask in masks)
        return np.array([np.abs(one - other).mean(0) / 2.0 for one, other in pairs])

    now, *known = np.mean(experiment.over_chunks(work), axis=0)
    return _shrinkage(now, np.array(known))


def interval_gain(experiment: Experiment, players: Sequence[Player], measure: Measure) -> Shrinkage:
    """Return by how much the 80 % interval is expected to narrow once a player is known.

    Nested draws: 256 given each known draw of the player, the same ones for every player, so that one that
    says nothing narrows nothing.

    Parameters
    ----------
    experiment, players, measure
        As in `crps_gain`; the function is evaluated once a player and draw.
    """
    masks = [experiment.problem.mask(player) for player in players]
    (scores,) = experiment.over_chunks(lambda _, scores: scores, 1)
    kept, anew = np.asarray(scores[0]), scores[1]
    now = _width(measure(experiment.values(experiment.problem.mask(()), anew, anew)))

    def work(outer: int, _: jax.Array) -> np.ndarray:
        held = np.repeat(kept[:, outer % PAGE, None], PAGE, axis=1)
        return np.array([_width(measure(experiment.values(mask, held, anew))) for mask in masks])

    return _shrinkage(now, np.mean(experiment.over_chunks(work, min(experiment.chunks, PAGE)), axis=0))


def _shrinkage(now: np.ndarray, known: np.ndarray) -> Shrinkage:
    return Shrinkage(mean_of(now), mean_of(now - known), ratio_of(now - known, now))


def _width(values: np.ndarray) -> np.ndarray:
    lower, upper = np.quantile(values, INTERVAL, axis=0)
    return upper - lower
