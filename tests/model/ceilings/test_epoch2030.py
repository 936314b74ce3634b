"""The pieces of Epoch's constraint model against the article's equations in plain NumPy, and by hand."""

from dataclasses import replace

import jax
import numpy as np
import pytest

from datawall.model.ceilings.epoch2030 import EpochChips, EpochDistributed
from datawall.model.clock import ANCHORS, clock_at
from datawall.model.frontier import ceilings, log_inputs
from datawall.model.inputs import Inputs
from datawall.model.supply import training_tokens
from support import epoch_oracle as oracle
from support.epoch_draws import one_draw, wide_draws

pytestmark = pytest.mark.usefixtures("exact")

CLOCK = clock_at(2024.0, dict.fromkeys(ANCHORS, 2024.0))
DRAWS = wide_draws(400, seed=1) | {"us_ai_data_center_w": np.full(400, oracle.AI_W)}


def log_paths(draws, names, t):
    """ln FLOP, a row for each ceiling and a column for each draw."""
    return np.array([path.at(t) for path in ceilings(Inputs(**draws), CLOCK, names)])


@pytest.mark.parametrize("t", [0.0, 0.625, 3.3, 6.0, 20.5])
def test_paths_are_the_equations_of_the_article(t):
    told = oracle.as_told(DRAWS)
    found = log_paths(DRAWS, ("epoch_power", "epoch_campus", "epoch_distributed", "epoch_bandwidth"), t)
    expected = [f(told, t) for f in (oracle.power, oracle.campus, oracle.distributed, oracle.bandwidth)]
    # at the anchor the article takes 3e9 W as a difference of tens
    np.testing.assert_allclose(found, np.log(expected), atol=1e-10)
    np.testing.assert_allclose(
        log_paths(DRAWS, ("epoch_data",), t)[0], np.log(oracle.data(told, t)), atol=1e-10
    )


@pytest.mark.parametrize("t", [0.0, 0.625, 6.0, 20.5])
def test_chips_are_the_integral_of_capped_production(t):
    told = oracle.as_told(DRAWS)
    expected = np.log(oracle.flop_of_stock(told, oracle.chip_stock(told, t, steps=1500)))
    # the midpoint rule stumbles over the kink where wafers run out
    np.testing.assert_allclose(log_paths(DRAWS, ("epoch_chips",), t)[0], expected, atol=1e-6)


def test_wafers_are_short_at_once_later_or_never():
    stock = EpochChips().path(Inputs(**DRAWS), log_inputs(Inputs(**DRAWS)), CLOCK)
    short = np.asarray(stock.production) < DRAWS["chip_production_h100e"]
    kinds = {(bool(s), bool(np.isfinite(t))) for s, t in zip(short, stock.turn, strict=True)}
    assert kinds == {(False, False), (False, True), (True, False), (True, True)}


def test_before_the_anchor_each_path_is_its_tangent():
    names = ("epoch_distributed", "epoch_chips")
    at_anchor, just_after = log_paths(DRAWS, names, 0.0), log_paths(DRAWS, names, 1e-7)
    slope = (just_after - at_anchor) / 1e-7
    np.testing.assert_allclose(log_paths(DRAWS, names, -2.5), at_anchor - 2.5 * slope, atol=1e-4)


def test_by_hand():
    """100 GW of which AI has half; 1e6 chips and 1e6 a year that do not grow."""
    inputs = replace(
        one_draw(DRAWS, 0),
        gpu_peak_flop_per_s=1e15,
        mfu=0.5,
        training_days=1e7 / 86400,
        largest_run_share=0.1,
        us_data_center_w=1e11,
        us_ai_data_center_w=5e10,
        us_data_center_growth=2.0,
        us_other_data_center_growth=3.0,
        watts_per_h100e=1000.0,
        flop_per_watt_growth=1.5,
        chip_stock_h100e=1e6,
        chip_production_h100e=1e6,
        chip_production_growth=1.0,
        chip_flop_growth=1.0,
        wafers_per_month=1e5,
        dies_per_wafer=50.0,
    )
    # others cannot outgrow the whole: AI keeps its half, of which 5 GW are 5 million chips of 5e21 FLOP
    found = log_paths(vars(inputs), ("epoch_distributed",), 2.0)[0]
    assert np.exp(found) == pytest.approx(5e6 * 5e21 * 4 * 2.25, rel=1e-10)
    found = log_paths(vars(inputs), ("epoch_chips",), 3.0)[0]
    assert np.exp(found) == pytest.approx(4e6 * 0.1 * 5e21, rel=1e-10)


def test_power_is_the_better_of_a_campus_and_a_network():
    both, campus, spread, network = log_paths(
        DRAWS, ("epoch_power", "epoch_campus", "epoch_distributed", "epoch_bandwidth"), 5.0
    )
    np.testing.assert_array_equal(both, np.maximum(np.minimum(spread, network), campus))
    assert {int(i) for i in np.argmin(np.abs([campus, spread, network] - both), axis=0)} == {0, 1, 2}


def test_the_data_ceiling_uses_the_supply_as_often_as_it_may():
    """C = 6 D^2 / 20 with D = passes x unique tokens."""
    ceiling = log_paths(DRAWS, ("epoch_data",), 4.0)[0]
    tokens = {m: training_tokens(Inputs(**distilled(m)), CLOCK, "modalities").at(4.0) for m in (1.0, 2.0)}
    np.testing.assert_allclose(
        ceiling, np.log(0.3) + 2 * (tokens[1.0] + np.log(DRAWS["max_passes"])), atol=1e-12
    )
    np.testing.assert_allclose(tokens[2.0] - tokens[1.0], np.log(2.0), atol=1e-12)


def distilled(multiplier):
    return DRAWS | {"distillation_multiplier": np.full(400, multiplier)}


def test_extreme_growth_does_not_overflow_single_precision():
    """The upper tail of the published growth of data centres is that heavy."""
    with jax.enable_x64(False):
        inputs = Inputs(**{name: np.float32(values[0]) for name, values in DRAWS.items()})
        fast = replace(inputs, us_data_center_growth=np.float32(60.0))
        path = EpochDistributed().path(fast, log_inputs(fast), CLOCK)
        assert np.isfinite(float(path.at(26.0)))
        assert np.isfinite(float(jax.grad(path.at)(26.0)))
