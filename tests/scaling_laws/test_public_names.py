"""Names and fields of `datawall.scaling_laws` that others rely on, each with a value found another way."""

import dataclasses
import math

import pytest

import datawall.scaling_laws as sl

LAW = sl.ScalingLaw(E=1.5, A=400.0, B=400.0, alpha=0.5, beta=0.5)
"""Symmetric: the optimum has as many parameters as tokens."""
REP = sl.Repetition(r_d=15.0, r_n=5.0)
FLOP = 6e24
N = 1e12
"""Parameters and tokens of the optimum at `FLOP`."""
FIRST_LOSS = 1.5 + 800 * N**-0.5
PLENTY = sl.Repetition(r_d=1e9, r_n=1e9)
"""Nothing saturates."""


def fields(record):
    return {field.name for field in dataclasses.fields(record)}


ALLOCATION = {"params", "tokens", "loss", "tokens_per_param"}
FIELDS = {
    "ScalingLaw": (LAW, {"E", "A", "B", "alpha", "beta"}),
    "Repetition": (REP, {"r_d", "r_n"}),
    "optimal_allocation": (sl.optimal_allocation(LAW, FLOP), ALLOCATION),
    "power_law_allocation": (sl.power_law_allocation(1.0, 0.5, FLOP), ALLOCATION),
    "distilled_optimum": (sl.distilled_optimum(LAW, FLOP, 1.0), ALLOCATION),
    "isoflop_penalty": (sl.isoflop_penalty(LAW, FLOP, 2.0), {"loss_excess", "compute_waste"}),
    "data_constrained_optimum": (
        sl.data_constrained_optimum(LAW, REP, FLOP, N),
        {"params", "tokens", "epochs", "loss", "tokens_per_param"},
    ),
    "repetition_frontier": (
        sl.repetition_frontier(LAW, REP, 2.0),
        {
            "param_multiple",
            "compute_multiplier",
            "ratio_multiplier",
            "effective_token_multiple",
            "avg_token_value",
            "marginal_token_value",
            "equal_loss_compute_multiplier",
            "compute_efficiency",
            "equal_loss_unique_multiple",
            "token_discount",
        },
    ),
    "overtraining": (sl.overtraining(LAW, 2.0), {"data_factor", "compute_factor", "k_max"}),
    "overtraining_constrained": (
        sl.overtraining_constrained(LAW, REP, 2.0, FLOP, N),
        {"params", "effective_tokens_needed", "epochs", "tokens", "flop"},
    ),
    "wall_date": (sl.wall_date(1.0, 0.5, 1e24, 4.0, 1e13, 1.0, 2024.0), {"status", "date"}),
    "price_decline": (sl.price_decline(4.0, 1.0), {"factor_per_year", "oom_per_year", "halving_months"}),
}


@pytest.mark.parametrize("name", FIELDS)
def test_fields(name):
    record, expected = FIELDS[name]
    assert fields(record) == expected


TWICE = 15.0 * (1 - math.exp(-1 / 15.0)) + 1
"""Worth of two epochs."""
HALF = 1 / (2 - math.sqrt(2)) ** 2
"""Factor on the data of a model half as large: `2 - sqrt(2)` is the room left to the token term."""

