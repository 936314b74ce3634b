"""Release dates: from the start of a training run to its public release."""

import jax
import jax.numpy as jnp

from datawall.model.inputs import DECLARATIONS, Inputs, Scalar
from datawall.model.questions import Questions
from datawall.model.registry import RELEASES

OUTCOMES = DECLARATIONS["release_outcome"].options


def release_delay(inputs: Inputs, questions: Questions) -> Scalar:
    """Return the years from the start of training to release, one for each generation."""
    return RELEASES[questions.release].delay(inputs, questions.generations)


def release_dates(training_start: Scalar, delay: Scalar) -> Scalar:
    """Return the date at which a model at least as large as each generation is released.

    Only the generations given are considered: a finer list can bring a date forward.

    Parameters
    ----------
    training_start, delay
        One value for each generation on the leading axis, in increasing order of compute [years].

    Returns
    -------
    array
        Release dates on the same scale. A larger generation that is released first also dates the smaller.

    Examples
    --------
    >>> release_dates(jnp.array([0.0, 1.0]), jnp.array([3.0, 0.5]))
    Array([1.5, 1.5], dtype=float32)
    """
    # computed once: rounded in two ways, an order could be reversed by the last bit
    released = jax.lax.optimization_barrier(training_start + delay)
    earliest = [released[-1]]
    for date in released[-2::-1]:
        earliest.append(jnp.minimum(date, earliest[-1]))
    return jnp.stack(earliest[::-1])
