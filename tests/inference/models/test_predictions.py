"""What the modules make of a posterior: predictive draws of the forecast's inputs, against closed forms."""

import jax
import numpy as np
import pytest
from scipy.stats import norm

from datawall.inference.models import MODULES
from datawall.model.inputs import DECLARATIONS
from datawall.model.release import OUTCOMES
from support.shipped_modules import TABLES

DRAWS = 20_000
KEY = jax.random.key(3)


def constant(**values):
    """Return a posterior that is sure of its parameters."""
    return {name: np.full((DRAWS, *np.shape(value)), value, float) for name, value in values.items()}


def draws(name, **values):
    module = MODULES[name]
    return module.inputs(module.load(None, ()), constant(**values), KEY)


SURE = {
    "compute": {"level": 1e27, "growth": 4.0, "gap": 0.5, "pace_spread": 0.3},
    "hardware": {"growth": [1.4, 1.3, 1.2], "era_spread": 0.05},
    "data_stock": {"text_tokens": 5e14, "text_quality": 0.2, "supply_growth": 1.07, "statement_spread": 0.4},
    "release": {
        "outcome_weights": [0.6, 0.2, 0.15, 0.05],
        "lag_drift": 0.4,
        **{f"typical_{part}": 2.0 for part in ("lag", "staging", "slip", "retry")},
        **{f"{part}_spread": 0.3 for part in ("lag", "staging", "slip", "retry")},
    },
    "price": {
        "fall": 30.0,
        "benchmark_spread": 1.0,
        "hardware_growth": 1.3,
        "algorithms_halving": 8.0,
        "share_kept": 0.5,
    },
    "run_sizes": {"near_frontier": 14.0, "exponent": 0.15, "growth": 1.1},
}


@pytest.mark.parametrize("name", SURE)
def test_inputs_are_declared_and_within_their_range(name):
    for quantity, values in draws(name, **SURE[name]).items():
        declared = DECLARATIONS[quantity]
        assert values.shape == (DRAWS,)
        assert np.all((values >= declared.lower) & (values <= declared.upper)), quantity


@pytest.mark.parametrize("name", sorted(set(TABLES) - set(SURE)))
def test_the_others_inform_no_input(name):
    assert draws(name) == {}


def test_the_largest_run_is_the_nearest_of_five_to_the_frontier():
    # five standard errors of the mean of an exponential
    flop = draws("compute", **SURE["compute"])["frontier_flop"]
    assert np.mean(np.log(1e27 / flop)) == pytest.approx(0.1, abs=5 * 0.1 / np.sqrt(DRAWS))


def test_growth_varies_less_over_years_than_in_one():
    growth = draws("compute", **SURE["compute"])["compute_growth"]
    assert np.std(np.log(growth)) == pytest.approx(0.3 / np.sqrt(3.4), rel=0.03)


def test_what_an_era_changes_is_partly_common_to_dollars_and_watts():
    found = draws("hardware", **SURE["hardware"])
    per_usd, per_watt = (np.log(found[f"flop_per_{unit}_growth"]) for unit in ("usd", "watt"))
    assert np.median(per_usd) == pytest.approx(np.log(1.3), abs=0.002)
    assert np.std(per_watt) == pytest.approx(0.05, rel=0.03)
    assert np.corrcoef(per_usd, per_watt)[0, 1] == pytest.approx(0.6, abs=0.03)


def test_outcomes_come_as_often_as_their_weights():
    outcome = draws("release", **SURE["release"])["release_outcome"].astype(int)
    shares = np.bincount(outcome, minlength=len(OUTCOMES)) / DRAWS
    assert np.allclose(shares, SURE["release"]["outcome_weights"], atol=5 * 0.5 / np.sqrt(DRAWS))


def test_the_lag_of_the_forecast_has_spread_and_drift():
    lag = draws("release", **SURE["release"])["post_training_lag_months"]
    assert np.std(np.log(lag)) == pytest.approx(np.hypot(0.3, 0.4), rel=0.03)


def test_what_hardware_and_algorithms_explain_of_the_fall_is_taken_off():
    sure = SURE["price"] | {"benchmark_spread": 1e-9}
    rest = np.log(30.0) - np.log(1.3) - 1.5 * np.log(2.0)
    assert np.allclose(draws("price", **sure)["other_efficiency_growth"], np.exp(0.5 * rest))


def test_a_fall_that_the_others_explain_leaves_nothing_and_not_less():
    found = draws("price", **SURE["price"])["other_efficiency_growth"]
    mean = np.log(30.0) - np.log(1.3) - 1.5 * np.log(2.0)
    assert np.mean(found == 1.0) == pytest.approx(norm.cdf(-mean), abs=0.005)
