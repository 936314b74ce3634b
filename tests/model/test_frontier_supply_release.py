from dataclasses import replace

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from datawall.model.clock import ANCHORS, clock_at
from datawall.model.frontier import binding, ceilings, log_lowest
from datawall.model.growth import log_saturating
from datawall.model.registry import SUPPLIES
from datawall.model.release import OUTCOMES, release_dates, release_delay
from datawall.model.supply import training_tokens
from support.world_cases import ANCHORS as DATES
from support.world_cases import AS_OF, OURS, QUESTIONS, YEARS, one_draw, oracle_of, random_draws
from support.world_oracle import LADDER

pytestmark = pytest.mark.usefixtures("exact")

CLOCK = clock_at(2026.0, dict.fromkeys(ANCHORS, 2025.0))
AT_ANCHOR, NEXT_YEAR = -1.0, 0.0
INPUTS = replace(
    one_draw(random_draws(1, 1, 2), 0),
    frontier_flop=1e26,
    compute_growth=4.0,
    slowdown_date=2027.5,
    growth_kept=0.5,
    run_budget_usd=1e9,
    run_budget_growth=2.0,
    run_budget_ceiling_usd=1e30,
    site_power_w=1.4e9,
    site_power_growth=1.5,
    site_power_ceiling_w=1e30,
    sites_per_run=2.0,
    chip_stock_h100e=2e7,
    chip_stock_growth=3.0,
    largest_run_share=0.05,
    latency_flop=2e31,
    training_days=100.0,
    mfu=0.4,
    format_speedup=1.0,
    usd_per_h100e_hour=0.4 * 989.4e12 * 3600 / 2e18,
    flop_per_usd_growth=1.25,
    watts_per_h100e=1400.0,
    flop_per_watt_growth=1.2,
    text_tokens=5e14,
    text_quality=0.2,
    supply_growth=1.1,
    private_text=0.0,
    private_text_tokens=3e13,
    multimodal=0.0,
    multimodal_tokens=7e13,
    synthetic_ratio=0.0,
    distillation_multiplier=1.0,
)
RUN_OF_AN_H100 = 989.4e12 * 0.4 * 8_640_000
"""FLOP in a hundred days at an MFU of .4: 3.42e21."""


def flop(name, inputs=INPUTS, t=AT_ANCHOR):
    return float(jnp.exp(ceilings(inputs, CLOCK, (name,))[0].at(t)))


@pytest.mark.parametrize(
    ("name", "at_anchor", "growth"),
    [
        ("trend", 1e26, 4.0),
        # 1e9 USD at 2e18 FLOP/USD
        ("spend", 2e27, 2.0 * 1.25),
        # two sites of a million H100 at 1.4 kW
        ("power", 2e6 * RUN_OF_AN_H100, 1.5 * 1.2),
        # a twentieth of 20 million H100
        ("chips", 1e6 * RUN_OF_AN_H100, 3.0),
        ("latency", 2e31, 1.0),
    ],
)
def test_ceilings_by_hand(name, at_anchor, growth):
    assert flop(name) == pytest.approx(at_anchor, rel=1e-10)
    assert flop(name, t=NEXT_YEAR) == pytest.approx(at_anchor * growth, rel=1e-10)


def test_the_order_of_ceilings_is_the_order_asked():
    asked = ("latency", "chips", "trend", "spend", "power")
    paths = ceilings(INPUTS, CLOCK, asked)
    by_name = dict(zip(OURS, ceilings(INPUTS, CLOCK, OURS), strict=True))
    assert [float(path.at(0.5)) for path in paths] == [float(by_name[name].at(0.5)) for name in asked]
    levels = [float(path.at(0.5)) for path in paths]
    assert float(log_lowest(paths, 0.5)) == min(levels)
    assert int(binding(jnp.array(levels))) == levels.index(min(levels))


def test_the_first_of_equal_ceilings_binds():
    assert int(binding(jnp.array([3.0, 2.0, 2.0, 2.0]))) == 1


@pytest.mark.parametrize(
    ("change", "factors"),
    [
        ({"format_speedup": 2.0}, {"spend": 2.0, "power": 2.0, "chips": 2.0}),
        ({"mfu": 0.2}, {"spend": 0.5, "power": 0.5, "chips": 0.5}),
        ({"training_days": 50.0}, {"power": 0.5, "chips": 0.5}),
        ({"watts_per_h100e": 700.0}, {"power": 2.0}),
        ({"sites_per_run": 6.0}, {"power": 3.0}),
        ({"usd_per_h100e_hour": 2 * INPUTS.usd_per_h100e_hour}, {"spend": 0.5}),
        ({"largest_run_share": 0.1}, {"chips": 2.0}),
    ],
)
def test_each_ceiling_uses_its_inputs_and_no_others(change, factors):
    for name in OURS:
        ratio = flop(name, replace(INPUTS, **change)) / flop(name)
        assert ratio == pytest.approx(factors.get(name, 1.0), rel=1e-10)


def test_the_trend_slows_in_the_middle_of_a_year():
    """4x a year to 2027.5, 2x after."""
    path = [flop("trend", t=t) for t in (1.0, 1.5, 2.0, 3.5)]
    np.testing.assert_allclose(path, [1e26 * 16, 1e26 * 32, 1e26 * 32 * 2**0.5, 1e26 * 32 * 4], rtol=1e-10)


