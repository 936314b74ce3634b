"""Epoch, "Can AI scaling continue through 2030?" (August 2024): published ranges, an independent forecast.

The article rounds its ranges to one digit, and does not say how production is summed over years. As a rate
(ours), chips come out at 1.3e29 to 5.8e30 (1.1e30) against 1e29 to 5e30 (9e29): see docs/published/.
"""

import numpy as np
import pytest
from scipy import stats

import datawall
from datawall.forecasting.export import summary
from datawall.scenario import load_scenario
from support import epoch_oracle as oracle

DRAWS = 16384
AT_2030 = 6.0
DECILES = ("q10", "q50", "q90")
FALSE_ALARM = 4.0
"""Standard errors: one false alarm in 16,000 comparisons."""


@pytest.fixture(scope="module")
def tree():
    return datawall.forecast("epoch2030", draws=DRAWS, sampler="sobol")


@pytest.fixture(scope="module")
def flat(tree):
    return summary(tree)


@pytest.fixture(scope="module")
def inputs(tree):
    """The inputs of the kept draws in the article's words."""
    kept = tree["prior"].to_dataset().isel(chain=0)
    return oracle.as_told({name: kept[name].values.astype(float) for name in kept})


@pytest.fixture(scope="module")
def told():
    """The article's own model, drawn independently."""
    return oracle.monte_carlo(2**17, seed=20240820)


def test_inputs_have_the_published_quantiles():
    priors = load_scenario("epoch2030").priors
    stated = {name: prior.distribution.quantile([0.1, 0.5, 0.9]) for name, prior in priors.items()}
    for name, quantiles in oracle.as_told(stated).items():
        np.testing.assert_allclose(quantiles, oracle.MARGINALS[name][:3], rtol=1e-5, err_msg=name)
    assert stated["us_ai_data_center_w"][1] == oracle.AI_W


def test_inputs_have_the_published_rank_correlations(inputs):
    names = list(oracle.MARGINALS)
    ranks, _ = stats.spearmanr(np.stack([inputs[name] for name in names], axis=1))
    expected = np.eye(len(names))
    for (one, other), rank in oracle.SPEARMAN.items():
        i, j = names.index(one), names.index(other)
        expected[i, j] = expected[j, i] = rank
    stated = (expected != 0.0) & (expected != 1.0)
    assert stated.sum() == 2 * len(oracle.SPEARMAN)
    np.testing.assert_allclose(np.asarray(ranks)[stated], expected[stated], atol=0.04)
    # without a third input between them, those not stated are independent
    apart = [names.index(name) for name in ("fraction", "peak", "batch", "dies", "epochs", "latency")]
    assert np.abs(np.asarray(ranks)[np.ix_(apart, apart)] - np.eye(len(apart))).max() < 0.06


@pytest.mark.parametrize(
    ("ceiling", "low", "middle", "high"),
    [
        ("epoch_power", 2e28, None, 2e30),
        ("epoch_chips", 1e29, 9e29, 5e30),
        ("epoch_data", 6e28, None, 2e32),
        ("latency", 3e30, None, 1e32),
    ],
)
def test_published_ranges_of_2030(flat, ceiling, low, middle, high):
    row = flat["quantities"][f"ceiling_flop.{ceiling}[2030]"]
    for key, published in zip(DECILES, (low, middle, high), strict=True):
        if published is not None:
            # one digit is printed: 1e29 stands for anything up to 1.5e29
            assert 1 / 1.33 < row[key] / published < 1.33, key


def test_published_amounts_behind_them(inputs):
    """1-5 GW on a campus, 2-45 GW distributed, 4-20 Pbps, 20M-400M H100e, 400T-20,000T effective tokens."""
    share_of_chips = oracle.chip_stock(inputs, AT_2030) * inputs["fraction"]
    published = {
        "campus": (inputs["campus_w"], (1e9, 5e9)),
        "campus run": (oracle.campus(inputs, AT_2030), (1e28, 3e29)),
        "distributed": (oracle.distributed_w(inputs, AT_2030), (2e9, 4.5e10)),
        "distributed run": (oracle.distributed(inputs, AT_2030), (2e28, 2e30)),
        "bandwidth": (inputs["bits_per_s"] * inputs["bits_growth"] ** AT_2030, (4e15, 2e16)),
        "run it allows": (oracle.bandwidth(inputs, AT_2030), (3e29, 2e31)),
        "chips": (share_of_chips, (2e7, 4e8)),
        "tokens": (oracle.effective_tokens(inputs, AT_2030), (4e14, 2e16)),
    }
    for name, (values, interval) in published.items():
        ratio = np.quantile(values, [0.1, 0.9]) / interval
        assert np.all((ratio > 1 / 1.3) & (ratio < 1.3)), (name, ratio)
    assert 1 / 1.3 < np.median(share_of_chips) / 1e8 < 1.3


