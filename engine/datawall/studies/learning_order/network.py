"""A small network and Adam, for one network at a time; the experiment batches them."""

from typing import NamedTuple

import jax
import jax.numpy as jnp

WIDTHS = (8, 32, 32, 32, 1)
"""Units of each layer, from the inputs to the logit."""
LEARNING_RATE = 3e-3
DECAY_MEAN, DECAY_SQUARE, EPSILON = 0.9, 0.999, 1e-8

type Weights = list[tuple[jax.Array, jax.Array]]


class Training(NamedTuple):
    """A network in training: its weights, and the running means of their gradients and of its squares."""

    weights: Weights
    mean: Weights
    square: Weights


def start(key: jax.Array) -> Training:
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
    return Training(weights, zeros, zeros)


def logit(weights: Weights, inputs: jax.Array) -> jax.Array:
    """Return the log odds of a positive label, of shape (points,), from inputs of shape (points, d)."""
    *hidden, (last, bias) = weights
    for matrix, offset in hidden:
        inputs = jax.nn.relu(inputs @ matrix + offset)
    return (inputs @ last + bias)[:, 0]


def logistic_loss(weights: Weights, inputs: jax.Array, labels: jax.Array) -> jax.Array:
    """Return the mean negative log likelihood of labels of -1 and 1 [nats]."""
    return jnp.mean(jax.nn.softplus(-labels * logit(weights, inputs)))


def accuracy(weights: Weights, inputs: jax.Array, labels: jax.Array) -> jax.Array:
    """Return the share of points whose label has the sign of the logit."""
    return jnp.mean((labels * logit(weights, inputs) > 0.0).astype(jnp.float32))


def adam(training: Training, inputs: jax.Array, labels: jax.Array, step: jax.Array) -> Training:
    """Return the network after one step of Adam, the steps counted from 1.

    References
    ----------
    Kingma and Ba 2015, arXiv 1412.6980, algorithm 1.
    """
    gradient = jax.grad(logistic_loss)(training.weights, inputs, labels)
    mean = jax.tree.map(lambda m, g: DECAY_MEAN * m + (1.0 - DECAY_MEAN) * g, training.mean, gradient)
    square = jax.tree.map(
        lambda v, g: DECAY_SQUARE * v + (1.0 - DECAY_SQUARE) * g**2, training.square, gradient
    )
    time = step.astype(jnp.float32)
    seen_mean, seen_square = 1.0 - DECAY_MEAN**time, 1.0 - DECAY_SQUARE**time
    weights = jax.tree.map(
        lambda w, m, v: w - LEARNING_RATE * (m / seen_mean) / (jnp.sqrt(v / seen_square) + EPSILON),
        training.weights,
        mean,
        square,
    )
    return Training(weights, mean, square)
