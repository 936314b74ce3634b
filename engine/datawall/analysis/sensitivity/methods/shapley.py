"""Shapley effects: shares of a variance, valid under dependence, that sum to one."""

from collections.abc import Sequence

import jax
import numpy as np

from datawall.analysis.sensitivity.methods.experiment import Experiment, ratio_of
from datawall.analysis.sensitivity.methods.problem import Player
from datawall.analysis.sensitivity.methods.sobol import Measure
from datawall.sampling.cdf import Estimate
from datawall.sampling.replicates import REPLICATES


def shapley_effects(experiment: Experiment, players: Sequence[Player], measure: Measure) -> Estimate:
    r"""Return the Shapley effect of each player, its share of the variance.

    The players become known one after another, in a random order. What becomes known at a step moves the
    expectation of y by :math:`D`, and the Shapley effect is the mean of :math:`E\,D^2` over orders. Two paths
    of the function, which share what is known and are independent otherwise, move by D plus noise each: the
    mean of the product of their moves is :math:`E\,D^2`, and small wherever the effect is small.

    Parameters
    ----------
    experiment
        Where the function is evaluated, twice a player and draw. Half of the orders are the others reversed.
    players
        Disjoint sets of rows. The function must not depend on rows that no player has, unless these are
        known from the start.
    measure
        Map from values of the function to the numbers whose variance is explained.

    Returns
    -------
    Estimate
        Of shape (players,); the values sum to one.

    References
    ----------
    Owen (2014), Sobol' indices and Shapley value, doi:10.1137/130936233.
    Song, Nelson, Staum (2016), Shapley effects for global sensitivity analysis, doi:10.1137/15M1048070:
    under dependence, by permutations.
    Mitchell, Cooper, Frank, Holmes (2022), Sampling permutations for Shapley value estimation,
    arXiv:2104.12199: orders and their reverses.
    """
    size = len(players)
    owner = np.full(len(experiment.problem.labels), -1)
    for number, player in enumerate(players):
        owner[list(player)] = number

    def work(chunk: int, scores: jax.Array) -> np.ndarray:
        order = _orders(experiment.seed, chunk, size)
        turn = np.argsort(order, axis=0)
        position = np.where(owner[:, None] < 0, -1, turn[owner])
        kept, *others = scores
        known = position < 0
        before = [measure(experiment.values(known, kept, other, position)) for other in others]
        effects = np.zeros((size, REPLICATES))
        for step in range(size):
            known = position <= step
            if step < size - 1:
                after = [measure(experiment.values(known, kept, other, position)) for other in others]
            else:  # nothing is left to redraw
                after = [measure(experiment.values(known, kept, kept, position))] * 2
            moves = [now - then for now, then in zip(after, before, strict=True)]
            effects[order[step], np.arange(REPLICATES)] = np.mean(moves[0] * moves[1], axis=0)
            before = after
        return effects

    effects = np.mean(experiment.over_chunks(work), axis=0)
    return ratio_of(effects, effects.sum(0))


def _orders(seed: int, chunk: int, size: int) -> np.ndarray:
    """Return an order of the players for each replicate, of shape (players, replicates)."""
    random = np.random.default_rng((seed, chunk // 2))
    order = random.permuted(np.tile(np.arange(size)[:, None], (1, REPLICATES)), axis=0)
    return order[::-1] if chunk % 2 else order
