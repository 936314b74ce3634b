"""Tornado analysis: the answer at a low and a high score of each player."""

from collections.abc import Callable, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from scipy.special import ndtri

from datawall.analysis.sensitivity.methods.experiment import Experiment, Player, SensitivityProblem, mean_of
from datawall.sampling.cdf import Estimate


def gradient_at_median(problem: SensitivityProblem) -> tuple[float, np.ndarray]:
    """Return the function with all scores at 0, and its partial derivatives by the scores, of shape (rows,).

    Forward-mode differentiation goes through the path itself and every root found on it.
    """
    rows = len(problem.labels)

    def moved(params: Any, scores: jax.Array, by: jax.Array) -> tuple[jax.Array, jax.Array]:
        return jax.jvp(lambda z: problem.function(params, z), (scores,), (by,))

    # one column a row, so that one pass gives all derivatives
    value, gradient = jax.jit(moved)(problem.params, jnp.zeros((rows, rows)), jnp.eye(rows))
    return float(value[0]), np.asarray(gradient, np.float64)


LEVELS = (0.1, 0.9)

type _Answer = Callable[[np.ndarray], np.ndarray]
"""Map from values of shape (n, ...) to an answer for each trailing index."""


def at_median(experiment: Experiment, players: Sequence[Player]) -> np.ndarray:
    """Return the function with a player at its 10 % and its 90 % score, all others at their medians.

    The others stay fixed even if they are correlated with the player: this is an intervention. The shape is
    (players, 2).
    """
    scores = np.zeros((len(experiment.problem.labels), len(players), 2))
    for number, player in enumerate(players):
        scores[list(player), number] = ndtri(LEVELS)
    return experiment.at(scores.reshape(len(scores), -1)).reshape(-1, 2)


def at_distribution(experiment: Experiment, players: Sequence[Player], answer: _Answer) -> Estimate:
    """Return the answer with one player at its 10 % and its 90 % score and the others conditional on it.

    The others follow their conditional distribution given the player: this is an observation. The function is
    evaluated on a quarter of the draws, twice a player; the estimate is of shape (players, 2).
    """
    masks = [experiment.problem.mask(player) for player in players]

    def work(_: int, scores: jax.Array) -> np.ndarray:
        held = [np.full(scores.shape[1:], score, np.float32) for score in ndtri(LEVELS)]
        return np.array([[experiment.values(mask, h, scores[0]) for h in held] for mask in masks])

    values = np.moveaxis(
        np.concatenate(experiment.over_chunks(work, -(-experiment.chunks // 4)), axis=2), 2, 0
    )
    whole = np.moveaxis(values, -1, 1).reshape(-1, *values.shape[1:3])
    return Estimate(answer(whole), mean_of(answer(values)).mcse)
