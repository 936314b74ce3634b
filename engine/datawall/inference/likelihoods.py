"""Likelihoods shared by several evidence models.

Censored waiting times, the exponentially modified normal, trends of random growth, and Student t residuals.
"""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import numpyro
import numpyro.distributions as dist
from jax.scipy.special import log_ndtr, ndtri
from numpyro.distributions import Distribution, StudentT, constraints
from numpyro.distributions.util import promote_shapes

from datawall.inference.evidence_model import Evidence


class FastStudentT(StudentT):
    """Student t distribution sampled by a formula: NumPyro's rejection sampler takes seconds to compile.

    Examples
    --------
    >>> draws = FastStudentT(3.0, 0.0, 1.0).sample(jax.random.key(0), (20_000,))
    >>> bool(abs(jnp.mean(jnp.abs(draws) < 3.182) - 0.95) < 0.005)
    True

    References
    ----------
    Bailey 1994, Polar generation of random variates with the t-distribution, Mathematics of Computation 62.
    """

    def sample(self, key: Any, sample_shape: tuple[int, ...] = ()) -> Any:
        """Return ``loc + scale sqrt(df (u^(-2/df) - 1)) cos(2 pi v)`` with u and v uniform."""
        shape = sample_shape + self.batch_shape
        key_u, key_v = jax.random.split(key)
        exponential = jax.random.exponential(key_u, shape)
        angle = 2.0 * jnp.pi * jax.random.uniform(key_v, shape)
        df, loc, scale = map(jnp.asarray, (self.df, self.loc, self.scale))
        return loc + scale * jnp.sqrt(df * jnp.expm1(2.0 * exponential / df)) * jnp.cos(angle)


def years_of(released: np.ndarray) -> list[int]:
    """Return the years with separate paces, from the year before the first release to the last release.

    Parameters
    ----------
    released
        Dates of release [year].

    Examples
    --------
    >>> years_of(np.array([2020.4, 2018.7]))
    [2017, 2018, 2019, 2020]
    """
    return list(range(int(released.min()) - 1, int(released.max()) + 1))


def yearly_pace(evidence: Evidence, growth: Any, spread: Any) -> Any:
    """Sample the pace of every year [ln/yr].

    Parameters
    ----------
    evidence
        With the coordinate ``year``.
    growth, spread
        Mean and standard deviation of the pace [ln/yr].
    """
    with numpyro.plate("year", len(evidence.coords["year"])):
        return growth + spread * numpyro.sample("pace_deviation", dist.Normal(0.0, 1.0))


def climbed(pace: Any, first_year: int, since: Any, date: Any) -> Any:
    """Return the rise of the frontier between two dates; outside the years the nearest pace holds.

    Parameters
    ----------
    pace
        Of every year from `first_year` on, shape (year,) [ln/yr].
    first_year
        The first of them.
    since, date
        The dates [year].

    Examples
    --------
    >>> float(climbed(jnp.ones(10), 2017, 2020.0, 2021.5))
    1.5
    """
    years = first_year + jnp.arange(len(pace) + 1.0)
    height = jnp.concatenate([jnp.zeros(1), jnp.cumsum(pace)])

    def at(date: Any) -> Any:
        return jnp.interp(date, years, height, left="extrapolate", right="extrapolate")

    return at(date) - at(since)


_SERIES_FROM = 20.0
"""Beyond this the series of the Mills ratio is exact in double precision."""


class _Law(Distribution):
    """A distribution whose parameters are positional: those of `arg_constraints`, in their order."""

    def __init__(self, *params: Any, validate_args: bool | None = None):
        for name, value in zip(self.arg_constraints, promote_shapes(*params), strict=True):
            setattr(self, name, value)
        super().__init__(jnp.broadcast_shapes(*map(jnp.shape, params)), validate_args=validate_args)


class BelowLine(_Law):
    r"""A value below a line by an exponential gap, measured with a normal error.

    .. math:: y = \ell - g + e, \qquad g \sim \mathrm{Exponential}(\text{mean } \gamma), \quad
        e \sim N(0, \sigma)

    A model of extremes: records are selected for their size, so they inform the edge and not the average. The
    gap is integrated out, which leaves the exponentially modified normal.

    Parameters
    ----------
    line
        The edge.
    gap
        Mean distance to it.
    error
        Standard deviation of the measurement.

    References
    ----------
    Grushka 1972, doi:10.1021/ac60319a011 (the density).
    """

    line: Any
    gap: Any
    error: Any
    arg_constraints = {  # noqa: RUF012 - NumPyro reads this class attribute
        "line": constraints.real,
        "gap": constraints.positive,
        "error": constraints.positive,
    }
    support = constraints.real  # pyright: ignore
    reparametrized_params = ["line", "gap", "error"]  # noqa: RUF012

    def sample(self, key: Any, sample_shape: tuple[int, ...] = ()) -> Any:
        """Draw values."""
        key_gap, key_error = jax.random.split(key)
        shape = sample_shape + self.batch_shape
        gap = self.gap * jax.random.exponential(key_gap, shape)
        return self.line - gap + self.error * jax.random.normal(key_error, shape)

    def log_prob(self, value: Any) -> Any:  # pyright: ignore
        """Return the log density."""
        below = (self.line - value) / self.error
        log_mills = _log_mills_ratio(self.error / self.gap - below)
        return log_mills - below**2 / 2.0 - _LOG_SQRT_2PI - jnp.log(self.gap)


