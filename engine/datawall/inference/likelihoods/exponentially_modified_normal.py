"""Exponentially modified normal: observations on one side of a line, such as runs below the frontier."""

from typing import Any

import jax
import jax.numpy as jnp
from jax.scipy.special import log_ndtr
from numpyro.distributions import Distribution, constraints
from numpyro.distributions.util import promote_shapes

LOG_SQRT_2PI = 0.9189385332046727
SERIES_FROM = 20.0
"""Beyond this the series of the Mills ratio is exact in double precision."""


class BelowLine(Distribution):
    r"""A value below a line by an exponential gap, measured with a normal error.

    .. math:: y = \ell - g + e, \qquad g \sim \mathrm{Exponential}(\text{mean } \gamma), \quad
        e \sim N(0, \sigma)

    This is how an extreme shows in data: records are chosen because they are large, so they say where the
    edge is and not where the average lies. The gap is integrated out, which leaves the exponentially
    modified normal.

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

    arg_constraints = {  # noqa: RUF012 - NumPyro reads this class attribute
        "line": constraints.real,
        "gap": constraints.positive,
        "error": constraints.positive,
    }
    support = constraints.real  # pyright: ignore
    reparametrized_params = ["line", "gap", "error"]  # noqa: RUF012

    def __init__(self, line: Any, gap: Any, error: Any, *, validate_args: bool | None = None):
        promoted: Any = promote_shapes(line, gap, error)
        self.line, self.gap, self.error = promoted
        shape = jnp.broadcast_shapes(jnp.shape(line), jnp.shape(gap), jnp.shape(error))
        super().__init__(shape, validate_args=validate_args)

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
        return log_mills - below**2 / 2.0 - LOG_SQRT_2PI - jnp.log(self.gap)


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
    near, far = jnp.minimum(a, SERIES_FROM), jnp.maximum(a, SERIES_FROM)
    b = far**-2
    series = jnp.log1p(-b * (1.0 - 3.0 * b * (1.0 - 5.0 * b * (1.0 - 7.0 * b)))) - jnp.log(far)
    return jnp.where(a < SERIES_FROM, log_ndtr(-near) + near**2 / 2.0 + LOG_SQRT_2PI, series)
