"""The tables of generations of mid-2024, as scenarios: medians are rows, widths are the errors."""

import numpy as np
import pytest

import datawall
from datawall.scaling_laws.generations import TABLES

DRAWS = 16384
LOG10 = np.log(10.0)
SCENARIOS = {"gptn2024": "baseline", "gptn2024_bullish": "bullish"}


@pytest.fixture(scope="module", params=SCENARIOS)
def told(request):
    return datawall.forecast(request.param, draws=DRAWS, sampler="sobol"), TABLES[SCENARIOS[request.param]]


def kept(tree, group, name):
    return tree[group][name].isel(chain=0).values.astype(float)


def raw(told, name):
    tree, table = told
    return tree["prior_predictive"][name].sel(compute="raw", generation=table.index).isel(chain=0).values


def errors(tree):
    return (kept(tree, "prior", name)[:, None] for name in ("table_index_error", "table_date_error"))


def line(x, xp, fp):
    """Straight between points and beyond them with the slope of the end."""
    place = np.clip(np.searchsorted(xp, x), 1, len(xp) - 1)
    x0, x1, f0, f1 = xp[place - 1], xp[place], fp[place - 1], fp[place]
    return f0 + (x - x0) * (f1 - f0) / (x1 - x0)


@pytest.mark.parametrize("column", ["start", "release"])
def test_medians_are_the_table(told, column):
    found = np.median(raw(told, {"start": "training_start", "release": "release"}[column]), axis=0)
    np.testing.assert_allclose(found, getattr(told[1], column), atol=0.15)


def test_starts_and_releases_are_those_of_the_table_moved(told):
    tree, table = told
    index_error, date_error = errors(tree)
    index = table.index - index_error
    start = line(index, table.index, table.start) + date_error
    starts = raw(told, "training_start")
    # before January 2024 a start is past and has no date
    seen = starts > 2024.0
    assert seen[:, 1:].mean() > 0.9
    assert np.all(start[~seen] < 2024.0 + 2e-3)
    np.testing.assert_allclose(starts[seen], start[seen], atol=2e-3)
    lag = np.interp(index, table.index, table.release - table.start)
    release = np.minimum.accumulate((start + lag)[:, ::-1], axis=1)[:, ::-1]
    released = raw(told, "release")
    np.testing.assert_allclose(np.maximum(released, 2024.0), np.maximum(release, 2024.0), atol=2e-3)


def test_the_path_is_the_table_moved(told):
    tree, table = told
    index_error, date_error = errors(tree)
    years = tree["prior_predictive/year"].values
    index = line(years - date_error, table.start, table.index) + index_error
    flop = np.log(2e25) + (index - 4.0) * 2.0 * LOG10
    np.testing.assert_allclose(np.log(kept(tree, "prior_predictive", "frontier_flop")), flop, atol=3e-5)


def test_widths_are_the_stated_errors(told):
    """Three tenths of a generation and half a year, 80 % each: they add as squares."""
    _, table = told
    years_per_index = np.diff(table.start) / np.diff(table.index)
    slopes = (years_per_index[1:] + years_per_index[:-1]) / 2
    expected = np.hypot(0.5, 0.3 * slopes)
    low, high = np.quantile(raw(told, "training_start")[:, 1:-1], [0.1, 0.9], axis=0)
    np.testing.assert_allclose((high - low) / 2, expected, rtol=0.12)
