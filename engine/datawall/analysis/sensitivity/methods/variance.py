"""Variance-based sensitivity indices: Sobol' indices and Shapley effects."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import jax
import numpy as np

from datawall.analysis.sensitivity.methods.experiment import Experiment, Player, ratio_of
from datawall.sampling.cdf import Estimate
from datawall.sampling.point_sets import REPLICATES

type Measure = Callable[[np.ndarray], np.ndarray]
"""Map from values of the function to the numbers whose variance is explained."""


class _SobolIndices(NamedTuple):
    """Sobol' indices of first and total order, each of shape (players,)."""

    first: Estimate
    total: Estimate


def sobol_indices(experiment: Experiment, players: Sequence[Player], measure: Measure) -> _SobolIndices:
    r"""Return the Sobol' indices of first and total order.

    With y the measure, first order is :math:`\mathrm{Var}\,E[y|x_i] / \mathrm{Var}\,y` and total order
    :math:`E\,\mathrm{Var}[y|x_{-i}] / \mathrm{Var}\,y`. Both come from the four corners between two draws, so
    a small index has a small error.

    Parameters
    ----------
    experiment
        Where the function is evaluated, twice a player and draw.
    players
        Sets of rows that are independent of all other rows.
    measure
        Map from values of the function to the numbers whose variance is explained.

    References
    ----------
    Azzini, Mara, Rosati (2021), Comparison of two sets of Monte Carlo estimators of Sobol' indices,
    doi:10.1016/j.envsoft.2021.105167.
    """
    masks = [experiment.problem.mask(player) for player in players]
    nobody = experiment.problem.mask(())

    def work(_chunk: int, scores: jax.Array) -> tuple[np.ndarray, ...]:
        one, other, _ = scores
        start, end = (measure(experiment.values(nobody, s, s)) for s in (other, one))
        first, total, variance = [], [], []
        for mask in masks:
            moved = measure(experiment.values(mask, one, other)) - start
            moved_back = end - measure(experiment.values(mask, other, one))
            first.append((moved * moved_back).mean(0) / 2.0)
            total.append((moved**2 + moved_back**2).mean(0) / 4.0)
            variance.append(((end - start) ** 2 + (end - moved_back - start - moved) ** 2).mean(0) / 4.0)
        return np.array(first), np.array(total), np.array(variance)

    first, total, variance = np.mean(experiment.over_chunks(work), axis=0)
    return _SobolIndices(ratio_of(first, variance), ratio_of(total, variance))


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