def test_the_feasible_run_of_2030_is_likely_and_no_more(flat):
    """2e29 FLOP is Epoch's "feasible by 2030": the median of power, and above that of the joint minimum."""
    assert flat["quantities"]["ceiling_flop.epoch_power[2030]"]["q50"] == pytest.approx(2e29, rel=0.3)
    assert flat["quantities"]["frontier_flop[2030]"]["q50"] == pytest.approx(1.38e29, rel=0.05)


def test_counting_chips_once_a_year_brackets_the_rate(inputs):
    as_rate = oracle.chip_stock(inputs, AT_2030)
    others = np.delete(oracle.ceilings(inputs, AT_2030), 1, axis=0).min(axis=0)

    def joint(stock):
        return np.median(np.minimum(others, oracle.flop_of_stock(inputs, stock)))

    for years, side in ((range(6), -1), (range(1, 7), 1)):
        counted = inputs["stock"] + sum(oracle.made(inputs, y) for y in years)
        assert np.all(np.sign(counted - as_rate) == side)
        assert joint(counted) / joint(as_rate) == pytest.approx(1.0, abs=0.04)


def test_each_path_is_that_of_the_equations(tree, inputs):
    paths = tree["prior_predictive/ceiling_flop"].isel(chain=0)
    for year in (2025.0, 2030.0, 2036.0):
        found = paths.sel(year=year).transpose("ceiling", "draw").values
        # a year of single precision near e^70 is 1e-5 in logs
        np.testing.assert_allclose(np.log(found), np.log(oracle.ceilings(inputs, year - 2024)), atol=3e-5)


def standard_errors_apart(flat, told, year):
    """Return how far quantiles of the joint minimum and shares of what binds are apart in standard errors."""
    values = oracle.ceilings(told, year - 2024.0)
    joint = values.min(axis=0)
    batches = np.log(np.quantile(joint.reshape(16, -1), [0.1, 0.5, 0.9], axis=1))
    row = flat["quantities"][f"frontier_flop[{year}]"]
    ours = np.log([row[key] for key in DECILES])
    ours_error = np.array([row[f"mcse_{key}"] / row[key] for key in DECILES])
    apart = (ours - np.log(np.quantile(joint, [0.1, 0.5, 0.9]))) / np.hypot(
        ours_error, batches.std(axis=1, ddof=1) / 4.0
    )
    lowest = np.argmin(values, axis=0)
    names = [f"binding.{name}[{year}]" for name in ("epoch_power", "epoch_chips", "epoch_data")]
    rows = [flat["probabilities"][name] for name in names]
    shares = np.array([np.mean(lowest == place) for place in range(3)])
    errors = np.hypot([row["mcse"] for row in rows], np.sqrt(shares * (1 - shares) / joint.size))
    return np.concatenate([apart, (np.array([row["value"] for row in rows]) - shares) / errors])


@pytest.mark.parametrize("year", [2025, 2027, 2030, 2035])
def test_the_joint_minimum_is_that_of_an_independent_monte_carlo(flat, told, year):
    assert np.abs(standard_errors_apart(flat, told, year)).max() < FALSE_ALARM


def test_a_wrong_model_would_be_seen(flat, told):
    late_start = {**told, "total_growth": told["total_growth"] * 1.01}
    assert np.abs(standard_errors_apart(flat, late_start, 2030)).max() > FALSE_ALARM
    untied = oracle.monte_carlo(2**17, seed=1, spearman={})
    assert np.abs(standard_errors_apart(flat, untied, 2030)).max() > FALSE_ALARM


def test_dates_are_those_of_a_dense_grid(tree, inputs):
    """Power has kinks at which the path bends upwards; a search in a bracket with two kinks may miss."""
    kept = tree["prior_predictive"].to_dataset().isel(chain=0)
    levels, count = kept["level"].values, 2048
    few = {name: values[:count] for name, values in inputs.items()}
    as_of, horizon = tree["constant_data/as_of"].item(), 2050.0
    expected = oracle.first_dates(few, levels, as_of, horizon, step=0.02)
    expected[expected >= horizon] = np.inf
    found = kept["compute_date"].transpose("level", "draw").values[:, :count]
    dated = np.isfinite(expected) & np.isfinite(found)
    assert dated.mean() > 0.4
    apart = np.abs(found[dated] - expected[dated])
    assert np.quantile(apart, 0.99) < 1e-3
    agree = np.where(dated, False, found == expected)
    agree[dated] = apart < 0.01
    assert agree.mean() > 0.999
