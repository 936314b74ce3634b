"""Revisions with made-up posteriors: who is asked for what, what moves, and what does not."""

import json
import math
from dataclasses import replace

import numpy as np
import pytest
import xarray as xr

from datawall.backtesting.revision import DRAWS_OF_MEDIANS, HEADLINES, revision
from datawall.errors import DatawallError, UntrustedPosteriorError
from datawall.scenario.posterior import Posterior, shipped

pytestmark = pytest.mark.integration

ORIGINS = (2026.1, 2026.3, 2026.6)
"""Within one year, so that one compiled program serves all."""
MODULES = ("scaling", "compute", "data_stock", "price", "release")
SCENARIO = """
schema = 1
extends = "baseline"
name = "small"
title = "The trend alone"
description = "Few questions, so that it compiles quickly."

[evidence]
modules = ["scaling", "compute", "data_stock", "price", "release"]

[questions]
ceilings = ["trend"]
token_passes = [1, 4]
effective_passes = [4]
frontier_passes = [4]
efficiency = [0.5]
generations = [6]
compute_levels = [1e28]
"""


def scaled(found, factors, newest):
    """Return a posterior with the quantiles of some inputs multiplied."""
    inputs = {
        name: {"quantiles": [q * factors[name] for q in content["quantiles"]]} if name in factors else content
        for name, content in found.inputs.items()
    }
    return replace(found, inputs=inputs, newest=newest)


class Made:
    """Posteriors that move with the date, and a record of what was asked for."""

    def __init__(self):
        self.asked = []

    def __call__(self, module, date):
        self.asked.append((module, date))
        found = replace(shipped(module), newest=2025.0)
        match module:
            case "data_stock":
                return scaled(found, {"text_tokens": 2.0 ** (10.0 * (date - ORIGINS[0]))}, date)
            case "compute" if date > ORIGINS[1]:
                return scaled(found, {"frontier_flop": 1.5}, date)
            case "price":
                return Posterior(module, module, date, {}, ())
            case "release" if date < ORIGINS[1]:
                raise UntrustedPosteriorError("chains apart")
        return found


@pytest.fixture(scope="module")
def made():
    return Made()


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    path = tmp_path_factory.mktemp("small") / "small.toml"
    path.write_text(SCENARIO)
    return path


@pytest.fixture(scope="module")
def steps():
    return []


@pytest.fixture(scope="module")
def tree(made, path, steps):
    return revision(path, ORIGINS, draws=2048, posterior=made, progress=lambda *step: steps.append(step))


def test_nothing_is_asked_of_a_date_that_is_no_origin(tree, made):
    assert set(made.asked) == {(module, origin) for module in MODULES for origin in ORIGINS}
    assert len(made.asked) == len(set(made.asked))
    assert tree["quantiles"]["origin"].values.tolist() == list(ORIGINS)


def test_an_origin_knows_nothing_of_later_ones(tree, made, path):
    """Leakage: whatever the later posteriors say, the forecast of an origin is the same."""

    def other(module, date):
        found = made(module, date)
        return scaled(found, {"text_tokens": 50.0}, date) if date == ORIGINS[2] else found

    again = revision(path, ORIGINS, draws=2048, posterior=other)
    last = {"origin": ORIGINS[2]}
    for name in ("date", "p_past", "p_never", "p_by"):
        one, two = tree["quantiles"][name], again["quantiles"][name]
        xr.testing.assert_identical(one.drop_sel(last), two.drop_sel(last))
        assert name == "p_past" or not one.sel(last).identical(
            two.sel(last)
        )  # the change is seen where it may


def test_modules_that_learn_nothing_move_nothing(tree):
    moves = tree["moves"].to_dataset()
    for name in ("shift", "shift_mcse", "probability_shift", "probability_shift_mcse"):
        assert (moves[name].sel(module=["scaling", "price"]) == 0.0).all()
        assert (moves[name].sel(module="compute").isel(pair=0) == 0.0).all()


