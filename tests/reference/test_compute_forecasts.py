"""Published forecasts of compute alone: Full Takeoff Model, Direct Approach, AI Futures Model, and Nesov's.

Takeoff 2022 has no published path of compute without its feedback, so its inputs and equations are held. The
Direct Approach publishes no FLOP; its money is held. Nesov counts 120 tokens for each active parameter
in 2026 and 240 from 2028; ours has one number for both, so that 2026 wants 1.4 times too much.
"""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import datawall
from datawall.distributions.joint import inputs_from_scores
from datawall.model.clock import clock_at
from datawall.model.frontier import ceilings
from datawall.model.inputs import Inputs
from datawall.scenario import load_scenario

DRAWS = 40_000
H100_HOUR = 989.4e12 * 3600.0
FACTOR = np.log(1.3)


def drawn(name):
    """Inputs of a scenario by name, and the path of ln FLOP that it asks for [decimal year]."""
    scenario = load_scenario(name)
    joint = scenario.joint()
    z = np.random.default_rng(3).standard_normal((len(joint.streams), DRAWS))
    values = jax.jit(inputs_from_scores, static_argnums=0)(joint.structure, joint.params, jnp.asarray(z))
    clock = clock_at(scenario.as_of, scenario.anchors)
    (path,) = ceilings(Inputs(**values), clock, scenario.questions.ceilings)
    inputs = {key: np.asarray(value, float) for key, value in values.items()}
    return inputs, lambda year: np.asarray(path.at(year - scenario.as_of), float)


@pytest.fixture(scope="module")
def takeoff():
    return drawn("takeoff2022")


@pytest.fixture(scope="module")
def direct_approach():
    return drawn("directapproach2023")


@pytest.fixture(scope="module")
def ai_futures():
    return drawn("aifutures2025")


@pytest.fixture(scope="module")
def nesov():
    tree = datawall.forecast("nesov2026", draws=4096)
    return tree["prior_predictive"].to_dataset().isel(chain=0)


def spending(i, years):
    """USD for the largest run, some years after the anchor."""
    wanted = i["run_budget_usd"] * i["run_budget_growth"] ** years
    return i["run_budget_ceiling_usd"] * -np.expm1(-wanted / i["run_budget_ceiling_usd"])


@pytest.mark.parametrize("name", ["takeoff", "direct_approach"])
@pytest.mark.parametrize("years", [0.0, 4.5, 8.0, 17.0])
def test_flop_is_money_times_flop_per_usd(name, years, request):
    i, path = request.getfixturevalue(name)
    per_usd = H100_HOUR * i["format_speedup"] * i["mfu"] / i["usd_per_h100e_hour"]
    flop = spending(i, years) * per_usd * i["flop_per_usd_growth"] ** years
    # single precision of logs of about 65
    np.testing.assert_allclose(path(2022.0 + years), np.log(flop), atol=3e-5)


def test_takeoff_starts_at_its_largest_run_and_grows_by_its_best_guess(takeoff):
    _, path = takeoff
    now, next_year = (np.exp(np.median(path(year))) for year in (2022.0, 2023.0))
    assert now == pytest.approx(3e24, rel=1e-3)
    research = 2 ** (5.2 * np.log2(1.047))
    assert next_year / now == pytest.approx(1.19 * 1.55 * 1.03 * research, rel=0.02)


def test_direct_approach_spends_as_published_in_2030(direct_approach):
    """10^11.05 USD (80 % 10^10.2-10^11.65), eight growths after the 60 million."""
    found = np.quantile(np.log(spending(direct_approach[0], 8.0)), [0.1, 0.5, 0.9])
    np.testing.assert_allclose(found, np.log(10.0) * np.array([10.2, 11.05, 11.65]), atol=FACTOR)


def test_direct_approach_saturates_at_a_share_of_world_product(direct_approach):
    ceiling = direct_approach[0]["run_budget_ceiling_usd"] / (1.17e14 * 1.0258**8)
    np.testing.assert_allclose(np.quantile(ceiling, [0.025, 0.975]), [4e-5, 0.05], rtol=0.15)


def oom_per_year(path, year):
    return (path(year + 0.25) - path(year)) / 0.25 / np.log(10.0)


@pytest.mark.parametrize(("year", "published"), [(2025.75, 0.64), (2030.0, 0.30), (2035.0, 0.21)])
def test_ai_futures_growth_is_the_published_series(ai_futures, year, published):
    assert abs(np.log(np.median(oom_per_year(ai_futures[1], year)) / published)) < FACTOR


@pytest.mark.parametrize(("year", "interval"), [(2025.75, (0.55, 0.65)), (2030.0, (0.15, 0.35))])
def test_ai_futures_growth_has_the_published_width(ai_futures, year, interval):
    found = np.quantile(oom_per_year(ai_futures[1], year), [0.1, 0.9])
    np.testing.assert_allclose(found, interval, atol=0.01)


def test_ai_futures_slows_between_2026_and_2030(ai_futures):
    _, path = ai_futures
    for year, share in ((2026.0, 0.0), (2027.0, 0.25), (2028.0, 0.5), (2030.0, 1.0)):
        fell = oom_per_year(path, year) < 0.99 * oom_per_year(path, 2025.75)
        # a quarter of a year is looked at, in which one in sixteen draws turns
        assert share - 0.01 < fell.mean() < share + 0.07


def test_nesov_reaches_the_published_compute_in_its_years(nesov):
    dates = nesov["compute_date"].values[:, :3]
    np.testing.assert_allclose(dates, [[2026.5, 2028.5, 2031.5]] * len(dates), atol=5e-3)


@pytest.mark.parametrize(("year", "published"), [(2028.5, 4.5), (2031.5, 15.0)])
def test_nesov_is_as_short_of_data_as_published(nesov, year, published):
    ratio = shortfall(nesov, year)
    assert abs(np.log(ratio / published)) < FACTOR
    # and the tokens wanted are the optimum at 240 for each active parameter
    flop = {2028.5: 2e28, 2031.5: 2.2e29}[year]
    assert ratio == pytest.approx(np.sqrt(flop * 240 / 6) / 1.8e14, rel=1e-3)


def test_nesov_has_data_enough_in_2026_at_its_sparsity_of_then(nesov):
    ratio = shortfall(nesov, 2026.5)
    assert ratio == pytest.approx(1.27, abs=0.02)
    assert ratio * np.sqrt(120 / 240) < 1.0


def shortfall(nesov, year):
    """Tokens wanted for each that can be had; every draw is the same, and its log straight but at 2028.5."""
    years = nesov["year"].values
    gap = np.log(nesov["demand_tokens"].values[0] / nesov["supply_tokens"].values[0])
    at = slice(0, 3) if year <= 2028.5 else slice(3, None)
    _, level = np.polyfit(years[at] - year, gap[at], 1)
    return np.exp(level)
