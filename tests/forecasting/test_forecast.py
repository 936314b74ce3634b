"""The forecast as a whole: against closed forms, and its promises about draws and memory."""

import json
import subprocess
import sys
from typing import Any

import jax
import numpy as np
import pytest
from scipy import stats

import datawall
from datawall.errors import DatawallError
from datawall.forecasting.labels import time_grid
from datawall.forecasting.simulation import World
from datawall.model.inputs import DECLARATIONS
from datawall.model.loss.law import pivot_law, scaling_law
from datawall.sampling.program import program
from datawall.scenario import load_scenario
from support.scenario_files import prior, valid_scenario, write

POINT = {
    "frontier_flop": 2e27,
    "compute_growth": 3.5,
    "slowdown_date": 2099.0,
    "growth_kept": 0.5,
    "text_tokens": 5e14,
    "text_quality": 0.2,
    "supply_growth": 1.07,
    "private_text": "unused",
    "multimodal": "unused",
    "synthetic_ratio": 0.0,
    "distillation_multiplier": 2.0,
    "params_exponent": 0.48,
    "tokens_per_param_1e21": 18.0,
    "exponent_sum": 0.71,
    "overtraining_factor": 1.0,
    "repetition_form": "effective_data",
    "repetition_r_d": 15.39,
    "release_outcome": "on_time",
    "post_training_lag_months": 3.0,
    "training_days": 100.0,
    "gpt4_flop": 2.1e25,
    "sparsity": 1.0,
    "multi_token_overhead": 0.0,
    "distillation_reading": "nominal",
    "oom_per_generation": 2.0,
}


def plain_value(declaration):
    if declaration.options:
        return declaration.options[0]
    return max(declaration.lower, 0.5) if declaration.upper < np.inf else max(declaration.lower, 0.0) + 1.0


def point_tables():
    """Return a scenario in which every input is a point and only the trend is in force."""
    tables = valid_scenario()
    tables["correlations"] = []
    tables["questions"]["ceilings"] = ["trend"]
    defaults = {name: plain_value(declaration) for name, declaration in DECLARATIONS.items()}
    for name, value in (defaults | POINT).items():
        tables["priors"][name] = prior(name, family="fixed", value=value)
    return tables


def load(tmp_path, tables):
    return load_scenario(write(tmp_path / "made-up.toml", tables))


def analytic_wall(log_stock=0.0, log_compute=0.0, passes=1.0):
    """MODEL: t = t0 + ln(Q m S0 / (kappa C0^b)) / (b ln g_C - ln g_S), both levels carried to one date."""
    b = 1.0 - POINT["params_exponent"]
    anchors = {"frontier": 2026.0, "supply": 2024.0}
    tokens_ref = np.sqrt(POINT["tokens_per_param_1e21"] * 1e21 / 6.0)
    growth, supply = np.log(POINT["compute_growth"]), np.log(POINT["supply_growth"])
    stock = np.log(POINT["text_tokens"] * POINT["text_quality"]) + log_stock
    stock += supply * (anchors["frontier"] - anchors["supply"])
    demand = np.log(tokens_ref) + b * (np.log(POINT["frontier_flop"] / 1e21) + log_compute)
    gap = np.log(passes * POINT["distillation_multiplier"]) + stock - demand
    return anchors["frontier"] + gap / (b * growth - supply)


def test_point_scenario_gives_the_analytic_wall_dates(tmp_path):
    tree = datawall.forecast(load(tmp_path, point_tables()), draws=3)
    walls = tree["prior_predictive/wall_date"].isel(chain=0)
    worth = 1 + POINT["repetition_r_d"] * -np.expm1(-3 / POINT["repetition_r_d"])
    expected = {"tokens[4]": analytic_wall(passes=4), "tokens[16]": analytic_wall(passes=16)}
    expected["effective[4]"] = analytic_wall(passes=worth)
    for wall, date in expected.items():
        np.testing.assert_allclose(walls.sel(wall=wall), date, atol=1e-4)
        # a point mass survives the histogram exactly
        np.testing.assert_allclose(tree["summary/wall_date"].sel(wall=wall), date, atol=1e-4)


def test_point_scenario_gives_the_analytic_release_dates(tmp_path):
    tree = datawall.forecast(load(tmp_path, point_tables()), draws=2)
    years = np.log(1e3 * POINT["gpt4_flop"] / POINT["frontier_flop"]) / np.log(POINT["compute_growth"])
    start = tree["prior_predictive/training_start"].sel(compute="raw", generation=5.5)
    np.testing.assert_allclose(start, 2026.0 + years, atol=1e-4)
    release = tree["prior_predictive/release"].sel(compute="raw", generation=5.5)
    np.testing.assert_allclose(release, 2026.0 + years + 100 / 365.25 + 3 / 12, atol=1e-4)


def test_the_law_of_the_world_is_the_public_law():
    from datawall.model.inputs import Inputs
    from datawall.scaling_laws.allocation import optimal_allocation

    inputs = Inputs(**{name: POINT.get(name, 1.0) for name in DECLARATIONS})
    law = scaling_law(pivot_law(inputs))
    found = optimal_allocation(law, 1e21)
    np.testing.assert_allclose(found.tokens_per_param, POINT["tokens_per_param_1e21"], rtol=1e-4)


def normal_tables(sd_stock, sd_compute):
    tables = point_tables()
    z90 = stats.norm.ppf(0.9)
    for name, centre, sd in (("text_tokens", 5e14, sd_stock), ("frontier_flop", 2e27, sd_compute)):
        interval = [float(centre * np.exp(side * z90 * sd)) for side in (-1, 1)]
        tables["priors"][name] = prior(name, family="lognormal", interval=interval, mass=0.8)
    return tables


