"""Every index against functions whose indices are known in closed form.

A score is a deviation in standard errors of 16 replicates. It follows Student's t with 15 degrees of freedom,
of which one in 900 lies beyond 4. Some 100 scores are compared, so one seed in nine would fail by chance; the
seeds are fixed.
"""

import itertools
import math

import jax.numpy as jnp
import numpy as np
import pytest
from jax.scipy.special import ndtr
from scipy import stats

from datawall.analysis.sensitivity.methods.experiment import Experiment, SensitivityProblem
from datawall.analysis.sensitivity.methods.information import crps_gain, interval_gain
from datawall.analysis.sensitivity.methods.tornado import at_distribution, at_median, gradient_at_median
from datawall.analysis.sensitivity.methods.variance import shapley_effects, sobol_indices
from datawall.sampling.samplers import LATTICE, RANDOM, SOBOL

DRAWS = 16_384
LIMIT = 4.0
SAMPLERS = pytest.mark.parametrize("sampler", [RANDOM, SOBOL, LATTICE], ids=lambda sampler: sampler.name)

WEIGHTS = np.array([1.0, 2.0, -0.7, 0.5], np.float32)
TIED = (0, 1, 3)
CORRELATION = np.array([[1.0, 0.6, -0.3], [0.6, 1.0, 0.2], [-0.3, 0.2, 1.0]])
EACH = [(0,), (1,), (2,), (3,)]


def linear(weights, scores):
    return jnp.tensordot(weights, scores, 1)


def ishigami(params, scores):
    a, b = params
    x = (2.0 * ndtr(scores) - 1.0) * np.float32(np.pi)
    return jnp.sin(x[0]) + a * jnp.sin(x[1]) ** 2 + b * x[2] ** 4 * jnp.sin(x[0])


def sobol_g(a, scores):
    ratios = (jnp.abs(4.0 * ndtr(scores) - 2.0) + a[:, None]) / (1.0 + a[:, None])
    return jnp.prod(ratios, axis=0)


def problem_of(function, params, rows, **dependence):
    return SensitivityProblem(
        function, params, tuple(f"x{k}" for k in range(rows)), tuple(range(rows)), **dependence
    )


def gaussian():
    return problem_of(linear, WEIGHTS, 4, tied=TIED, correlation=CORRELATION)


def covariance(correlation=CORRELATION):
    whole = np.eye(4)
    whole[np.ix_(TIED, TIED)] = correlation
    return whole


def explained(known, correlation=CORRELATION):
    """Return how much of the variance of the linear function some scores explain, by the Schur complement."""
    cov, known = covariance(correlation), list(known)
    unknown = [row for row in range(4) if row not in known]
    rest = cov[np.ix_(unknown, unknown)]
    if known:
        cross = cov[np.ix_(unknown, known)]
        rest = rest - cross @ np.linalg.solve(cov[np.ix_(known, known)], cross.T)
    return WEIGHTS @ cov @ WEIGHTS - WEIGHTS[unknown] @ rest @ WEIGHTS[unknown]


def shapley_by_definition(value, players):
    effects = np.zeros(len(players))
    everybody = sum(players, ())
    for order in itertools.permutations(range(len(players))):
        known = ()
        for number in order:
            more = known + players[number]
            effects[number] += value(more) - value(known)
            known = more
    return effects / math.factorial(len(players)) / value(everybody)


def worst(found, expected):
    return np.max(np.abs(found.value - expected) / np.maximum(found.mcse, 1e-6))


def same(values):
    return values


def partial_variances(a, b):
    """Return the variances of Ishigami's terms x1, x2 and x1 with x3."""
    first = 0.5 * (1.0 + b * np.pi**4 / 5.0) ** 2
    return np.array([first, a**2 / 8.0, b**2 * np.pi**8 * (1.0 / 18.0 - 1.0 / 50.0)])


@SAMPLERS
def test_ishigami(sampler):
    alone, second, joint = partial_variances(7.0, 0.1)
    total = alone + second + joint
    experiment = Experiment(problem_of(ishigami, (7.0, 0.1), 3), DRAWS, 1, sampler)
    players = [(0,), (1,), (2,)]
    found = sobol_indices(experiment, players, same)
    assert worst(found.first, np.array([alone, second, 0.0]) / total) < LIMIT
    assert worst(found.total, np.array([alone + joint, second, joint]) / total) < LIMIT
    effects = shapley_effects(experiment, players, same)
    expected = np.array([alone + joint / 2.0, second, joint / 2.0]) / total
    assert worst(effects, expected) < LIMIT
    assert effects.mcse.max() < 0.02
    assert worst(effects, expected[::-1]) > LIMIT  # and would see a wrong answer


