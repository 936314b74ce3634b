"""Counts of models above a threshold, against two published forecasts and what has been counted since.

Cottier and Owen 2025 (Epoch AI, "How many AI models will exceed compute thresholds?") and Kumar and Manning
2025 (arXiv 2504.16138) count notable models whose compute can be estimated. Ours are all public models: those
without an estimate too. The share that has one is thus between their numbers and ours.
"""

import json

import numpy as np
import pytest

import datawall
from datawall.forecasting.export import quantities
from datawall.inference.models import MODULES
from datawall.inference.models.run_sizes import frontier_at
from datawall.model.counts import RATE_DATE, models_within
from datawall.scenario.files import posteriors

FACTOR = 1.3
BANDS = 5
"""Bands of depth in a period of the table."""


@pytest.fixture(scope="module")
def rows():
    found = quantities(datawall.forecast("baseline", draws=16384))
    return {name: row for name, row in found.items() if name.startswith("model_count")}


@pytest.fixture(scope="module")
def fitted():
    found = json.loads((posteriors() / "run_sizes.json").read_text("utf-8"))["headline"]
    return {name: row["q50"] for name, row in found.items()}


@pytest.fixture(scope="module")
def evidence():
    return MODULES["run_sizes"].load(None, ())


@pytest.fixture(scope="module")
def share_sized(evidence, fitted):
    """The share of the models that count which have a public estimate of their compute."""
    per_period = evidence.constants
    sized = per_period["sized"].sum()
    return sized / (sized + fitted["unsized_weight"] * per_period["unsized"].sum())


def within(value, published, factor=FACTOR):
    return published / factor <= value <= published * factor


@pytest.mark.parametrize(("year", "published"), [(2027, 30.0), (2030, 200.0)])
def test_epochs_models_above_1e26(rows, year, published):
    """About 30 by the start of 2027, over 200 by that of 2030."""
    assert within(rows[f"model_count.1e26[{year}]"]["q50"], published)


def test_epochs_range_for_2030(rows):
    """61 to 528 from its conservative to its aggressive scenario; our 90 % interval lies inside."""
    row = rows["model_count.1e26[2030]"]
    assert 61.0 < row["q05"] < row["q95"] < 528.0


def test_epochs_models_above_1e27_are_more_because_its_frontier_grows_faster(rows):
    """Over 100 by the start of 2030; unpublished: its path of the largest run, which has no ceilings."""
    row = rows["model_count.1e27[2030]"]
    assert within(row["q50"], 75.0, 1.1)
    assert row["q50"] < 100.0 < row["q95"]


@pytest.mark.parametrize(("threshold", "low", "median", "high"), [(25, 103, 165, 306), (26, 45, 81, 148)])
def test_govais_models_by_the_end_of_2028(rows, share_sized, threshold, low, median, high):
    """90 % intervals; its models are those with an estimate of their compute."""
    row = rows[f"model_count.1e{threshold}[2029]"]
    assert low < row["q50"] < high
    assert within(share_sized * row["q50"], median)
    assert within(row["q50"], median, 1.6), "all public models are more than those with an estimate"


def test_govais_models_near_the_largest_run(fitted):
    """Medians for 2025 to 2028: 6-8 a year within half an order of magnitude, 14-16 in one, 20-24 in 1.5."""
    for depth, low, high in ((0.5, 6, 8), (1.0, 14, 16), (1.5, 20, 24)):
        found = float(models_within(depth, fitted["near_frontier"], fitted["exponent"]))
        assert low / 1.1 < found < high * 1.1


def counted_since_2020(fitted, threshold):
    """Return dates, and the models above a threshold by each, along the line through the records."""
    t = np.linspace(2020.0, 2026.0, 6001)
    rate = models_within(frontier_at(t) - np.log10(threshold), fitted["near_frontier"], fitted["exponent"])
    return t, np.cumsum(np.asarray(rate) * fitted["growth"] ** (t - RATE_DATE)) * (t[1] - t[0])


@pytest.mark.parametrize(
    ("threshold", "date", "published"), [(1e25, 2025.08, 25.0), (1e25, 2025.43, 30.0), (1e26, 2026.0, 10.0)]
)
def test_retrodiction_of_counts_that_were_not_fitted(fitted, threshold, date, published):
    """Epoch found over 25 models above 1e25 by the end of January 2025, over 30 by June; 10 above 1e26."""
    assert within(np.interp(date, *counted_since_2020(fitted, threshold)), published)


def expected_models(evidence, fitted):
    data = evidence.constants
    high, low = (
        np.asarray(models_within(data[f"depth_{side}"], fitted["near_frontier"], fitted["exponent"]))
        for side in ("high", "low")
    )
    seen = data["sized"] / (data["sized"] + fitted["unsized_weight"] * data["unsized"])
    return (high - low) * fitted["growth"] ** (data["middle"] - RATE_DATE) * seen * data["years"]


def largest_miss(evidence, expected, overdispersion):
    """Return how many standard deviations the worst sum of cells lies off: by year, by band and in all."""
    seen, variance = evidence.observed["models"], expected + overdispersion * expected**2
    miss, variance = (values.reshape(-1, BANDS) for values in (seen - expected, variance))
    sums = [(miss.sum(axis), variance.sum(axis)) for axis in (0, 1, None)]
    return max(np.max(np.abs(total) / np.sqrt(spread)) for total, spread in sums)


def test_retrodiction_of_every_year_and_band(evidence, fitted):
    """Twelve sums, correlated: 3.5 standard deviations are a false alarm of at most .6 %."""
    expected, spread = expected_models(evidence, fitted), fitted["overdispersion"]
    assert largest_miss(evidence, expected, spread) < 3.5
    assert largest_miss(evidence, 2.0 * expected, spread) > 3.5, "twice as many would be noticed"
    steeper = expected_models(evidence, fitted | {"exponent": 1.0})
    assert largest_miss(evidence, steeper, spread) > 3.5, "and a law that is too steep"