VALUES = {
    "LAWS": (lambda: sl.LAWS["besiroglu2024"].E, 1.8172),
    "REPETITIONS": (lambda: sl.REPETITIONS["muennighoff2023"].r_d, 15.39),
    "loss": (lambda: sl.loss(LAW, N, N), FIRST_LOSS),
    "optimal_allocation": (lambda: sl.optimal_allocation(LAW, FLOP).params, N),
    "flop_for_optimal_tokens": (lambda: sl.flop_for_optimal_tokens(LAW, N), FLOP),
    "flop_for_loss": (lambda: sl.flop_for_loss(LAW, FIRST_LOSS), FLOP),
    "isoflop_penalty": (
        lambda: sl.isoflop_penalty(LAW, FLOP, 4.0).loss_excess,
        400 * N**-0.5 * (2.0 + 0.5 - 2.0),
    ),
    "power_law_allocation": (lambda: sl.power_law_allocation(2.0, 0.5, 1e24).tokens, 2e12),
    "tokens_from_pivot": (lambda: sl.tokens_from_pivot(4e25, 1e25, 8e12, 0.5), 16e12),
    "effective_tokens": (lambda: sl.effective_tokens(N, 2 * N, 15.0), TWICE * N),
    "data_constrained_loss": (
        lambda: sl.data_constrained_loss(LAW, REP, N, 2 * N, N),
        1.5 + 400 * N**-0.5 * (1 + TWICE**-0.5),
    ),
    "data_constrained_optimum": (lambda: sl.data_constrained_optimum(LAW, REP, FLOP / 4, N).tokens, N / 2),
    "repetition_frontier": (lambda: sl.repetition_frontier(LAW, PLENTY, 3.0).compute_multiplier, 9.0),
    "epochs_for_compute_multiplier": (lambda: sl.epochs_for_compute_multiplier(LAW, PLENTY, 9.0), 3.0),
    "frontier_flop": (lambda: sl.frontier_flop(LAW, PLENTY, N, 2.0), 4 * FLOP),
    "unique_tokens_needed": (lambda: sl.unique_tokens_needed(LAW, PLENTY, 4 * FLOP, 2.0), N),
    "distilled_optimum": (lambda: sl.distilled_optimum(LAW, FLOP, 4.0).tokens, N / 2),
    "overtraining": (lambda: sl.overtraining(LAW, 2.0).data_factor, HALF),
    "overtraining_constrained": (
        lambda: sl.overtraining_constrained(LAW, REP, 2.0, FLOP, 10 * N).tokens,
        HALF * N,
    ),
    "max_overtraining": (lambda: sl.max_overtraining(LAW, REP, FLOP, HALF * N, 1.0), 2.0),
    "overtrained_wall_flop": (lambda: sl.overtrained_wall_flop(LAW, REP, 2.0, HALF * N, 1.0), FLOP),
    "effective_parameters": (lambda: sl.effective_parameters(1e11, 16.0, 0.5), 4e11),
    "flop_from_budget": (lambda: sl.flop_from_budget(1e6, 2.0, 1e15, 0.4), 5e5 * 3600 * 4e14),
    "budget_for_flop": (lambda: sl.budget_for_flop(5e5 * 3600 * 4e14, 2.0, 1e15, 0.4), 1e6),
    "chips_for_run": (lambda: sl.chips_for_run(86400 * 100 * 4e14 * 1e4, 100.0, 1e15, 0.4), 1e4),
    "days_for_run": (lambda: sl.days_for_run(86400 * 100 * 4e14 * 1e4, 1e7, 1e3, 1e15, 0.4), 100.0),
    "site_power": (lambda: sl.site_power(1e5, 1.4e3), 1.4e8),
    "training_flop": (lambda: sl.training_flop(1e12, 1e13), 6e25),
    "wall_date": (lambda: sl.wall_date(1.0, 0.5, 1e24, 4.0, 4e12, 1.0, 2024.0).date, 2026.0),
    "index_to_flop": (lambda: sl.index_to_flop(5.0, 2e25, 2.0), 2e27),
    "flop_to_index": (lambda: sl.flop_to_index(2e27, 2e25, 2.0), 5.0),
    "TABLES": (lambda: sl.TABLES["baseline"].index[0], 4.7),
    "table_growth": (lambda: sl.table_growth("bullish", "start"), 10 ** (2 * 1.5 / 4.1)),
    "table_lags": (lambda: sl.table_lags("bullish")[0], 0.8),
    "table_date_for_flop": (lambda: sl.table_date_for_flop("bullish", 2e27, "release"), 2025.2),
    "price_decline": (lambda: sl.price_decline(4.0, 1.0).halving_months, 6.0),
    "years_for_gain": (lambda: sl.years_for_gain(100.0, 10.0), 2.0),
    "learning_delay_ooms": (lambda: sl.learning_delay_ooms(6, 2, 1.0), 2.0),
}


@pytest.mark.parametrize("name", VALUES)
def test_value(name):
    found, expected = VALUES[name]
    assert float(found()) == pytest.approx(expected, rel=1e-5)


def test_status_of_a_wall():
    assert sl.wall_date(1.0, 0.5, 1e24, 4.0, 1e13, 1.0, 2024.0).status is sl.WallStatus.FUTURE
    assert {status.value for status in sl.WallStatus} == {"future", "past", "never"}


def test_every_public_name_is_checked():
    assert set(sl.__all__) == FIELDS.keys() | VALUES.keys() | {"WallStatus"}