def _log_mills_ratio(a: Any) -> Any:
    r"""Return the logarithm of the Mills ratio :math:`\Phi(-a)/\varphi(a)`, exact where its parts underflow.

    References
    ----------
    Abramowitz and Stegun 1964, 26.2.12 (the series far out).

    Examples
    --------
    >>> round(float(_log_mills_ratio(1e4)), 4), round(float(_log_mills_ratio(0.0)), 4)
    (-9.2103, 0.2258)
    """
    near, far = jnp.minimum(a, _SERIES_FROM), jnp.maximum(a, _SERIES_FROM)
    b = far**-2
    series = jnp.log1p(-b * (1.0 - 3.0 * b * (1.0 - 5.0 * b * (1.0 - 7.0 * b)))) - jnp.log(far)
    return jnp.where(a < _SERIES_FROM, log_ndtr(-near) + near**2 / 2.0 + _LOG_SQRT_2PI, series)


_LOG_SQRT_2PI = 0.9189385332046727
_SHORTEST = 1e-6
"""Substitute for a wait of zero, whose logarithm does not exist."""


def _log_density(value: Any, loc: Any, scale: Any) -> Any:
    """Return the log density of a lognormal wait."""
    z = (jnp.log(value) - loc) / scale
    return -(z**2) / 2.0 - _LOG_SQRT_2PI - jnp.log(scale) - jnp.log(value)


def log_survival(value: Any, loc: Any, scale: Any) -> Any:
    """Return the log survival function of a lognormal wait at `value`."""
    return log_ndtr((loc - jnp.log(value)) / scale)


def rest_of_wait(score: Any, waited: Any, loc: Any, scale: Any) -> Any:
    """Return a quantile of the lognormal wait truncated below at `waited`.

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


class CensoredWait(_Law):
    """Right-censored lognormal wait: the value is the smaller of the wait and `limit`.

    Parameters
    ----------
    loc, scale
        Mean and standard deviation of the logarithm of the wait.
    limit
        Censoring limit; inf for a wait observed to its end.
    """

    loc: Any
    scale: Any
    limit: Any
    arg_constraints = {  # noqa: RUF012 - NumPyro reads this class attribute
        "loc": constraints.real,
        "scale": constraints.positive,
        "limit": constraints.positive,
    }
    support = constraints.positive  # pyright: ignore

    def sample(self, key: Any, sample_shape: tuple[int, ...] = ()) -> Any:
        """Draw censored waits."""
        score = jax.random.normal(key, sample_shape + self.batch_shape)
        return jnp.minimum(jnp.exp(self.loc + self.scale * score), self.limit)

    def log_prob(self, value: Any) -> Any:  # pyright: ignore
        """Return the log density of an ended wait, or the log survival probability of a censored one."""
        seen = jnp.minimum(value, self.limit)
        ended = _log_density(seen, self.loc, self.scale)
        return jnp.where(value >= self.limit, log_survival(seen, self.loc, self.scale), ended)


class WaitSinceInterval(_Law):
    r"""Lognormal wait with an interval-censored beginning.

    The value counts from the early end of the interval, so it is the wait plus a uniform part of the width
    :math:`w`; the density is :math:`[F(v) - F(v - w)]/w` with F the distribution function of the wait.

    Parameters
    ----------
    loc, scale
        Mean and standard deviation of the logarithm of the wait.
    width
        Length of the interval, above zero.
    """

    loc: Any
    scale: Any
    width: Any
    arg_constraints = {  # noqa: RUF012 - NumPyro reads this class attribute
        "loc": constraints.real,
        "scale": constraints.positive,
        "width": constraints.positive,
    }
    support = constraints.positive  # pyright: ignore

    def sample(self, key: Any, sample_shape: tuple[int, ...] = ()) -> Any:
        """Draw waits counted from the early end of the interval."""
        key_wait, key_start = jax.random.split(key)
        shape = sample_shape + self.batch_shape
        wait = jnp.exp(self.loc + self.scale * jax.random.normal(key_wait, shape))
        return wait + self.width * jax.random.uniform(key_start, shape)

    def log_prob(self, value: Any) -> Any:  # pyright: ignore
        """Return the log density."""
        late, early = (
            (jnp.log(jnp.maximum(wait, _SHORTEST)) - self.loc) / self.scale
            for wait in (value, value - self.width)
        )
        # take the difference in the tail where both probabilities are small
        right = late + early > 0
        low, high = jnp.where(right, -late, early), jnp.where(right, -early, late)
        log_high = log_ndtr(high)
        return log_high + jnp.log1p(-jnp.exp(log_ndtr(low) - log_high)) - jnp.log(self.width)
