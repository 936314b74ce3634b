"""Random-growth trend: a frontier that climbs at a pace of its own in every year."""

from typing import Any

import jax.numpy as jnp
import numpy as np
import numpyro
import numpyro.distributions as dist

from datawall.inference.evidence_model import Evidence


def years_of(released: np.ndarray) -> list[int]:
    """Return the years that get a pace of their own: from the year before the first release to the last one.

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


def climbed(pace: Any, first_year: int, since: Any, date: Any) -> Any:
    """Return how far the frontier climbs between two dates; beyond the years it keeps the nearest pace.

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
