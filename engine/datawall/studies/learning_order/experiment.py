"""The toy experiment: small networks learn the sign of a product of k standard normals from fresh data.

For each seed the networks of all k start alike and see the same inputs, so only what they are asked differs.
"""

from collections.abc import Callable
from dataclasses import dataclass

import jax
import jax.numpy as jnp
import numpy as np

from datawall.studies.learning_order.facts import product_signs
from datawall.studies.learning_order.network import WIDTHS, Training, accuracy, adam, start

INPUTS = WIDTHS[0]
BATCH = 128
HELD_OUT = 4096
THRESHOLD = 0.75
"""Held-out accuracy that counts as learned: half the way from chance to perfect."""
POINTS_PER_OOM = 20
CHUNK = 1000
"""Steps between two reports of progress; no result depends on it."""

type Progress = Callable[[int, int], object]


@dataclass(frozen=True)
class Curves:
    """How well each network does as it trains.

    Attributes
    ----------
    steps
        Where the accuracy was taken, of shape (points,) [training steps].
    accuracy
        On held-out data, of shape (k, seed, points), for k of 1 to 8.
    """

    steps: np.ndarray
    accuracy: np.ndarray


def recorded_steps(budget: int) -> np.ndarray:
    """Return the steps at which accuracy is taken: evenly apart in the logarithm, the budget the last.

    Examples
    --------
    >>> recorded_steps(6)
    array([1, 2, 3, 4, 5, 6])
    """
    count = 2 + int(POINTS_PER_OOM * np.log10(budget))
    return np.unique(np.rint(np.geomspace(1, budget, count)).astype(int))


def _start_all(key: jax.Array) -> Training:
    """Return the networks of one seed, alike for every k."""
    return jax.tree.map(lambda leaf: jnp.broadcast_to(leaf, (INPUTS, *leaf.shape)), start(key))


def _step_all(training: Training, key: jax.Array, step: jax.Array) -> Training:
    """Train the networks of one seed on one batch that nobody has seen."""
    inputs = jax.random.normal(jax.random.fold_in(key, step), (BATCH, INPUTS), jnp.float32)
    return jax.vmap(adam, (0, None, 0, None))(training, inputs, product_signs(inputs), step)


@jax.jit
def _advance(training: Training, keys: jax.Array, done: int, until: int) -> Training:
    """Train from one step to another; both are data, so a single program serves every chunk."""

    def body(step: jax.Array, training: Training) -> Training:
        return jax.vmap(_step_all, (0, 0, None))(training, keys, step + 1)

    return jax.lax.fori_loop(done, until, body, training)


@jax.jit
def _test(training: Training, key: jax.Array) -> jax.Array:
    """Return the held-out accuracy of every network, of shape (k, seed)."""
    inputs = jax.random.normal(key, (HELD_OUT, INPUTS), jnp.float32)
    each_k = jax.vmap(accuracy, (0, None, 0))
    return jax.vmap(each_k, (0, None, None), 1)(training.weights, inputs, product_signs(inputs))


def train(
    *, seeds: int, steps: int, seed: int = 0, progress: Progress | None = None, chunk: int = CHUNK
) -> Curves:
    """Train the networks of every k and seed at once.

    Parameters
    ----------
    seeds
        Networks for each k.
    steps
        Budget of every network, each step on a fresh batch [training steps].
    seed
        Of all randomness.
    progress
        Called with the steps done and the budget.
    chunk
        Most steps between two calls of `progress`; the results do not depend on it.

    Returns
    -------
    Curves
        Held-out accuracy of every network as it trains.
    """
    held_out, starts, batches = jax.random.split(jax.random.key(seed), 3)
    training = jax.vmap(_start_all)(jax.random.split(starts, seeds))
    keys = jax.random.split(batches, seeds)
    recorded = recorded_steps(steps)
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
    """Return when each network first reaches an accuracy.

    Parameters
    ----------
    curves
        Accuracy of every network as it trains.
    threshold
        Accuracy that counts as learned.

    Returns
    -------
    numpy.ndarray
        Of shape (k, seed), interpolated in log steps between recorded points; infinite where the budget ran
        out first [training steps].
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
