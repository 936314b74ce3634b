"""Toy experiment: small networks learn the sign of a product of k standard normals from fresh data.

For each seed the networks of all k start alike and see the same inputs, so only their labels differ.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

BLIND_ACCURACY = 0.5
"""Accuracy of any predictor blind to one input of the product, for every number of signs.

Reflecting that input turns the label and leaves the prediction, and both inputs are equally likely.
"""


def product_signs(inputs: jax.Array) -> jax.Array:
    """Return the sign of the product of the first k inputs for every k, (d, points) from (points, d).

    Examples
    --------
    >>> product_signs(jnp.array([[-2.0, 0.5, -3.0]])).ravel().tolist()
    [-1.0, -1.0, 1.0]
    """
    return jnp.cumprod(jnp.sign(inputs), axis=1).T


def leading_hermite_coefficient(k: int) -> float:
    """Return the leading Hermite coefficient of the label of k signs, (2/π)^(k/2).

    The Hermite expansion of the sign of x_1 … x_k starts at the product x_1 … x_k itself: its mean with the
    label is E|x|^k, and every polynomial of lower degree has none.

    Examples
    --------
    >>> round(leading_hermite_coefficient(2), 4)
    0.6366
    """
    return (2.0 / math.pi) ** (k / 2)


WIDTHS = (8, 32, 32, 32, 1)
"""Units of each layer, from the inputs to the logit."""
LEARNING_RATE = 3e-3
_DECAY_MEAN, _DECAY_SQUARE, _EPSILON = 0.9, 0.999, 1e-8

type _Weights = list[tuple[jax.Array, jax.Array]]


class _Training(NamedTuple):
    """A network in training: its weights, and the running means of their gradients and of its squares."""

    weights: _Weights
    mean: _Weights
    square: _Weights


def start(key: jax.Array) -> _Training:
    """Return an untrained network, with normal weights of variance 2 over the inputs of a unit.

    References
    ----------
    He et al. 2015, arXiv 1502.01852.
    """
    keys = jax.random.split(key, len(WIDTHS) - 1)
    weights = [
        (jnp.sqrt(2.0 / rows) * jax.random.normal(k, (rows, columns), jnp.float32), jnp.zeros(columns, "f4"))
        for k, rows, columns in zip(keys, WIDTHS, WIDTHS[1:], strict=False)
    ]
    zeros = jax.tree.map(jnp.zeros_like, weights)
    return _Training(weights, zeros, zeros)


def _logit(weights: _Weights, inputs: jax.Array) -> jax.Array:
    """Return the log odds of a positive label, of shape (points,), from inputs of shape (points, d)."""
    *hidden, (last, bias) = weights
    for matrix, offset in hidden:
        inputs = jax.nn.relu(inputs @ matrix + offset)
    return (inputs @ last + bias)[:, 0]


def logistic_loss(weights: _Weights, inputs: jax.Array, labels: jax.Array) -> jax.Array:
    """Return the mean negative log likelihood of labels of -1 and 1 [nats]."""
    return jnp.mean(jax.nn.softplus(-labels * _logit(weights, inputs)))


def accuracy(weights: _Weights, inputs: jax.Array, labels: jax.Array) -> jax.Array:
    """Return the share of points whose label has the sign of the logit."""
    return jnp.mean((labels * _logit(weights, inputs) > 0.0).astype(jnp.float32))


def adam(training: _Training, inputs: jax.Array, labels: jax.Array, step: jax.Array) -> _Training:
    """Return the network after one step of Adam, the steps counted from 1.

    References
    ----------
    Kingma and Ba 2015, arXiv 1412.6980, algorithm 1.
    """
    gradient = jax.grad(logistic_loss)(training.weights, inputs, labels)
    mean = jax.tree.map(lambda m, g: _DECAY_MEAN * m + (1.0 - _DECAY_MEAN) * g, training.mean, gradient)
    square = jax.tree.map(
        lambda v, g: _DECAY_SQUARE * v + (1.0 - _DECAY_SQUARE) * g**2, training.square, gradient
    )
    time = step.astype(jnp.float32)
    seen_mean, seen_square = 1.0 - _DECAY_MEAN**time, 1.0 - _DECAY_SQUARE**time
    weights = jax.tree.map(
        lambda w, m, v: w - LEARNING_RATE * (m / seen_mean) / (jnp.sqrt(v / seen_square) + _EPSILON),
        training.weights,
        mean,
        square,
    )
    return _Training(weights, mean, square)


INPUTS = WIDTHS[0]
BATCH = 128
_HELD_OUT = 4096
THRESHOLD = 0.75
"""Held-out accuracy that counts as learned: halfway from chance to perfect."""
_POINTS_PER_OOM = 20
_CHUNK = 1000
"""Steps between progress reports; no result depends on it."""

type Progress = Callable[[int, int], object]


@dataclass(frozen=True)
class Curves:
    """Learning curves.

    Attributes
    ----------
    steps
        Steps at which the accuracy was measured, of shape (points,) [training steps].
    accuracy
        On held-out data, of shape (k, seed, points), for k of 1 to 8.
    """

    steps: np.ndarray
    accuracy: np.ndarray


def _recorded_steps(budget: int) -> np.ndarray:
    """Return the steps at which accuracy is measured, evenly spaced in the logarithm, the last at the budget.

    Examples
    --------
    >>> _recorded_steps(1), _recorded_steps(6)
    (array([1]), array([1, 2, 3, 4, 5, 6]))
    >>> steps = _recorded_steps(50_000)
    >>> int(steps[0]), int(steps[-1]), bool((np.diff(steps) > 0).all())
    (1, 50000, True)
    """
    count = 2 + int(_POINTS_PER_OOM * np.log10(budget))
    return np.unique(np.rint(np.geomspace(1, budget, count)).astype(int))


def _start_all(key: jax.Array) -> _Training:
    """Return the initial networks of one seed, equal for every k."""
    return jax.tree.map(lambda leaf: jnp.broadcast_to(leaf, (INPUTS, *leaf.shape)), start(key))


def _step_all(training: _Training, key: jax.Array, step: jax.Array) -> _Training:
    """Train the networks of one seed on one fresh batch."""
    inputs = jax.random.normal(jax.random.fold_in(key, step), (BATCH, INPUTS), jnp.float32)
    return jax.vmap(adam, (0, None, 0, None))(training, inputs, product_signs(inputs), step)


@jax.jit
def _advance(training: _Training, keys: jax.Array, done: int, until: int) -> _Training:
    """Train from one step to another; both are traced, so one compiled program serves every chunk."""

    def body(step: jax.Array, training: _Training) -> _Training:
        return jax.vmap(_step_all, (0, 0, None))(training, keys, step + 1)

    return jax.lax.fori_loop(done, until, body, training)


@jax.jit
def _test(training: _Training, key: jax.Array) -> jax.Array:
    """Return the held-out accuracy of every network, of shape (k, seed)."""
    inputs = jax.random.normal(key, (_HELD_OUT, INPUTS), jnp.float32)
    each_k = jax.vmap(accuracy, (0, None, 0))
    return jax.vmap(each_k, (0, None, None), 1)(training.weights, inputs, product_signs(inputs))


def train(
    *, seeds: int, steps: int, seed: int = 0, progress: Progress | None = None, chunk: int = _CHUNK
) -> Curves:
    """Train the networks of every k and seed at once, each step on a fresh batch.

    Parameters
    ----------
    seeds
        Networks for each k.
    steps
        Budget of every network [training steps].
    seed
        Of all randomness.
    progress
        Called with the steps done and the budget.
    chunk
        Most steps between two calls of `progress`; the results do not depend on it.
    """
    held_out, starts, batches = jax.random.split(jax.random.key(seed), 3)
    training = jax.vmap(_start_all)(jax.random.split(starts, seeds))
    keys = jax.random.split(batches, seeds)
    recorded = _recorded_steps(steps)
    found, done = [], 0
    for point in map(int, recorded):
        while done < point:
            until = min(point, done + chunk)
            training, done = jax.block_until_ready(_advance(training, keys, done, until)), until
            if progress is not None:
                progress(done, steps)
        found.append(np.asarray(_test(training, held_out)))
    return Curves(recorded, np.stack(found, axis=-1))


def steps_to_learn(curves: Curves, threshold: float = THRESHOLD) -> np.ndarray:
    """Return the steps after which each network first reaches an accuracy, of shape (k, seed).

    They are interpolated in log steps between recorded points; infinite where the budget ran out first
    [training steps].
    """
    above = curves.accuracy >= threshold
    after = np.argmax(above, axis=-1)
    before = np.maximum(after - 1, 0)
    low, high = (np.take_along_axis(curves.accuracy, at[..., None], -1)[..., 0] for at in (before, after))
    rise = np.where(high > low, high - low, 1.0)
    share = np.where(after > 0, (threshold - low) / rise, 0.0)
    log_steps = np.log10(curves.steps)
    crossing = 10.0 ** (log_steps[before] + share * (log_steps[after] - log_steps[before]))
    return np.where(above.any(axis=-1), crossing, np.inf)
