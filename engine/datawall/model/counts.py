"""Model counts above thresholds of training compute.

The sizes of a year's runs follow a power law that ends at the largest run. The number of models within a
given depth of it is then the same for any largest run, except for a slow growth; the number above a
fixed threshold multiplies because the frontier leaves the threshold behind.
"""

import math
from typing import Any

import jax
import jax.numpy as jnp

from datawall.model.clock import Clock
from datawall.model.inputs import Inputs, Scalar
from datawall.scaling_laws.laws import LOG10
from datawall.units import DAYS_PER_YEAR

RATE_DATE = 2025.0
"""Date of the stated number of models a year [year]."""
EARLIER = (-6.0, -5.0, -4.0, -3.0, -2.0, -1.0)
"""Dates before the start of the grid, from which models are counted [years from that start]."""


def models_within(depth: Any, near: Any, exponent: Any) -> Any:
    r"""Return the models a year within a depth of the largest run.

    .. math:: R(x) = R(1) \frac{10^{s x} - 1}{10^s - 1}, \qquad x \ge 0

    Parameters
    ----------
    depth
        Orders of magnitude below the largest run; nothing lies above it [oom].
    near
        R(1), models a year within one order of magnitude [models/yr].
    exponent
        s, the exponent of the power law: sizes have the density :math:`C^{-1-s}`.

    Returns
    -------
    Array
        Models a year [models/yr].

    Examples
    --------
    >>> models_within(jnp.array([-1.0, 1.0, 2.0]), 10.0, 0.301).round(1)
    Array([ 0., 10., 30.], dtype=float32)
    """
    rate = LOG10 * exponent
    return near * jnp.expm1(rate * jnp.maximum(depth, 0.0)) / jnp.expm1(rate)


def log_flop_trained(grid: Scalar, log_flop: Scalar, duration: Scalar) -> tuple[Scalar, Scalar]:
    """Return dates and ln FLOP of the largest run whose training has ended by each, from before the grid.

    The path is straight between the dates of the grid; before them it continues the first segment.

    Parameters
    ----------
    grid
        Increasing dates [years since the as-of date].
    log_flop
        ln of the largest run that has been started by each date.
    duration
        Of the training of a run [years].
    """
    pace = jax.vmap(jnp.divide)(log_flop[1:] - log_flop[:-1], grid[1:] - grid[:-1])
    trained = log_flop - jnp.concatenate([pace[:1], pace]) * duration
    dates = jnp.stack([grid[0] + years for years in EARLIER])
    earlier = jnp.stack([trained[0] + pace[0] * years for years in EARLIER])
    return jnp.concatenate([dates, grid]), jnp.concatenate([earlier, trained])


def model_counts(
    inputs: Inputs, clock: Clock, grid: Scalar, log_flop: Scalar, thresholds: tuple[float, ...]
) -> Scalar:
    """Return the expected number of models trained above each threshold by each date of the grid.

    A model counts from the day its training ends. The number is an expectation: chance would spread it by its
    square root.

    Parameters
    ----------
    inputs, clock
        One draw, and the anchor dates.
    grid
        Increasing dates [years since the as-of date].
    log_flop
        ln of the largest run that has been started by each date.
    thresholds
        Amounts of compute [FLOP].

    Returns
    -------
    Array
        Cumulative numbers, dates on the first axis and thresholds on the second.
    """
    t, log_largest = log_flop_trained(grid, log_flop, inputs.training_days / DAYS_PER_YEAR)
    growth, exponent = jnp.log(inputs.model_count_growth), inputs.run_size_exponent
    near = inputs.models_near_frontier / jnp.expm1(LOG10 * exponent)
    # R(x) e^(g t) is the difference of two exponentials, the same for all thresholds up to a factor
    log_every = jax.vmap(jnp.multiply, (0, None))(t - clock.since_as_of(RATE_DATE), growth)
    log_above = log_every + exponent * (log_largest - math.log(thresholds[0]))
    every, above = jax.lax.optimization_barrier((near * jnp.exp(log_every), near * jnp.exp(log_above)))
    bend_every, bend_above = (
        jnp.diff(rate, axis=0) * jnp.diff(log_rate, axis=0) / 12.0
        for rate, log_rate in ((every, log_every), (above, log_above))
    )

    def models_by_interval(threshold: float) -> Scalar:
        factor = jnp.exp(exponent * math.log(thresholds[0] / threshold))
        rate, bend = factor * above - every, factor * bend_above - bend_every
        return jax.vmap(jnp.multiply)(jnp.diff(t), mean_of_positive_part(rate[:-1], rate[1:], bend))

    models = jnp.stack([models_by_interval(threshold) for threshold in thresholds], axis=1)
    return running_sum(jax.lax.optimization_barrier(models))[len(EARLIER) - 1 :]


def mean_of_positive_part(start: Scalar, end: Scalar, bend: Scalar) -> Scalar:
    """Return the mean over an interval of the positive part of a rate that rises.

    The trapezoidal rule less the first correction of Euler and Maclaurin, `bend`; where the rate turns
    positive within the interval, the triangle after that. Where the rate jumps, the correction is too large,
    so the mean is bounded below by the lower end, and by zero.
    """
    positive = jnp.maximum(end, 0.0)
    triangle = positive * positive / jnp.maximum(positive - start, 1e-30)
    bent = jnp.maximum(start + end - 2.0 * bend, 2.0 * jnp.minimum(start, positive))
    return jnp.where(start >= 0.0, bent, triangle) / 2.0


def running_sum(values: Scalar) -> Scalar:
    """Return the cumulative sum along the leading axis; `cumsum` is slow on a CPU."""

    def advance(total: Scalar, value: Scalar) -> tuple[Scalar, Scalar]:
        total += value
        return total, total

    return jax.lax.scan(advance, jnp.zeros_like(values[0]), values)[1]
