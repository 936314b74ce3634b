"""Sobol' indices of independent players."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import jax
import numpy as np

from datawall.analysis.sensitivity.methods.experiment import Experiment, ratio_of
from datawall.analysis.sensitivity.methods.problem import Player
from datawall.sampling.cdf import Estimate

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
