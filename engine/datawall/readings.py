"""Three ways to read when demand outgrows supply off draws of both, and what each of them says."""

import numpy as np


def first_passage(demand: np.ndarray, supply: np.ndarray) -> np.ndarray:
    """Return the probability that demand has exceeded supply by each year, on paths that hang together.

    Parameters
    ----------
    demand, supply : ndarray, shape (draws, years)
        Paths of one future in each row [tokens].

    Returns
    -------
    ndarray, shape (years,)
        It never falls.

    Examples
    --------
    >>> first_passage(np.array([[1.0, 3.0, 1.0], [0.0, 1.0, 2.0]]), np.full((2, 3), 2.0))
    array([0. , 0.5, 1. ])
    """
    return np.logical_or.accumulate(demand >= supply, axis=1).mean(axis=0)


def year_by_year(demand: np.ndarray, supply: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return the probability that demand exceeds supply in each year, every year drawn for itself.

    What belongs to one future, demand and supply, or two years of either, is taken apart.

    Parameters
    ----------
    demand, supply : ndarray, shape (draws, years)
        As for `first_passage`.
    rng
        How supplies are dealt anew to the demands of each year.

    Returns
    -------
    ndarray, shape (years,)
        The probability in each year.

    References
    ----------
    Villalobos et al. 2024, arXiv 2211.04325, whose code reads the date of full use off this probability.
    """
    return (demand >= rng.permuted(supply, axis=0)).mean(axis=0)


def as_if_years_were_trials(probability: np.ndarray) -> np.ndarray:
    """Return the probability of at least one success by each year, were every year a trial of its own.

    It is what a simulation finds that draws every year anew and keeps the first in which demand is higher.

    Parameters
    ----------
    probability : ndarray, shape (years,)
        Of each year, as `year_by_year` gives it.

    Returns
    -------
    ndarray, shape (years,)
        Never below `probability`.

    Examples
    --------
    >>> as_if_years_were_trials(np.array([0.5, 0.5]))
    array([0.5 , 0.75])
    """
    return 1.0 - np.cumprod(1.0 - probability)
