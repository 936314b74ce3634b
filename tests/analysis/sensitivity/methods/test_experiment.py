"""Draws of an experiment: exactly conditional, the same in any order, and blind to nothing that matters."""

import jax.numpy as jnp
import numpy as np
import pytest

from datawall.analysis.sensitivity.methods.experiment import CHUNK, Experiment, SensitivityProblem
from datawall.sampling.point_sets import REPLICATES
from datawall.sampling.samplers import SOBOL

CORRELATION = np.array([[1.0, 0.8, 0.5], [0.8, 1.0, 0.3], [0.5, 0.3, 1.0]])


def weighted(weights, scores):
    return jnp.tensordot(weights, scores, 1)


def problem(weights=(1.0, 0.0, 0.0, 0.0)):
    return SensitivityProblem(
        weighted, np.array(weights, np.float32), tuple("abcd"), (0, 1, 2, 3), (0, 1, 3), CORRELATION
    )


@pytest.fixture(scope="module")
def experiment():
    return Experiment(problem(), 2 * CHUNK, 0, SOBOL)


@pytest.mark.parametrize("order", [(0, 1, 2, 3), (3, 2, 1, 0), (1, 3, 0, 2)])
def test_factors_keep_the_correlations_and_let_the_first_depend_on_themselves(order):
    position = np.argsort(order)[:, None]
    (factor,) = np.moveaxis(problem().factors(position), -1, 0)
    np.testing.assert_allclose(factor @ factor.T, CORRELATION, atol=1e-6)
    tied = [position[row, 0] for row in (0, 1, 3)]
    later = np.less.outer(tied, tied)
    assert np.all(factor[later] == 0.0)


def test_what_is_kept_gives_the_expectation_of_the_rest(experiment):
    """Given b, a is 0.8 b on average: the slope of the regression on what is kept."""
    scores = experiment.scores(0)
    found = experiment.values(experiment.problem.mask((1,)), scores[0], scores[1])
    kept = np.asarray(scores[0][1])
    slope = np.mean(found * kept) / np.mean(kept**2)
    assert slope == pytest.approx(0.8, abs=0.01)
    assert np.std(found - 0.8 * kept) == pytest.approx(0.6, abs=0.01)


def test_plain_draws_are_correlated(experiment):
    scores, values = experiment.plain()
    assert values.shape == (2 * CHUNK // REPLICATES, REPLICATES)
    np.testing.assert_allclose(values, scores[0], atol=1e-5)
    found = np.corrcoef(scores[[0, 1, 3]].reshape(3, -1))
    np.testing.assert_allclose(found, CORRELATION, atol=0.01)


def test_inputs_that_change_nothing_are_found(experiment):
    assert experiment.active([(0,), (1,), (2,), (3,), (1, 0)]) == [True, False, False, False, True]
    assert experiment.problem.components() == [(0, 1, 3), (2,)]