def test_more_data_put_the_wall_off_and_more_compute_brings_it_on(tree):
    wall = tree["moves"].to_dataset().sel(output="wall.tokens[1]")
    data, compute = wall.sel(module="data_stock"), wall.sel(module="compute").isel(pair=1)
    assert (data["probability_shift"] < -4 * data["probability_shift_mcse"]).all()
    assert compute["probability_shift"] > 4 * compute["probability_shift_mcse"]
    assert wall["most"].values.tolist() == ["data_stock", "data_stock"]
    sooner = tree["moves"].to_dataset().sel(output="compute_date[1e28]").isel(pair=1)
    assert sooner["most"].item() == "compute"
    assert sooner["shift"].sel(module="compute") < 0.0


def test_shifts_and_the_rest_add_up_to_the_joint_shift(tree):
    moves = tree["moves"].to_dataset()
    for name in ("shift", "probability_shift"):
        total = moves[name].sum("module", skipna=False) + moves[f"rest_{name}"]
        np.testing.assert_allclose(total, moves[f"joint_{name}"], atol=1e-9)
    with pytest.raises(AssertionError):
        np.testing.assert_allclose(
            moves["probability_shift"].sum("module"), moves["probability_shift"].max("module"), atol=1e-9
        )


def test_a_single_mover_is_the_whole_of_the_joint_shift(tree):
    dates = tree["moves"].to_dataset().isel(pair=0).sel(output="wall.tokens[4]")
    assert dates["joint_probability_shift"] == dates["probability_shift"].sel(module="data_stock")
    assert dates["rest_probability_shift"] == 0.0


def test_both_sides_of_a_pair_are_forecasts_of_the_newer_origin(tree):
    """The median before and the joint shift give that of the newer origin, whatever the clock did."""
    after = tree["quantiles"]["date"].sel(quantile=0.5).isel(origin=slice(1, None)).values
    moves = tree["moves"].to_dataset()
    expected = (moves["before"] + moves["joint_shift"]).values
    finite = np.isfinite(expected)
    assert finite.any()
    np.testing.assert_allclose(after[finite], expected[finite], rtol=1e-12)


def test_stated_priors_that_stay_are_recorded(tree):
    states = {
        str(module): tree["quantiles"]["state"].sel(module=module).values.tolist() for module in MODULES
    }
    assert states == {
        "scaling": ["fitted"] * 3,
        "compute": ["fitted"] * 3,
        "data_stock": ["fitted"] * 3,
        "price": ["too little known"] * 3,
        "release": ["untrusted", "fitted", "fitted"],
    }


def test_evidence_is_named_for_each_pair_and_module(tree):
    evidence = tree["moves"].to_dataset()["evidence"]
    assert evidence.dims == ("pair", "module")
    assert all(text == "nothing new" or "row" in text for text in evidence.values.ravel().tolist())
    assert tree["moves"]["since"].values.tolist() == list(ORIGINS[:2])
    assert tree["moves"]["until"].values.tolist() == list(ORIGINS[1:])


def test_every_forecast_is_told(tree, steps):
    assert len(tree.children) == 2
    assert steps == [(k, 15) for k in range(1, 16)]


def test_it_is_written_and_read(tree, tmp_path):
    tree.to_netcdf(tmp_path / "revision.nc", engine="h5netcdf")
    with xr.open_datatree(tmp_path / "revision.nc", engine="h5netcdf") as read:
        xr.testing.assert_equal(read["moves"].to_dataset().load(), tree["moves"].to_dataset())
        assert json.loads(read.attrs["manifest"])["draws"] == 2048
    assert set(tree["moves"]["output"].values) <= set(HEADLINES)
    assert not any(math.isnan(p) for p in tree["quantiles"]["p_by"].values.ravel())


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"origins": [2026.0]}, "need two or more increasing origins"),
        ({"origins": [2026.0, 2026.0]}, "need two or more increasing origins"),
        ({"origins": [2026.0, 2025.0]}, "need two or more increasing origins"),
        ({"draws": DRAWS_OF_MEDIANS - 1}, "need at least 1024 draws, got 1023"),
        ({"seed": -1}, "seed"),
        ({"name": "nesov2026"}, "nesov2026 uses no evidence that could move it"),
        ({"name": "nowhere"}, "no shipped scenario has this name"),
    ],
)
def test_mistakes_are_named(change, words):
    with pytest.raises(DatawallError) as refused:
        revision(**({"name": "baseline", "origins": [2025.0, 2026.0], "draws": DRAWS_OF_MEDIANS} | change))
    assert words in str(refused.value)
