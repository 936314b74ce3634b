"""How many models have been trained above a threshold of compute.

The sizes of a year's runs follow a power law that ends at the largest run. How many models lie within so many
orders of magnitude of it then is the same for any largest run, but for a slow growth; the number above a fixed
threshold multiplies because the frontier leaves the threshold behind.
"""

import math
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp

from datawall.model.clock import Clock
from datawall.model.inputs import Inputs, Scalar
from datawall.model.passage import running_maximum
from datawall.model.reals import LOG10
from datawall.records import record
from datawall.units import DAYS_PER_YEAR

RATE_DATE = 2025.0
"""When the models a year are stated [year]."""
NODES = (0.5 - math.sqrt(1.0 / 12.0), 0.5 + math.sqrt(1.0 / 12.0))
"""Where the rule of Gauss with two points looks at an interval from 0 to 1; both count half."""
SLOWEST = 0.1
"""The least growth of the largest run that is believed of the years before the grid [oom/yr]."""


def models_within(depth: Any, near: Any, exponent: Any) -> Any:
    r"""Return the models a year within a depth of the largest run.

    .. math:: R(x) = R(1) \frac{10^{s x} - 1}{10^s - 1}, \qquad x \ge 0

    Parameters
    ----------
    depth
        How far below the largest run one counts; nothing lies above it [oom].
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


@record
class RunSizes:
    """What a draw says about the sizes of runs below the frontier.

    Attributes
    ----------
    near
        Models a year within one order of magnitude of the largest run, at the as-of date.
    exponent
        Of the power law.
    growth
        ln of the growth of their number, a year.
    """

    near: Scalar
    exponent: Scalar
    growth: Scalar

    def rate(self, t: Scalar, depth: Scalar) -> Scalar:
        """Return the models a year within `depth` [oom] at `t` [years since the as-of date]."""
        return models_within(depth, self.near, self.exponent) * jnp.exp(self.growth * t)


def run_sizes(inputs: Inputs, clock: Clock) -> RunSizes:
    """Return the law of run sizes of a draw."""
    growth = jnp.log(inputs.model_count_growth)
    near = inputs.models_near_frontier * jnp.exp(-growth * clock.since_as_of(RATE_DATE))
    return RunSizes(near, inputs.run_size_exponent, growth)


def models_trained(sizes: RunSizes, grid: Scalar, log_flop: Scalar, threshold: float) -> Scalar:
    """Return the expected number of models trained above a threshold, from the first one to each date.

    The largest run is taken as straight, in logs, between the dates of the grid, and before them as growing as
    it does between the first two. The number is an expectation: chance would spread it by its square root.

    Parameters
    ----------
    sizes
        The law of run sizes.
    grid
        Increasing dates [years since the as-of date].
    log_flop
        ln of the largest run trained by each date; it never falls.
    threshold
        What counts [FLOP].

    Returns
    -------
    Array
        Cumulative number at each date.
    """
    depth = (log_flop - math.log(threshold)) / LOG10

    def between(start: Scalar, end: Scalar, deep: Scalar, deeper: Scalar) -> Scalar:
        """Return the models of an interval, from when the largest run passes the threshold."""
        rise = deeper - deep
        passed = jnp.clip(-deep / jnp.where(rise > 0.0, rise, 1.0), 0.0, 1.0)
        shares = [passed + (1.0 - passed) * node for node in NODES]
        rates = [sizes.rate(start + share * (end - start), deep + share * rise) for share in shares]
        return (end - start) * (1.0 - passed) * (rates[0] + rates[1]) / 2.0

    pace = jnp.maximum((depth[1] - depth[0]) / (grid[1] - grid[0]), SLOWEST)
    first = jnp.maximum(depth[0], 0.0)
    earlier = between(grid[0] - first / pace, grid[0], depth[0] - first, depth[0])
    later = jax.vmap(between)(grid[:-1], grid[1:], depth[:-1], depth[1:])
    return jnp.cumsum(jnp.concatenate([earlier[None], later]), axis=0)


def model_counts(
    inputs: Inputs,
    clock: Clock,
    log_largest: Callable[[Scalar], Scalar],
    grid: Scalar,
    thresholds: tuple[float, ...],
) -> Scalar:
    """Return the expected number of models trained above each threshold by each date of the grid.

    A model counts from the day its training ends: the sizes of a year's models are set by the largest run that
    was started one duration of training before.

    Parameters
    ----------
    inputs, clock
        One draw, and where its anchors lie.
    log_largest
        Maps a date [years since the as-of date] to ln FLOP of the largest run that could be started then.
    grid
        Increasing dates [years since the as-of date].
    thresholds
        Amounts of compute [FLOP].

    Returns
    -------
    Array
        Cumulative numbers, dates on the first axis and thresholds on the second.
    """
    sizes = run_sizes(inputs, clock)
    duration = inputs.training_days / DAYS_PER_YEAR
    log_flop = running_maximum(jax.vmap(lambda t: log_largest(t - duration))(grid))
    return jnp.stack([models_trained(sizes, grid, log_flop, level) for level in thresholds], axis=1)
