"""Censored waiting times: not ended yet, or begun at some time within an interval."""

from typing import Any

import jax
import jax.numpy as jnp
from jax.scipy.special import log_ndtr, ndtri
from numpyro.distributions import Distribution, constraints
from numpyro.distributions.util import promote_shapes

LOG_SQRT_2PI = 0.9189385332046727
SHORTEST = 1e-6
"""Stands for a wait of zero, whose logarithm there is not."""


def log_density(value: Any, loc: Any, scale: Any) -> Any:
    """Return the log density of a lognormal wait."""
    z = (jnp.log(value) - loc) / scale
    return -(z**2) / 2.0 - LOG_SQRT_2PI - jnp.log(scale) - jnp.log(value)


def log_survival(value: Any, loc: Any, scale: Any) -> Any:
    """Return the log probability that a lognormal wait is longer than `value`."""
    return log_ndtr((loc - jnp.log(value)) / scale)


def rest_of_wait(score: Any, waited: Any, loc: Any, scale: Any) -> Any:
    """Return a quantile of the whole lognormal wait, given that it is longer than `waited`.

    Parameters
    ----------
    score
        Normal score of the quantile.
    waited, loc, scale
        Time waited so far; mean and standard deviation of the logarithm of the wait.

    Examples
    --------
    >>> import math
    >>> round(float(rest_of_wait(0.0, 1e-6, math.log(6.0), 0.5)), 3)
    6.0
    """
    log_longer = log_survival(waited, loc, scale) + log_ndtr(-score)
    return jnp.exp(loc - scale * ndtri(jnp.exp(log_longer)))


class CensoredWait(Distribution):
    """A lognormal wait, of which no more than `limit` is seen: the value is the smaller of both.

    Parameters
    ----------
    loc, scale
        Mean and standard deviation of the logarithm of the wait.
    limit
        How long was watched; inf for a wait that was seen to its end.
    """

    arg_constraints = {  # noqa: RUF012 - NumPyro reads this class attribute
        "loc": constraints.real,
        "scale": constraints.positive,
        "limit": constraints.positive,
    }
    support = constraints.positive  # pyright: ignore

    def __init__(self, loc: Any, scale: Any, limit: Any, *, validate_args: bool | None = None):
        promoted: Any = promote_shapes(loc, scale, limit)
        self.loc, self.scale, self.limit = promoted
        shape = jnp.broadcast_shapes(jnp.shape(loc), jnp.shape(scale), jnp.shape(limit))
        super().__init__(shape, validate_args=validate_args)

    def sample(self, key: Any, sample_shape: tuple[int, ...] = ()) -> Any:
        """Draw waits as they are seen."""
        score = jax.random.normal(key, sample_shape + self.batch_shape)
        return jnp.minimum(jnp.exp(self.loc + self.scale * score), self.limit)

    def log_prob(self, value: Any) -> Any:  # pyright: ignore
        """Return the log density of an ended wait, the log probability of one that goes on."""
        seen = jnp.minimum(value, self.limit)
        ended = log_density(seen, self.loc, self.scale)
        return jnp.where(value >= self.limit, log_survival(seen, self.loc, self.scale), ended)


class WaitSinceInterval(Distribution):
    r"""A lognormal wait whose beginning is known to lie within an interval.

    The value counts from the early end of the interval, so it is the wait plus a uniform part of the width
    :math:`w`; the density is :math:`[F(v) - F(v - w)]/w` with F the distribution function of the wait.

    Parameters
    ----------
    loc, scale
        Mean and standard deviation of the logarithm of the wait.
    width
        Length of the interval, above zero.
    """

    arg_constraints = {  # noqa: RUF012 - NumPyro reads this class attribute
        "loc": constraints.real,
        "scale": constraints.positive,
        "width": constraints.positive,
    }
    support = constraints.positive  # pyright: ignore

    def __init__(self, loc: Any, scale: Any, width: Any, *, validate_args: bool | None = None):
        promoted: Any = promote_shapes(loc, scale, width)
        self.loc, self.scale, self.width = promoted
        shape = jnp.broadcast_shapes(jnp.shape(loc), jnp.shape(scale), jnp.shape(width))
        super().__init__(shape, validate_args=validate_args)

    def sample(self, key: Any, sample_shape: tuple[int, ...] = ()) -> Any:
        """Draw waits as counted from the early end."""
        key_wait, key_start = jax.random.split(key)
        shape = sample_shape + self.batch_shape
        wait = jnp.exp(self.loc + self.scale * jax.random.normal(key_wait, shape))
        return wait + self.width * jax.random.uniform(key_start, shape)

    def log_prob(self, value: Any) -> Any:  # pyright: ignore
        """Return the log density."""
        late, early = (
            (jnp.log(jnp.maximum(wait, SHORTEST)) - self.loc) / self.scale
            for wait in (value, value - self.width)
        )
        # take the difference in the tail where both probabilities are small
        right = late + early > 0
        low, high = jnp.where(right, -late, early), jnp.where(right, -early, late)
        log_high = log_ndtr(high)
        return log_high + jnp.log1p(-jnp.exp(log_ndtr(low) - log_high)) - jnp.log(self.width)
