"""From the start of a training run to its public release."""

from collections.abc import Callable, Sequence

import jax
import jax.numpy as jnp

from datawall.model.ceilings.gptn2024 import table_delay
from datawall.model.inputs import DECLARATIONS, Inputs, Scalar
from datawall.model.questions import Questions
from datawall.units import DAYS_PER_YEAR, MONTHS_PER_YEAR

OUTCOMES = DECLARATIONS["release_outcome"].options


def delay_by_lags(inputs: Inputs, generations: Sequence[float]) -> Scalar:  # noqa: ARG001 - like the other
    """Return the years from the start of training to release by their parts, one for each generation.

    Training, then the post-training lag; a staged release, a slip, or a cancelled model that the next
    attempt replaces add their own months.
    """

    def when(outcome: str, months: Scalar) -> Scalar:
        return jnp.where(inputs.release_outcome == OUTCOMES.index(outcome), months, 0.0)

    months = (
        inputs.post_training_lag_months
        + when("staged", inputs.staging_months)
        + when("slipped", inputs.slip_months)
        + when("cancelled", inputs.retry_months)
    )
    return inputs.training_days / DAYS_PER_YEAR + months / MONTHS_PER_YEAR


_DELAYS: dict[str, Callable[[Inputs, Sequence[float]], Scalar]] = {
    "lags": delay_by_lags,
    "table": table_delay,
}
"""The delay by each of `questions.RELEASES`."""


def release_delay(inputs: Inputs, questions: Questions) -> Scalar:
    """Return the years from the start of training to release, one for each generation asked."""
    return _DELAYS[questions.release](inputs, questions.generations)


def release_dates(training_start: Scalar, delay: Scalar) -> Scalar:
    """Return when a model at least as large as each generation is released.

    Only the generations asked are looked at: a finer list can bring a date forward.

    Parameters
    ----------
    training_start, delay
        One value for each generation on the leading axis, in increasing order of compute [years].

    Returns
    -------
    array
        Release dates on the same scale. A larger generation that is released first answers for the smaller.

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
