"""A forecast as flat named numbers."""

import csv
import io
import json

import numpy as np
import pytest
import xarray as xr

from datawall.files import csv_text
from datawall.forecasting.export import summary
from datawall.forecasting.quantities import year_labels
from datawall.reporting import products
from support.forecasts import of_another_date, of_the_baseline


@pytest.fixture(scope="module")
def tree():
    return of_the_baseline()


@pytest.fixture(scope="module")
def other():
    return of_another_date()


@pytest.fixture(scope="module")
def flat():
    return summary(of_the_baseline())


def test_names_and_keys_of_the_summary(flat):
    row = flat["quantities"]["wall.tokens[1]"]
    assert {"unit", "q05", "q10", "q25", "q50", "q75", "q90", "q95", "mcse_q50", "p_past", "p_never"} <= set(
        row
    )
    assert {"release.raw[5.5]", "training_start.effective[7]", "frontier_flop[2030]"} <= set(
        flat["quantities"]
    )
    assert flat["quantities"]["frontier_flop[2030]"]["unit"] == "FLOP"
    assert {"wall.tokens[1]<=2030", "binding.power[2030]"} <= set(flat["probabilities"])
    assert set(flat["probabilities"]["wall.tokens[1]<=2030"]) == {"value", "mcse"}


def test_quantiles_in_the_mass_of_past_and_never_are_words(flat):
    words = {row[key] for row in flat["quantities"].values() for key in ("q05", "q50", "q95")}
    assert {"past", "never"} <= {word for word in words if isinstance(word, str)}
    json.dumps(flat, allow_nan=False)


def test_csv_has_one_line_a_quantity(tree, flat):
    (rows,) = (rows for name, rows in products.FORECAST.tables(tree, flat) if name == "summary")
    rows = list(csv.DictReader(io.StringIO(csv_text(rows))))
    assert [row["quantity"] for row in rows] == list(flat["quantities"])


def test_dates_that_are_close_have_different_names(tree):
    assert list(year_labels([2026.8329, 2030.0]).values()) == ["2026.83", "2030"]
    data = tree["summary"].to_dataset()
    days = 2026.8329 + np.arange(data.sizes["year"]) / 365.0
    near = xr.DataTree.from_dict({"summary": data.assign_coords(year=days), "cdf": tree["cdf"].to_dataset()})
    near.attrs = tree.attrs
    found = summary(near)
    for kind, prefix in (("quantities", "loss["), ("probabilities", "binding.power[")):
        assert sum(name.startswith(prefix) for name in found[kind]) == len(days)


def test_a_forecast_of_any_date_has_one_probability_a_year(other):
    years = {f"wall.tokens[1]<={year}" for year in range(2027, 2051)}
    assert years <= set(summary(other)["probabilities"])


def test_probabilities_go_to_the_horizon(tree, flat):
    at_the_end = flat["probabilities"]["wall.tokens[1]<=2050"]["value"]
    assert at_the_end == pytest.approx(1 - tree["summary/wall_date_never"].sel(wall="tokens[1]").item())
