"""Figures of a forecast, the same as in its run folder and report.

Each function takes the tree that `datawall.forecast` returns, and returns a matplotlib figure.
"""

import xarray as xr
from matplotlib.figure import Figure

from datawall.reporting.figures import forecast as _forecast

__all__ = ["binding", "cdf", "compute", "conditioning", "dates", "paths", "releases"]


def cdf(tree: xr.DataTree) -> Figure:
    """Draw the probability that each wall has been reached by a date, a panel for each criterion."""
    return _forecast.cdf(tree).figure


def dates(tree: xr.DataTree) -> Figure:
    """Draw the date of each wall as equally likely dots over an 80 % interval."""
    return _forecast.dates(tree).figure


def paths(tree: xr.DataTree, *variables: str) -> Figure:
    """Draw paths by year as fans.

    Parameters
    ----------
    tree
        The forecast.
    variables
        Paths of one unit in its group ``summary``, such as ``frontier_flop``; by default the demand for
        tokens and their supply.
    """
    return _forecast.paths(tree, *variables).figure


def compute(tree: xr.DataTree) -> Figure:
    """Draw the largest run by year, with the median of each ceiling and the known runs."""
    return _forecast.compute(tree).figure


def binding(tree: xr.DataTree) -> Figure:
    """Draw the probability that each ceiling sets the largest run, by year."""
    return _forecast.binding(tree).figure


def releases(tree: xr.DataTree) -> Figure:
    """Draw the release date of each generation, beside the tables of mid-2024."""
    return _forecast.releases(tree).figure


def conditioning(tree: xr.DataTree) -> Figure:
    """Draw the inputs that a condition moves most, before and after it."""
    return _forecast.conditioning(tree).figure
