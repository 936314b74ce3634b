"""The tables of mid-2024 against what happened: each row by hand, and our own forecast beside it."""

import datetime as dt

import numpy as np
import pytest

from datawall.backtesting import published_tables
from datawall.backtesting.plan import MID_2024
from datawall.backtesting.published_tables import reference_rows
from datawall.backtesting.vintage import AsKnown
from datawall.scenario import load_scenario
from datawall.units import decimal_year

DRAWS = 200
GPT5, GPT54, GPT55, GPT6 = (
    decimal_year(dt.date(*day)) for day in [(2025, 8, 7), (2026, 3, 5), (2026, 4, 23), (2026, 9, 4)]
)
WHOLE = {"GPT-5": 2025.0, "GPT-6": 2027.0, "GPT-7": np.inf}
"""When each generation comes by name, in a made-up forecast."""


def names(draws, seed):
    return lambda questions: {q: np.full(draws, WHOLE[q.item]) + 0.01 * seed for q in questions}


@pytest.fixture(scope="module")
def rows():
    """Score the tables beside a made-up forecast by name and a scenario that needs no fit."""
    with pytest.MonkeyPatch.context() as patch:
        scenario = load_scenario("seed2024", as_of=MID_2024)
        patch.setattr(published_tables, "as_known", lambda name, origin: AsKnown(scenario, ()))  # noqa: ARG005
        patch.setattr(published_tables, "name_forecaster", names)
        return reference_rows(DRAWS, 0).set_coords(("table", "index"))


def test_rows_are_those_of_the_tables(rows):
    assert list(rows["table"].values) == ["baseline"] * 4 + ["bullish"] * 4
    np.testing.assert_array_equal(rows["index"], [4.7, 5.3, 5.8, 6.3, 5.0, 5.5, 6.0, 6.5])
    np.testing.assert_array_equal(
        rows["predicted"], [2025.2, 2026.8, 2028.0, 2030.2, 2025.2, 2026.5, 2028.0, 2030.0]
    )


def test_by_name_the_first_flagship_with_that_number_or_more_counts(rows):
    happened = rows["name_state"].values == "happened"
    np.testing.assert_array_equal(happened, [True, True, True, False, True, True, True, False])
    outcomes = rows["name_outcome"].values
    np.testing.assert_allclose(outcomes[happened], [GPT5, GPT54, GPT6, GPT5, GPT55, GPT6])
    assert (outcomes[~happened] > GPT6).all()


def test_by_compute_no_run_is_known_to_be_large_enough(rows):
    assert set(rows["compute_state"].values) == {"open"}
    np.testing.assert_array_equal(rows["compute_outcome"], 2025.6)


@pytest.mark.parametrize("way", ["name", "compute"])
def test_a_date_is_scored_by_its_distance_inside_the_window(rows, way):
    error = rows["predicted"] - rows[f"{way}_outcome"]
    np.testing.assert_allclose(rows[f"{way}_error"], error)
    watched = rows[f"{way}_outcome"].where(rows[f"{way}_state"] == "open").max().item()
    seen = np.abs(np.minimum(rows["predicted"], watched) - rows[f"{way}_outcome"])
    np.testing.assert_allclose(rows[f"crps_{way}"], seen, atol=1e-9)


def test_our_versions_between_whole_numbers_come_in_proportion(rows):
    # GPT-4 was out in mid-2024, GPT-5 comes in 2025.0, GPT-6 in 2027.0 and GPT-7 never
    expected = [MID_2024 + 0.7 * (2025.0 - MID_2024), 2025.6, 2026.6, np.inf, 2025.0, 2026.0, 2027.0, np.inf]
    for name in ("q10", "q50", "q90"):
        np.testing.assert_allclose(rows[f"our_name_{name}"], expected)
    window = rows["name_outcome"].values[3]
    seen = np.abs(np.minimum(expected, window) - rows["name_outcome"])
    np.testing.assert_allclose(rows["our_crps_name"], seen, atol=1e-9)


def test_our_dates_by_compute_are_ordered(rows):
    quantiles = np.stack([rows[f"our_compute_{name}"] for name in ("q10", "q50", "q90")])
    assert (np.diff(quantiles, axis=0) >= 0.0).all()
    by_index = quantiles[:, np.argsort(rows["index"].values)]
    assert (by_index[:, 1:] >= by_index[:, :-1]).all()
    assert (rows["our_crps_compute"] >= 0.0).all()
