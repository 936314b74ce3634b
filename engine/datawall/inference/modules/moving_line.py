"""A frontier whose pace changes from year to year, and remembers what it was."""

from typing import Any

import jax.numpy as jnp
import numpy as np
import numpyro
import numpyro.distributions as dist

from datawall.inference.module import Evidence


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


def yearly_pace(evidence: Evidence, growth: Any, step: Any) -> Any:
    """Sample the pace of every year: a random walk that passes through `growth` in the year of the anchor.

    Parameters
    ----------
    evidence
        With the coordinates ``year`` and ``turn``, the years but the first, and the constant ``anchor``.
    growth
        Pace in the year of the anchor [ln/yr].
    step
        Standard deviation of its change from one year to the next [ln/yr].

    Returns
    -------
    Array
        Pace of each year, shape (year,) [ln/yr].
    """
    with numpyro.plate("turn", len(evidence.coords["turn"])):
        changes = step * numpyro.sample("pace_change", dist.Normal(0.0, 1.0))
    walk = jnp.concatenate([jnp.zeros(1), jnp.cumsum(changes)])
    return growth + walk - walk[evidence.coords["year"].index(int(evidence.constants["anchor"]))]


def climbed(pace: Any, first_year: int, since: Any, date: Any) -> Any:
    """Return how far the frontier climbs between two dates; beyond the years it keeps the pace of the last.

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


def average_deviation(step: Any, years: float) -> Any:
    r"""Return by how much the average pace of the years ahead departs from the pace of today.

    A walk whose variance grows by :math:`s^2` a year has, averaged over n years, the variance

    .. math:: \frac{1}{n^2} \int_0^n \int_0^n s^2 \min(t, u)\,dt\,du = \frac{s^2 n}{3}.

    Parameters
    ----------
    step
        Standard deviation of the change of the pace in a year [ln/yr].
    years
        Over which it is averaged.

    Returns
    -------
    Array
        Standard deviation of the average [ln/yr].
    """
    return step * np.sqrt(years / 3.0)