def largest_deviation(tree, sd):
    """Return the largest distance of the quantiles from the analytic normal, in standard errors."""
    wall = tree["summary"].to_dataset().sel(wall="tokens[16]")
    expected = stats.norm(analytic_wall(passes=16), sd).ppf(wall["quantile"])
    return float(np.max(np.abs(wall["wall_date"] - expected) / wall["wall_date_mcse"]))


def test_normal_log_levels_give_the_analytic_normal_date(tmp_path):
    # 7 quantiles within 4 standard errors: false alarm about 4e-4
    tree = datawall.forecast(load(tmp_path, normal_tables(0.4, 0.6)), draws=200_000, seed=3)
    b, growth, supply = 0.52, np.log(POINT["compute_growth"]), np.log(POINT["supply_growth"])
    sd = np.hypot(0.4, b * 0.6) / (b * growth - supply)
    assert largest_deviation(tree, sd) < 4
    assert largest_deviation(tree, 1.03 * sd) > 4, "an answer that is 3 % too wide must be seen"


def test_a_run_is_the_beginning_of_a_longer_one():
    short, long = (datawall.forecast("baseline", draws=n, seed=5) for n in (700, 1400))
    for group in ("prior", "prior_predictive"):
        for name, values in short[group].data_vars.items():
            np.testing.assert_array_equal(
                values, long[group][str(name)].isel(draw=slice(700)), err_msg=str(name)
            )


def test_a_forecast_is_the_same_whatever_the_callers_precision():
    single = datawall.forecast("baseline", draws=8)["prior_predictive/wall_date"]
    with jax.enable_x64(True):
        double = datawall.forecast("baseline", draws=8)["prior_predictive/wall_date"]
    np.testing.assert_array_equal(single, double)


def test_scenarios_share_their_random_numbers():
    one, other = (datawall.forecast(name, draws=64)["prior"].to_dataset() for name in ("baseline", "bullish"))
    # the priors differ, the scores behind them do not
    np.testing.assert_array_equal(one["max_passes"].values.argsort(), other["max_passes"].values.argsort())
    np.testing.assert_array_equal(one["sparsity"], other["sparsity"])


def test_other_numbers_do_not_recompile():
    datawall.forecast("baseline", draws=10)
    counting: Any = program("cpu")
    before = counting._cache_size()
    datawall.forecast(load_scenario("baseline", {"priors.mfu.interval": [0.2, 0.3]}), draws=10)
    datawall.forecast("baseline", draws=20, seed=9)
    assert counting._cache_size() == before


def test_equal_worlds_are_one_program():
    questions = load_scenario("baseline").questions
    assert World((1,), questions, (3, 5)) == World((1,), questions, (3, 5))
    assert hash(World((1,), questions, (3, 5))) == hash(World((1,), questions, (3, 5)))


@pytest.mark.parametrize(
    ("draws", "seed", "what"),
    [(0, 0, "draws"), (-3, 0, "draws"), (10**21, 0, "draws"), (5, -1, "seed"), (5, 2**32, "seed")],
)
def test_bad_draws_and_seeds_are_named(draws, seed, what):
    with pytest.raises(DatawallError, match=what):
        datawall.forecast("baseline", draws=draws, seed=seed)


def test_the_grid_starts_before_the_as_of_date_and_ends_at_the_horizon():
    grid = time_grid(2026.0, 2030.0)
    np.testing.assert_array_equal(grid, [2023, 2024, 2025, 2026, 2027, 2028, 2029, 2030])


def python(code, *arguments):
    command = [sys.executable, "-c", code, *arguments]
    return subprocess.run(command, capture_output=True, check=True, text=True).stdout


PEAK = """
import resource, sys, datawall
datawall.forecast("baseline", draws=int(sys.argv[1]))
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


@pytest.mark.slow
def test_a_million_draws_need_no_more_memory_than_a_hundred_thousand():
    peak = [
        int(
            subprocess.run([sys.executable, "-c", PEAK, n], capture_output=True, check=True, text=True).stdout
        )
        for n in ("100000", "1000000")
    ]
    assert peak[1] - peak[0] < 64 * 1024, peak


def test_the_package_loads_no_jax():
    code = "import sys, datawall, datawall.cli; print('jax' in sys.modules)"
    assert python(code).strip() == "False"


def test_public_names():
    assert dir(datawall) == [
        "DatawallError",
        "Scenario",
        "__version__",
        "backtest",
        "compare",
        "fit",
        "forecast",
        "load_scenario",
        "plot",
        "report",
        "scenarios",
        "sensitivity",
    ]
    assert "baseline" in datawall.scenarios()
    assert datawall.load_scenario("baseline").__class__ is datawall.Scenario
    with pytest.raises(AttributeError, match="no attribute"):
        datawall.nothing  # noqa: B018


def test_the_manifest_repeats_the_run():
    tree = datawall.forecast("seed2024", draws=50, seed=7)
    facts = json.loads(tree.attrs["manifest"])
    assert (facts["draws"], facts["seed"], facts["scenario"]) == (50, 7, "seed2024")
    assert facts["not_a_number"] == {}
    assert facts["scenario_resolved"]["priors"]["mfu"]["unit"] == "fraction"


@pytest.mark.slow
@pytest.mark.parametrize("chunk", [500, 1024, 16384])
def test_chunks_change_no_bit_of_a_forecast(chunk, monkeypatch):
    """Of the whole model: kernels of other shapes must round alike."""

    def digest_of():
        return json.loads(datawall.forecast("baseline", draws=20_000).attrs["manifest"])["result_digest"]

    usual = digest_of()
    monkeypatch.setattr("datawall.sampling.execution.blocks.CHUNK", {"cpu": chunk})
    assert digest_of() == usual
