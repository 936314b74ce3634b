"""Published forecasts of compute alone: Full Takeoff Model, Direct Approach, AI Futures Model, and Nesov's.

Takeoff 2022 has no published path of compute without its feedback, so its inputs and equations are held. The
Direct Approach publishes no FLOP; its money is held. Nesov counts 120 tokens for each active parameter
in 2026 and 240 from 2028; ours has one number for both, so that 2026 wants 1.4 times too much.
"""

import numpy as np
import pytest

import datawall
from datawall.scenario import load_scenario

DRAWS = 16384
H100_HOUR = 989.4e12 * 3600.0
FACTOR = np.log(1.3)


def kept(tree, group, name):
    return tree[group][name].isel(chain=0).values.astype(float)


def inputs_of(tree):
    return {name: kept(tree, "prior", name) for name in tree["prior"].to_dataset()}


@pytest.fixture(scope="module")
def trees():
    names = ("takeoff2022", "directapproach2023", "aifutures2025", "nesov2026")
    return {name: datawall.forecast(name, draws=DRAWS, sampler="sobol") for name in names}


def spending(i, years):
    """USD for the largest run, draws by years since the anchor."""
    wanted = i["run_budget_usd"] * i["run_budget_growth"] ** years[:, None]
    return i["run_budget_ceiling_usd"] * -np.expm1(-wanted / i["run_budget_ceiling_usd"])


@pytest.mark.parametrize("name", ["takeoff2022", "directapproach2023"])
def test_flop_is_money_times_flop_per_usd(trees, name):
    tree = trees[name]
    i, years = inputs_of(tree), tree["prior_predictive/year"].values - 2022.0
    per_usd = H100_HOUR * i["format_speedup"] * i["mfu"] / i["usd_per_h100e_hour"]
    flop = spending(i, years) * per_usd * i["flop_per_usd_growth"] ** years[:, None]
    np.testing.assert_allclose(
        np.log(kept(tree, "prior_predictive", "frontier_flop")), np.log(flop.T), atol=1e-4
    )


def test_takeoff_starts_at_its_largest_run_and_grows_by_its_best_guess(trees):
    flop = np.median(kept(trees["takeoff2022"], "prior_predictive", "frontier_flop"), axis=0)
    assert flop[0] == pytest.approx(3e24, rel=1e-3)
    research = 2 ** (5.2 * np.log2(1.047))
    assert flop[1] / flop[0] == pytest.approx(1.19 * 1.55 * 1.03 * research, rel=0.02)


def test_takeoff_before_its_wake_up_spends_four_billion_at_most():
    capped = load_scenario("takeoff2022", {"run_budget_ceiling_usd": 4e9})
    i = inputs_of(datawall.forecast(capped, draws=4096))
    assert np.max(spending(i, np.arange(30.0))) <= 4e9


def test_direct_approach_spends_as_published_in_2030(trees):
    """10^11.05 USD (80 % 10^10.2-10^11.65)."""
    (spent,) = spending(inputs_of(trees["directapproach2023"]), np.array([8.0]))
    found = np.quantile(np.log(spent), [0.1, 0.5, 0.9])
    np.testing.assert_allclose(found, np.log(10.0) * np.array([10.2, 11.05, 11.65]), atol=FACTOR)


def test_direct_approach_saturates_at_a_share_of_world_product(trees):
    ceiling = inputs_of(trees["directapproach2023"])["run_budget_ceiling_usd"] / (1.17e14 * 1.0258**8)
    np.testing.assert_allclose(np.quantile(ceiling, [0.025, 0.975]), [4e-5, 0.05], rtol=0.2)


def oom_per_year(tree):
    years = tree["prior_predictive/year"].values
    return np.diff(np.log10(kept(tree, "prior_predictive", "frontier_flop"))) / np.diff(years), years[:-1]


@pytest.mark.parametrize(("year", "published"), [(2025, 0.64), (2030, 0.30), (2035, 0.21)])
def test_ai_futures_growth_is_the_published_series(trees, year, published):
    growth, years = oom_per_year(trees["aifutures2025"])
    found = np.median(growth[:, np.searchsorted(years, year)])
    assert abs(np.log(found / published)) < FACTOR


def test_ai_futures_growth_has_the_published_widths(trees):
    growth, years = oom_per_year(trees["aifutures2025"])
    for before, interval in ((years < 2026.0, (0.55, 0.65)), (years >= 2030.0, (0.15, 0.35))):
        found = np.quantile(growth[:, before], [0.1, 0.9], axis=0)
        np.testing.assert_allclose(found.T, [interval] * found.shape[1], atol=0.01)


def test_nesov_reaches_the_published_compute_in_its_years(trees):
    dates = kept(trees["nesov2026"], "prior_predictive", "compute_date")[:, :3]
    np.testing.assert_allclose(dates, [[2026.5, 2028.5, 2031.5]] * len(dates), atol=5e-3)


@pytest.mark.parametrize(("year", "published"), [(2028.5, 4.5), (2031.5, 15.0)])
def test_nesov_is_as_short_of_data_as_published(trees, year, published):
    ratio = shortfall(trees["nesov2026"], year)
    assert abs(np.log(ratio / published)) < FACTOR
    # and the tokens wanted are the optimum at 240 for each active parameter
    flop = {2028.5: 2e28, 2031.5: 2.2e29}[year]
    assert ratio == pytest.approx(np.sqrt(flop * 240 / 6) / 1.8e14, rel=1e-3)


def test_nesov_has_data_enough_in_2026_at_its_sparsity_of_then(trees):
    ratio = shortfall(trees["nesov2026"], 2026.5)
    assert ratio == pytest.approx(1.27, abs=0.02)
    assert ratio * np.sqrt(120 / 240) < 1.0


def shortfall(tree, year):
    """Tokens wanted for each that can be had; every draw is the same, and its log straight but at 2028.5."""
    years = tree["prior_predictive/year"].values
    names = ("demand_tokens", "supply_tokens")
    demand, supply = (np.log(kept(tree, "prior_predictive", n)[0]) for n in names)
    at = slice(0, 3) if year <= 2028.5 else slice(3, None)
    _, level = np.polyfit(years[at] - year, (demand - supply)[at], 1)
    return np.exp(level)
