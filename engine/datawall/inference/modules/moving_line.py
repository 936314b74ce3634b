"""A frontier that climbs at a pace of its own in every year."""

from typing import Any

import jax.numpy as jnp
import numpyro
import numpyro.distributions as dist

from datawall.inference.module import Evidence

FIRST_YEAR = 2017
LAST_YEAR = 2027
YEARS = list(range(FIRST_YEAR, LAST_YEAR))
"""The years, each with its own pace; at their ends the frontier is held."""


def yearly_pace(evidence: Evidence, growth: Any, spread: Any) -> Any:
    """Sample the pace of every year.

    Parameters
    ----------
    evidence
        With the coordinate ``year``.
    growth, spread
        Mean and standard deviation of the pace [ln/yr].

    Returns
    -------
    Array
        Pace of each year [ln/yr].
    """
    with numpyro.plate("year", len(evidence.coords["year"])):
        return growth + spread * numpyro.sample("pace_deviation", dist.Normal(0.0, 1.0))


def climbed(pace: Any, since: float, date: Any) -> Any:
    """Return how far the frontier climbs between two dates.

    Parameters
    ----------
    pace
        Of every year from `FIRST_YEAR` on, shape (year,) [ln/yr].
    since, date
        Within the years [year].

    Examples
    --------
    >>> float(climbed(jnp.ones(10), 2020.0, 2021.5))
    1.5
    """
    years = FIRST_YEAR + jnp.arange(len(pace) + 1.0)
    height = jnp.concatenate([jnp.zeros(1), jnp.cumsum(pace)])
    return jnp.interp(date, years, height) - jnp.interp(since, years, height)