def test_a_slowdown_before_the_anchor_counts_from_the_anchor():
    early = replace(INPUTS, slowdown_date=2020.0)
    path = [flop("trend", early, t) for t in (-2.0, -1.0, 0.0)]
    np.testing.assert_allclose(path, [1e26 / 4, 1e26, 2e26], rtol=1e-10)


def test_saturation():
    """The value far below the ceiling, the ceiling far above it, 1 - 1/e of it when level."""
    found = [float(jnp.exp(log_saturating(jnp.log(v), jnp.log(1e12)))) for v in (1.0, 1e12, 1e15)]
    np.testing.assert_allclose(found, [1.0, 1e12 * (1 - np.exp(-1)), 1e12], rtol=1e-10)
    bound = replace(INPUTS, run_budget_ceiling_usd=1e9, site_power_ceiling_w=1.4e9)
    for name in ("spend", "power"):
        assert flop(name, bound) == pytest.approx(flop(name) * (1 - np.exp(-1)), rel=1e-10)


@pytest.mark.parametrize("seed", range(5))
def test_paths_are_those_of_the_independent_model(seed):
    inputs = one_draw(random_draws(1, seed, 2), 0)
    clock, oracle = clock_at(AS_OF, DATES), oracle_of(inputs, LADDER)
    for year in YEARS[::4]:
        found = [float(path.at(year - AS_OF)) for path in ceilings(inputs, clock, OURS)]
        np.testing.assert_allclose(found, oracle.ceilings(year), rtol=1e-12)
        tokens = float(jnp.exp(training_tokens(inputs, clock, "components").at(year - AS_OF)))
        assert tokens == pytest.approx(float(oracle.unique(year)), rel=1e-10)


@pytest.mark.parametrize(
    ("change", "tokens"),
    [
        ({}, 1e14),
        ({"private_text": 1.0}, 1.3e14),
        ({"multimodal": 1.0}, 1.7e14),
        ({"private_text": 1.0, "multimodal": 1.0, "synthetic_ratio": 0.5}, 3e14),
    ],
)
def test_supply_by_hand(change, tokens):
    inputs = replace(INPUTS, distillation_multiplier=2.0, **change)
    for t, growth in ((AT_ANCHOR, 1.0), (NEXT_YEAR, 1.1), (AT_ANCHOR - 1.0, 1 / 1.1)):
        unique = float(jnp.exp(SUPPLIES["components"].path(inputs, CLOCK).at(t)))
        assert unique == pytest.approx(tokens * growth, rel=1e-10)
        training = float(jnp.exp(training_tokens(inputs, CLOCK, "components").at(t)))
        assert training == pytest.approx(2 * tokens * growth, rel=1e-10)


def test_the_clock_reads_years_since_the_as_of_date():
    clock = clock_at(
        2026.75, dict(zip(ANCHORS, (2025.5, 2026.0, 2026.5, 2027.0, 2024.0, 2022.25), strict=True))
    )
    assert (clock.frontier, clock.spending, clock.power) == (-1.25, -0.75, -0.25)
    assert (clock.chips, clock.supply, clock.gpt4) == (0.25, -2.75, -4.5)


def test_the_clock_loses_no_digits_in_single_precision():
    with jax.enable_x64(False):
        clock = clock_at(2026.8333, dict.fromkeys(ANCHORS, 2025.0))
        date = jnp.float32(2026.875)
        assert float(clock.since_as_of(date)) == pytest.approx(2026.875 - 2026.8333, abs=1e-7)


LAG = {"staged": 2.0, "slipped": 7.0, "cancelled": 11.0}


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_each_outcome_adds_its_own_months(outcome):
    inputs = replace(
        INPUTS,
        training_days=365.25 / 2,
        release_outcome=jnp.array([float(OUTCOMES.index(outcome)), 0.0]),
        post_training_lag_months=jnp.array([3.0, 6.0]),
        staging_months=jnp.full(2, LAG["staged"]),
        slip_months=jnp.full(2, LAG["slipped"]),
        retry_months=jnp.full(2, LAG["cancelled"]),
    )
    expected = [0.5 + (3.0 + LAG.get(outcome, 0.0)) / 12, 0.5 + 6.0 / 12]
    np.testing.assert_allclose(release_delay(inputs, QUESTIONS), expected, rtol=1e-12)


def test_outcomes_are_those_of_the_declaration():
    assert OUTCOMES == ("on_time", "staged", "slipped", "cancelled")


def test_a_larger_generation_released_first_answers_for_the_smaller():
    starts = jnp.array([0.0, 1.0, 2.0, 5.0])
    found = release_dates(starts, jnp.array([4.0, 2.5, 0.5, 1.0]))
    np.testing.assert_array_equal(found, [2.5, 2.5, 2.5, 6.0])


def test_releases_that_never_or_long_ago_happened():
    found = release_dates(jnp.array([-jnp.inf, 1.0, jnp.inf]), jnp.array([1.0, 1.0, 1.0]))
    np.testing.assert_array_equal(found, [-np.inf, 2.0, np.inf])


def test_releases_of_many_draws_are_in_order():
    rng = np.random.default_rng(8)
    starts, delays = np.sort(rng.normal(size=(4, 50)), axis=0), rng.exponential(size=(4, 50))
    found = np.asarray(release_dates(jnp.asarray(starts), jnp.asarray(delays)))
    assert (np.diff(found, axis=0) >= 0).all()
    own = starts + delays
    np.testing.assert_array_equal(found, [own[k:].min(axis=0) for k in range(4)])
