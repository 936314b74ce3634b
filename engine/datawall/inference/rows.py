"""The rows of a table of evidence inside a model: there may be none."""

import numpyro
from numpyro.distributions import Distribution

from datawall.inference.evidence_model import Arrays


def sample_rows(
    plate: str, count: int, name: str, distribution: Distribution, observed: Arrays | None
) -> None:
    """State how the rows of a table are distributed; without rows nothing is, so that priors stay.

    Parameters
    ----------
    plate, count
        Name and number of the rows, of which none may have been known at an early as-of date.
    name
        Site of the data.
    distribution
        Of every row, shape (count,) or ().
    observed
        The data by site, or None to generate them.

    Examples
    --------
    >>> import jax.numpy as jnp, numpyro.distributions as dist
    >>> nothing = {"seen": jnp.zeros(0)}
    >>> trace = numpyro.handlers.trace(sample_rows).get_trace("row", 0, "seen", dist.Normal(), nothing)
    >>> float(trace["seen"]["fn"].log_prob(trace["seen"]["value"]).sum())
    0.0
    """
    seen = None if observed is None else observed[name]
    if count == 0:  # NumPyro has no empty plate
        numpyro.sample(name, distribution.expand((0,)), obs=seen)
        return
    with numpyro.plate(plate, count):
        numpyro.sample(name, distribution, obs=seen)
