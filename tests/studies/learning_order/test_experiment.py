"""The toy experiment on tiny budgets, and the exact facts it rests on."""

import itertools

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from datawall.studies.learning_order import experiment
from datawall.studies.learning_order.experiment import Curves, steps_to_learn, train

BUDGET = 300


@pytest.fixture(scope="module")
def curves():
    return train(seeds=2, steps=BUDGET, seed=3)


@pytest.mark.integration
def test_one_and_two_signs_are_learned_in_turn_and_before_three(curves):
    taken = steps_to_learn(curves)
    assert (taken[0] < taken[1]).all()
    assert (taken[1] < taken[2]).all()
    assert np.isfinite(taken[1]).all()
    assert np.isinf(taken[7]).all()


@pytest.mark.integration
def test_what_is_not_learned_stays_at_chance(curves):
    # 4096 held-out points: a standard error is 1/128
    assert np.abs(curves.accuracy[7] - 0.5).max() < 5 / 128


@pytest.mark.integration
def test_the_same_seed_gives_the_same_curves_in_chunks_of_any_size(curves):
    seen = []
    again = train(
        seeds=2, steps=BUDGET, seed=3, chunk=7, progress=lambda done, total: seen.append((done, total))
    )
    np.testing.assert_array_equal(again.accuracy, curves.accuracy)
    assert seen[-1] == (BUDGET, BUDGET)
    assert max(b - a for (a, _), (b, _) in itertools.pairwise(seen)) <= 7


@pytest.mark.integration
def test_another_seed_gives_other_curves(curves):
    assert not np.array_equal(train(seeds=2, steps=20, seed=4).accuracy[..., -1], curves.accuracy[..., 19])


@pytest.mark.integration
def test_networks_stay_in_single_precision(curves):
    assert curves.accuracy.dtype == np.float32
    with jax.enable_x64(True):
        weights = experiment.start(jax.random.key(0)).weights
    assert {leaf.dtype for leaf in jax.tree.leaves(weights)} == {jnp.dtype("float32")}


def test_steps_to_learn_by_hand():
    accuracy = np.array([[[0.5, 0.7, 0.9], [0.5, 0.6, 0.7], [0.8, 0.9, 0.9]]])
    found = steps_to_learn(Curves(np.array([1, 10, 1000]), accuracy), threshold=0.75)
    np.testing.assert_allclose(found, [[10 * 100**0.25, np.inf, 1.0]])


def test_adam_agrees_with_its_algorithm_written_out():
    adam, slope = jax.jit(experiment.adam), jax.jit(jax.grad(experiment.logistic_loss))
    training = experiment.start(jax.random.key(1))
    inputs = jax.random.normal(jax.random.key(2), (16, 8))
    labels = jnp.sign(inputs[:, 0])
    weight, mean, square = np.asarray(training.weights[0][0], float), 0.0, 0.0
    for step in range(1, 4):
        gradient = np.asarray(slope(training.weights, inputs, labels)[0][0], float)
        mean, square = 0.9 * mean + 0.1 * gradient, 0.999 * square + 0.001 * gradient**2
        weight = weight - 3e-3 * (mean / (1 - 0.9**step)) / (np.sqrt(square / (1 - 0.999**step)) + 1e-8)
        training = adam(training, inputs, labels, jnp.asarray(step))
    np.testing.assert_allclose(training.weights[0][0], weight, atol=2e-6)


def test_labels_are_the_signs_of_the_products():
    inputs = np.random.default_rng(0).normal(size=(50, 8))
    expected = [np.sign(np.prod(inputs[:, :k], axis=1)) for k in range(1, 9)]
    np.testing.assert_array_equal(experiment.product_signs(jnp.asarray(inputs)), expected)


@pytest.mark.parametrize("k", range(1, 9))
def test_a_predictor_blind_to_one_input_is_right_half_the_time(k):
    # with every input goes its reflection, so a half is exact for any predictor that cannot tell them apart
    rng = np.random.default_rng(k)
    inputs = rng.normal(size=(500, 8)).astype(np.float32)
    hidden = rng.integers(k)
    mirrored = inputs.copy()
    mirrored[:, hidden] *= -1.0
    both = np.concatenate([inputs, mirrored])
    labels = experiment.product_signs(jnp.asarray(both))[k - 1]
    blind = both.copy()
    blind[:, hidden] = 1.0
    weights = experiment.start(jax.random.key(k)).weights
    assert float(experiment.accuracy(weights, jnp.asarray(blind), labels)) == experiment.BLIND_ACCURACY
    others = np.prod(np.sign(blind[:, :k]), axis=1)
    assert np.mean(others == labels) == experiment.BLIND_ACCURACY
    # and one that sees them all is not
    assert np.mean(np.prod(np.sign(both[:, :k]), axis=1) == labels) == 1.0


@pytest.mark.parametrize("k", range(1, 9))
def test_hermite_coefficient_agrees_with_monte_carlo(k):
    products = np.prod(np.abs(np.random.default_rng(k).normal(size=(200_000, k))), axis=1)
    error = products.std() / np.sqrt(len(products))
    assert abs(products.mean() - experiment.leading_hermite_coefficient(k)) < 4 * error
    # a coefficient for one sign more or less would fail
    assert abs(products.mean() - experiment.leading_hermite_coefficient(k + 1)) > 4 * error


def test_lower_products_show_nothing_of_the_label():
    inputs = np.random.default_rng(5).normal(size=(200_000, 4))
    terms = np.prod(np.sign(inputs), axis=1) * np.prod(inputs[:, :3], axis=1)
    assert abs(terms.mean()) < 4 * terms.std() / np.sqrt(len(terms))
