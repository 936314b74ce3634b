"""Draws of the world for tests: wide but sane, with every form, outcome and ceiling among them."""

from dataclasses import replace
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from datawall.model.clock import clock_at
from datawall.model.inputs import DECLARATIONS, Inputs, in_play
from datawall.model.questions import Questions
from datawall.model.world import simulate
from support.world_oracle import Oracle

AS_OF = 2026.75
ANCHORS = {
    "frontier": 2025.75,
    "spending": 2026.0,
    "power": 2026.5,
    "chips": 2026.125,
    "supply": 2024.0,
    "gpt4": 2022.375,
}
HORIZON = 2050.0
YEARS = np.concatenate([AS_OF - np.arange(3.0, 0.0, -1.0), [AS_OF], np.arange(2027.0, HORIZON + 1.0)])
"""Three years back, the as-of date and every first of January after it; exact in single precision."""
OURS = ("trend", "spend", "power", "chips", "latency")
"""The ceilings of the project's own account of compute."""
QUESTIONS = Questions(
    ceilings=OURS,
    walls=(
        ("tokens", (1.0, 4.0, 16.0)),
        ("effective", (4.0, 16.0)),
        ("overtrained", (3.0,)),
        ("frontier", (4.0, 16.0)),
        ("efficiency", (0.5, 0.1)),
    ),
    generations=(5.0, 5.5, 6.0, 6.5, 7.0),
    price_gains=(10.0, 100.0),
)

RANGES = {
    "frontier_flop": (1e26, 6e27),
    "compute_growth": (1.5, 6.0),
    "slowdown_date": (2025.0, 2036.0),
    "growth_kept": (0.1, 0.9),
    "run_budget_usd": (1e9, 1e10),
    "run_budget_growth": (1.2, 3.0),
    "run_budget_ceiling_usd": (2e10, 1e12),
    "site_power_w": (0.3e9, 2e9),
    "site_power_growth": (1.2, 2.2),
    "site_power_ceiling_w": (3e9, 5e10),
    "sites_per_run": (1.0, 5.0),
    "chip_stock_h100e": (1e7, 3e7),
    "chip_stock_growth": (1.4, 3.0),
    "largest_run_share": (0.02, 0.3),
    "latency_flop": (1e29, 1e32),
    "training_days": (40.0, 300.0),
    "mfu": (0.15, 0.5),
    "format_speedup": (1.0, 3.0),
    "usd_per_h100e_hour": (1.0, 3.0),
    "flop_per_usd_growth": (1.1, 1.5),
    "watts_per_h100e": (900.0, 1500.0),
    "flop_per_watt_growth": (1.1, 1.5),
    "text_tokens": (5e13, 3e15),
    "text_quality": (0.05, 0.5),
    "supply_growth": (1.0, 1.15),
    "private_text_tokens": (5e12, 3e14),
    "multimodal_tokens": (5e12, 6e14),
    "synthetic_ratio": (0.01, 2.0),
    "distillation_multiplier": (1.0, 2.5),
    "params_exponent": (0.38, 0.62),
    "tokens_per_param_1e21": (6.0, 50.0),
    "irreducible_loss": (1.5, 2.0),
    "reducible_loss_1e21": (0.3, 0.8),
    "exponent_sum": (0.45, 1.1),
    "overtraining_factor": (0.7, 4.0),
    "repetition_r_d": (5.0, 100.0),
    "repetition_r_n": (1.5, 200.0),
    "repetition_penalty": (1e-3, 0.03),
    "penalty_passes_exponent": (0.25, 0.55),
    "penalty_size_exponent": (0.4, 1.0),
    "max_passes": (1.5, 30.0),
    "sparsity": (1.0, 40.0),
    "sparsity_exponent": (0.02, 0.8),
    "hybrid_factor": (0.4, 1.6),
    "multi_token_overhead": (1e-3, 0.1),
    "gpt4_flop": (8e24, 4.4e25),
    "oom_per_generation": (0.7, 2.3),
    "algorithmic_halving_months": (4.0, 16.0),
    "other_efficiency_growth": (1.05, 5.0),
    "post_training_lag_months": (0.5, 10.0),
    "staging_months": (0.2, 5.0),
    "slip_months": (1.0, 14.0),
    "retry_months": (4.0, 20.0),
}


def random_draws(count: int, seed: int, generations: int, **fixed: float) -> dict[str, np.ndarray]:
    """Return draws on the last axis of every input, as numbers that single precision holds exactly."""
    rng = np.random.default_rng(seed)
    draws = {}
    for name in in_play(QUESTIONS.parts):
        declared = DECLARATIONS[name]
        shape = (generations, count) if declared.per else (count,)
        if declared.options:
            values = rng.integers(0, len(declared.options), shape)
        else:
            low, high = RANGES[name]
            values = np.exp(rng.uniform(np.log(low), np.log(high), shape))
        draws[name] = np.where(name in fixed, fixed.get(name, 0.0), values).astype(np.float32).astype(float)
    return draws


def one_draw(draws: dict[str, np.ndarray], index: int) -> Inputs:
    """Return one of the draws in plain numbers."""
    single = {name: value[..., index] for name, value in draws.items()}
    return Inputs(**{name: value if value.ndim else float(value) for name, value in single.items()})


def oracle_of(inputs: Inputs, counts: Any, **changed: float) -> Oracle:
    """Return the independent model of a draw."""
    return Oracle(replace(inputs, **changed), AS_OF, ANCHORS, float(YEARS[0]), HORIZON, counts)


def futures(
    draws: Any,
    questions: Questions = QUESTIONS,
    anchors: dict[str, float] = ANCHORS,
    batch: Any = lambda f: f,
) -> Any:
    """Return the engine's answer in the precision in force, draws on the last axis."""

    @jax.jit
    def run(values, clock, grid):
        return batch(lambda one: simulate(Inputs(**one), clock, grid, questions))(values)

    future = run(jax.tree.map(jnp.asarray, draws), clock_at(AS_OF, anchors), jnp.asarray(YEARS - AS_OF))
    return jax.tree.map(np.asarray, future)