@SAMPLERS
def test_sobol_g(sampler):
    a = np.array([0.0, 1.0, 4.5, 9.0, 99.0], np.float32)
    own = 1.0 / (3.0 * (1.0 + a) ** 2)
    total = np.prod(1.0 + own) - 1.0
    experiment = Experiment(problem_of(sobol_g, a, 5), DRAWS, 2, sampler)
    players = [(row,) for row in range(5)]
    found = sobol_indices(experiment, players, same)
    assert worst(found.first, own / total) < LIMIT
    assert worst(found.total, own * np.prod(1.0 + own) / (1.0 + own) / total) < LIMIT

    def closed(known):
        return np.prod(1.0 + own[list(known)]) - 1.0

    assert worst(shapley_effects(experiment, players, same), shapley_by_definition(closed, players)) < LIMIT


@SAMPLERS
def test_correlated_linear_gaussian(sampler):
    experiment = Experiment(gaussian(), DRAWS, 3, sampler)
    effects = shapley_effects(experiment, EACH, same)
    assert worst(effects, shapley_by_definition(explained, EACH)) < LIMIT
    assert effects.value.sum() == pytest.approx(1.0)
    independent = shapley_by_definition(lambda known: explained(known, np.eye(3)), EACH)
    assert worst(effects, independent) > LIMIT  # what one gets who ignores the correlations
    groups = [(0, 2), (1, 3)]
    assert worst(shapley_effects(experiment, groups, same), shapley_by_definition(explained, groups)) < LIMIT
    components = experiment.problem.components()
    assert components == [(0, 1, 3), (2,)]
    shares = np.array([explained(rows) for rows in components]) / explained(range(4))
    for index in sobol_indices(experiment, components, same):
        assert worst(index, shares) < LIMIT


@SAMPLERS
def test_correlated_inputs_that_interact(sampler):
    """For y = a b + c a with correlation r: E[y|a] = r a^2 + c a, and E[y|b] = r b^2 + c r b."""
    r, c = 0.5, 0.8

    def function(_, scores):
        return scores[0] * scores[1] + c * scores[0]

    correlation = np.array([[1.0, r], [r, 1.0]])
    problem = problem_of(function, None, 2, tied=(0, 1), correlation=correlation)
    total, first, second = 1.0 + r**2 + c**2, 2.0 * r**2 + c**2, 2.0 * r**2 + c**2 * r**2
    effects = shapley_effects(Experiment(problem, DRAWS, 7, sampler), [(0,), (1,)], same)
    own = (first + total - second) / (2.0 * total)
    assert worst(effects, np.array([own, 1.0 - own])) < LIMIT


def test_value_of_information_of_a_correlated_linear_gaussian():
    experiment = Experiment(gaussian(), 4 * DRAWS, 4, SOBOL)
    variance = explained(range(4))
    left = np.sqrt([variance - explained(rows) for rows in EACH])
    # the score of a normal forecast is sd / sqrt(pi), its 80 % interval 2.563 sd
    score = crps_gain(experiment, EACH, same)
    assert worst(score.now, np.sqrt(variance / np.pi)) < LIMIT
    assert worst(score.gain, (np.sqrt(variance) - left) / np.sqrt(np.pi)) < LIMIT
    assert worst(score.share, 1.0 - left / np.sqrt(variance)) < LIMIT
    interval = interval_gain(experiment, EACH, same)
    # quantiles of 256 draws lie closer together by a per cent
    assert interval.now.value == pytest.approx(2.0 * stats.norm.ppf(0.9) * np.sqrt(variance), rel=0.02)
    assert worst(interval.share, 1.0 - left / np.sqrt(variance)) < LIMIT


def test_tornado_and_gradient_of_a_correlated_linear_gaussian():
    experiment = Experiment(gaussian(), 4 * DRAWS, 5, SOBOL)
    score = stats.norm.ppf(0.9)
    ends = np.array([-score, score])
    np.testing.assert_allclose(at_median(experiment, EACH), np.outer(WEIGHTS, ends), rtol=1e-5)
    found = at_distribution(experiment, EACH, lambda values: np.quantile(values, 0.5, axis=0))
    assert worst(found, np.outer(covariance() @ WEIGHTS, ends)) < LIMIT
    value, gradient = gradient_at_median(experiment.problem)
    assert value == 0.0
    np.testing.assert_allclose(gradient, WEIGHTS)


def test_a_rank_measure_bears_infinite_values():
    """A third of the draws are never; the rank of the sum of two independent scores is shared evenly."""

    def capped(_, scores):
        total = scores[0] + scores[1]
        return jnp.where(total > np.sqrt(2.0) * stats.norm.ppf(2.0 / 3.0), jnp.inf, total)

    experiment = Experiment(problem_of(capped, None, 3), DRAWS, 6, SOBOL)
    _, values = experiment.plain()
    ordered = np.sort(values, axis=None)
    effects = shapley_effects(experiment, [(0,), (1,), (2,)], lambda y: np.searchsorted(ordered, y) / y.size)
    assert worst(effects, np.array([0.5, 0.5, 0.0])) < LIMIT
