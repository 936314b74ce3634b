"""Student t residuals that compile and draw fast."""

from typing import Any

import jax
import jax.numpy as jnp
from numpyro.distributions import StudentT


class FastStudentT(StudentT):
    """NumPyro's Student t, drawn by a formula: its rejection sampler takes seconds to compile.

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
