"""Observations that lie on one side of a line: runs below the frontier, prices above the cheapest."""

from typing import Any

import jax
import jax.numpy as jnp
from jax.scipy.special import log_ndtr
from numpyro.distributions import Distribution, constraints
from numpyro.distributions.util import promote_shapes


class BelowLine(Distribution):
    r"""A value below a line by an exponential gap, measured with a normal error.

    .. math:: y = \ell - g + e, \qquad g \sim \mathrm{Exponential}(\text{mean } \gamma), \quad e \sim N(0, \sigma)

    This is how an extreme shows in data: records are chosen because they are large, so they say where the edge
    is and not where the average lies. The gap is integrated out, which leaves the exponentially modified normal.

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
    support = constraints.real
    reparametrized_params = ["line", "gap", "error"]  # noqa: RUF012

    def __init__(self, line: Any, gap: Any, error: Any, *, validate_args: bool | None = None):
        self.line, self.gap, self.error = promote_shapes(line, gap, error)
        shape = jnp.broadcast_shapes(jnp.shape(line), jnp.shape(gap), jnp.shape(error))
        super().__init__(shape, validate_args=validate_args)

    def sample(self, key: Any, sample_shape: tuple[int, ...] = ()) -> Any:
        """Draw values."""
        key_gap, key_error = jax.random.split(key)
        shape = sample_shape + self.batch_shape
        gap = self.gap * jax.random.exponential(key_gap, shape)
        return self.line - gap + self.error * jax.random.normal(key_error, shape)

    def log_prob(self, value: Any) -> Any:
        """Return the log density."""
        ratio = self.error / self.gap
        below = (self.line - value) / self.error
        return ratio**2 / 2.0 - ratio * below + log_ndtr(below - ratio) - jnp.log(self.gap)
