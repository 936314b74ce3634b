"""Labels of a forecast: its grid of dates, and the coordinates of every dimension."""

from dataclasses import dataclass

import numpy as np

from datawall.forecasting.conditional_monte_carlo import knots_between
from datawall.model.output import Output
from datawall.model.outputs import COMPUTE, SOURCES, outputs_of
from datawall.scenario import Scenario

LOOKBACK_YEARS = 3
"""Years of the grid before the as-of date: a future release may belong to a run that started before it."""
PATHS_UNTIL = 2040.0
"""Last year for which paths are reported, if within the horizon [year]."""


@dataclass(frozen=True)
class Labels:
    """Labels of the axes of the outputs.

    Attributes
    ----------
    scenario
        The scenario of the forecast.
    years
        Dates of the paths [decimal year].
    dates
        Dates from the as-of date to the horizon at which the walls of tokens are computed [decimal year].
    """

    scenario: Scenario
    years: np.ndarray
    dates: np.ndarray

    @property
    def coords(self) -> dict[str, list]:
        """Coordinates of every dimension but chain and draw."""
        questions = self.scenario.questions
        counted = {"threshold": list(questions.count_levels)} if questions.count_levels else {}
        return {
            "wall": list(questions.wall_names),
            "compute": list(COMPUTE),
            "generation": list(questions.generations),
            "level": list(questions.compute_levels),
            "gain": list(questions.price_gains),
            "source": list(SOURCES),
            "year": list(self.years),
            "ceiling": list(questions.ceilings),
            **counted,
        }

    @property
    def outputs(self) -> list[Output]:
        """Outputs that are counted."""
        return outputs_of(self.scenario.questions, self.scenario.horizon - self.scenario.as_of)


def time_grid(as_of: float, horizon: float) -> np.ndarray:
    """Return the dates of the model's grid.

    Parameters
    ----------
    as_of, horizon
        Start and end of the forecast [decimal year].

    Returns
    -------
    ndarray
        Some years before the as-of date, the as-of date, every first of January after it, and the horizon, in
        decimal years.

    Examples
    --------
    >>> time_grid(2026.5, 2028.5)
    array([2023.5, 2024.5, 2025.5, 2026.5, 2027. , 2028. , 2028.5])
    """
    before = as_of - np.arange(LOOKBACK_YEARS, 0, -1)
    januaries = np.arange(np.floor(as_of) + 1.0, horizon)
    return np.concatenate([before, [as_of], januaries, [horizon]])


def labels_of(scenario: Scenario) -> Labels:
    """Return the labels of a scenario's outputs."""
    grid = time_grid(scenario.as_of, scenario.horizon)
    knots = knots_between(grid, scenario.as_of)
    rows = reported_rows(grid, scenario.as_of, scenario.horizon)
    return Labels(scenario, grid[slice(*rows)], knots[knots >= scenario.as_of])


def reported_rows(grid: np.ndarray, as_of: float, horizon: float) -> tuple[int, int]:
    """Return the first and last + 1 row of a grid of dates for which paths are reported."""
    until = PATHS_UNTIL if as_of < PATHS_UNTIL < horizon else horizon
    return LOOKBACK_YEARS, int(np.searchsorted(grid, until, side="right"))
