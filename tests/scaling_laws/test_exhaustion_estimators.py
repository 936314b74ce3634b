"""Readings of a probability of exhaustion, against closed forms."""

import numpy as np
import pytest
from scipy import stats

from datawall.scaling_laws.exhaustion import as_if_years_were_trials, first_passage, year_by_year

DRAWS, SEED = 40_000, 5
YEARS = np.arange(12.0)
FALSE_ALARM = 4.0
"""Standard errors: one false alarm in 16,000 comparisons."""


def paths(correlation):
    """Levels of demand and supply, normal in logs with unit spread; demand gains half a unit a year."""
    z = np.random.default_rng(SEED).standard_normal((2, DRAWS, 1))
    supply = 3.0 + correlation * z[0] + np.sqrt(1.0 - correlation**2) * z[1]
    return np.exp(z[0] + 0.5 * YEARS), np.exp(supply + 0.0 * YEARS)


def errors(found, expected):
    return (found - expected) / np.sqrt(np.clip(expected * (1.0 - expected), 1e-4, None) / DRAWS)


@pytest.mark.parametrize("correlation", [0.0, 0.8])
def test_only_coherent_paths_know_what_moves_together(correlation):
    demand, supply = paths(correlation)
    together = stats.norm.cdf((0.5 * YEARS - 3.0) / np.sqrt(2.0 - 2.0 * correlation))
    apart = stats.norm.cdf((0.5 * YEARS - 3.0) / np.sqrt(2.0))
    found = year_by_year(demand, supply, np.random.default_rng(0))
    assert np.max(np.abs(errors(first_passage(demand, supply), together))) < FALSE_ALARM
    assert np.max(np.abs(errors(found, apart))) < FALSE_ALARM
    # the two readings are the same where demand and supply are independent, and only there
    assert (np.max(np.abs(errors(found, together))) < FALSE_ALARM) == (correlation == 0.0)


def test_demand_that_falls_back_has_still_passed():
    demand, supply = np.array([[1.0, 3.0, 1.0]]), np.full((1, 3), 2.0)
    np.testing.assert_array_equal(first_passage(demand, supply), [0.0, 1.0, 1.0])
    np.testing.assert_array_equal(year_by_year(demand, supply, np.random.default_rng(0)), [0.0, 1.0, 0.0])


def test_trials_pass_earlier_than_paths():
    demand, supply = paths(0.0)
    probability = first_passage(demand, supply)
    trials = as_if_years_were_trials(probability)
    rng = np.random.default_rng(1)
    anew = np.stack([rng.permuted(demand, axis=0), rng.permuted(supply, axis=0)])
    assert np.max(np.abs(errors(first_passage(*anew), trials))) < FALSE_ALARM
    assert np.interp(0.5, trials, YEARS) < np.interp(0.5, probability, YEARS) - 0.5
