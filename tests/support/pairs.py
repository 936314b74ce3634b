"""Two made-up scenarios whose wall dates have a closed form, for the tests of comparisons."""

from typing import Any

import numpy as np

from datawall.model.inputs import DECLARATIONS
from support.scenario_files import prior, valid_scenario

DRAWS = 4096
PASSES = 4.0
LEVELS = ("frontier_flop", "text_tokens", "tokens_per_param_1e21")
"""Lognormal, so that the wall date is normal and its median is at theirs; all other inputs are points."""
SPREAD = 1.6
"""The 90 % quantile over the median."""

FIRST = {
    "frontier_flop": 2e27,
    "compute_growth": 3.5,
    "text_tokens": 5e14,
    "supply_growth": 1.07,
    "params_exponent": 0.48,
    "tokens_per_param_1e21": 18.0,
    "overtraining_factor": 0.5,
}
OTHER = {
    "frontier_flop": 1e27,
    "compute_growth": 2.5,
    "text_tokens": 2e14,
    "supply_growth": 1.02,
    "params_exponent": 0.52,
    "tokens_per_param_1e21": 30.0,
    "overtraining_factor": 1.0,
}
FIRST_ANCHORS = {"frontier": 2026.0, "spending": 2026.0, "supply": 2024.0}
OTHER_ANCHORS = {"frontier": 2025.5, "spending": 2025.0, "supply": 2022.0}
GROUPS = {
    "frontier_flop": "compute",
    "compute_growth": "compute",
    "text_tokens": "data",
    "supply_growth": "data",
    "params_exponent": "law",
    "tokens_per_param_1e21": "law",
    "overtraining_factor": "policy",
}

ALIKE = {
    "slowdown_date": 2099.0,
    "growth_kept": 0.5,
    "run_budget_usd": 1e15,
    "run_budget_ceiling_usd": 1e20,
    "text_quality": 0.2,
    "private_text": "unused",
    "multimodal": "unused",
    "synthetic_ratio": 0.0,
    "distillation_reading": "nominal",
    "exponent_sum": 0.71,
    "distillation_multiplier": 1.0,
    "repetition_form": "effective_data",
    "repetition_r_d": 15.39,
    "release_outcome": "on_time",
    "sparsity": 1.0,
    "multi_token_overhead": 0.0,
    "gpt4_flop": 2.1e25,
    "oom_per_generation": 2.0,
}


def _plain(declaration: Any) -> Any:
    if declaration.options:
        return declaration.options[0]
    return max(declaration.lower, 0.5) if declaration.upper < np.inf else max(declaration.lower, 0.0) + 1.0


def tables(
    name: str,
    values: dict[str, Any],
    anchors: dict[str, float],
    as_of: float = 2025.5,
    ceilings: tuple[str, ...] = ("trend", "spend"),
) -> dict[str, Any]:
    """Return the tables of a scenario under a trend and a budget, with few questions."""
    found = valid_scenario()
    found |= {"name": name, "correlations": [], "as_of": as_of, "horizon": 2050.5}
    found["questions"] |= {
        "ceilings": list(ceilings),
        "token_passes": [PASSES],
        "effective_passes": [4],
        "frontier_passes": [4],
        "efficiency": [0.5],
        "generations": [5.5],
        "price_gains": [100],
        "compute_levels": [1e29],
    }
    found["anchors"] |= anchors
    points = {name: _plain(declared) for name, declared in DECLARATIONS.items()} | ALIKE | values
    for key, value in points.items():
        if key in LEVELS:
            interval = [value / SPREAD, value * SPREAD]
            found["priors"][key] = prior(key, family="lognormal", interval=interval, mass=0.8)
        else:
            found["priors"][key] = prior(key, family="fixed", value=value)
    return found


def mixed(from_first: set[str]) -> tuple[dict[str, Any], dict[str, float]]:
    """Return the values and anchors of the scenario that has these groups from the first one."""
    values = {key: (FIRST if GROUPS[key] in from_first else OTHER)[key] for key in FIRST}
    owners = {"frontier": "compute", "spending": "compute", "supply": "data"}
    anchors = {
        key: (FIRST_ANCHORS if group in from_first else OTHER_ANCHORS)[key] for key, group in owners.items()
    }
    return values, anchors


def wall_date(values: dict[str, Any], anchors: dict[str, float]) -> float:
    """MODEL: t = t0 + ln(Q S0 / (k kappa C0^b)) / (b ln g_C - ln g_S), both levels carried to one date."""
    b = 1.0 - values["params_exponent"]
    growth, supply = np.log(values["compute_growth"]), np.log(values["supply_growth"])
    tokens_ref = np.sqrt(values["tokens_per_param_1e21"] * 1e21 / 6.0)
    stock = np.log(values["text_tokens"] * ALIKE["text_quality"])
    stock += supply * (anchors["frontier"] - anchors["supply"])
    demand = np.log(tokens_ref) + b * np.log(values["frontier_flop"] / 1e21)
    gap = np.log(PASSES / values["overtraining_factor"]) + stock - demand
    return anchors["frontier"] + gap / (b * growth - supply)
