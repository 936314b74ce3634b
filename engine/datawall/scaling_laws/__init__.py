"""Scaling laws as published, and closed forms for single questions, independent of scenarios.

Every name in `__all__` is public here; its file may change.
"""

from datawall.scaling_laws.allocation import (
    flop_for_loss,
    flop_for_optimal_tokens,
    isoflop_penalty,
    loss,
    optimal_allocation,
    power_law_allocation,
    tokens_from_pivot,
)
from datawall.scaling_laws.costs import (
    budget_for_flop,
    chips_for_run,
    days_for_run,
    flop_from_budget,
    price_decline,
    site_power,
    training_flop,
    years_for_gain,
)
from datawall.scaling_laws.effective_data import (
    REPETITIONS,
    Repetition,
    epochs_for_compute_multiplier,
    frontier_flop,
    repetition_frontier,
    unique_tokens_needed,
)
from datawall.scaling_laws.exhaustion import WallStatus, wall_date
from datawall.scaling_laws.generations import (
    TABLES,
    flop_to_index,
    index_to_flop,
    table_date_for_flop,
    table_growth,
    table_lags,
)
from datawall.scaling_laws.laws import LAWS, ScalingLaw
from datawall.scaling_laws.learning_order import learning_delay_ooms
from datawall.scaling_laws.levers import (
    distilled_optimum,
    effective_parameters,
    max_overtraining,
    overtrained_wall_flop,
    overtraining,
    overtraining_constrained,
)
from datawall.scaling_laws.repetition import (
    data_constrained_loss,
    data_constrained_optimum,
    effective_tokens,
)

__all__ = [
    "LAWS",
    "REPETITIONS",
    "TABLES",
    "Repetition",
    "ScalingLaw",
    "WallStatus",
    "budget_for_flop",
    "chips_for_run",
    "data_constrained_loss",
    "data_constrained_optimum",
    "days_for_run",
    "distilled_optimum",
    "effective_parameters",
    "effective_tokens",
    "epochs_for_compute_multiplier",
    "flop_for_loss",
    "flop_for_optimal_tokens",
    "flop_from_budget",
    "flop_to_index",
    "frontier_flop",
    "index_to_flop",
    "isoflop_penalty",
    "learning_delay_ooms",
    "loss",
    "max_overtraining",
    "optimal_allocation",
    "overtrained_wall_flop",
    "overtraining",
    "overtraining_constrained",
    "power_law_allocation",
    "price_decline",
    "repetition_frontier",
    "site_power",
    "table_date_for_flop",
    "table_growth",
    "table_lags",
    "tokens_from_pivot",
    "training_flop",
    "unique_tokens_needed",
    "wall_date",
    "years_for_gain",
]
