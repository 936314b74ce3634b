"""Claims on dates and growth: supply, the wall, generations, prices."""

from dataclasses import replace
from functools import cache
from typing import Any, Literal

import jax
import jax.numpy as jnp
import numpy as np

from datawall.errors import DatawallError
from datawall.forecasting.simulation import time_grid
from datawall.model.inputs import Inputs
from datawall.model.supply import unique_tokens
from datawall.model.world import simulate
from datawall.scaling_laws.exhaustion import DistillMode, wall_date
from datawall.scaling_laws.generations import SOURCE_GPT4_FLOP, SOURCE_OOM_PER_GENERATION, Clock
from datawall.scaling_laws.price import efficiency_growth, years_for_gain
from datawall.studies.claims.beliefs import GENERATIONS, Beliefs, drawn
from datawall.studies.claims.recorded import evidence
from datawall.studies.claims.registry import ALL_LAWS, computation
from datawall.units import DAYS_PER_YEAR, MONTHS_PER_YEAR

type Pace = Literal["everything", "hardware_and_algorithms", "observed_prices"]


@computation()
def supply_at(beliefs: Beliefs, *, at: float) -> Any:
    """Return the unique training tokens that can be had at a date."""
    years = at - beliefs.scenario.as_of
    return jnp.exp(unique_tokens(beliefs.inputs, beliefs.clock).at(years))


@computation(laws=ALL_LAWS)
def wall_delay(beliefs: Beliefs, *, distill: float, mode: DistillMode) -> Any:
    """Return by how much a token multiplier delays the wall of one pass [years]."""
    inputs, law = beliefs.inputs, beliefs.law
    supply = inputs.text_tokens * inputs.text_quality

    def date(multiplier: float) -> Any:
        return wall_date(
            jnp.exp(law.log_token_coef),
            law.token_exponent,
            inputs.frontier_flop,
            inputs.compute_growth,
            supply,
            inputs.supply_growth,
            0.0,
            distill=multiplier,
            distill_mode=mode,
        ).date

    return date(distill) - date(1.0)


@computation()
def generation_date(beliefs: Beliefs, *, index: float, event: Clock) -> Any:
    """Return when a generation starts training or is released, by raw compute and 100x a unit of index."""
    if index not in GENERATIONS:
        known = ", ".join(map(str, GENERATIONS))
        raise DatawallError(f"claims: no generation {index:g} is dated; use one of: {known}")
    return _generation_dates(beliefs)[event][GENERATIONS.index(index)]


@cache
def _generation_dates(beliefs: Beliefs) -> dict[str, np.ndarray]:
    """Return the dates of all generations asked, by event, as the world model has them [year]."""
    scenario = beliefs.scenario
    asked = replace(
        scenario.questions, token_passes=(1.0,), effective_passes=(), frontier_passes=(), efficiency=(0.5,)
    )
    # the source's own mapping, so that only when is in question and not what
    inputs = vars(beliefs.inputs) | {
        "gpt4_flop": drawn(beliefs, SOURCE_GPT4_FLOP),
        "oom_per_generation": drawn(beliefs, SOURCE_OOM_PER_GENERATION),
    }
    single = {name: np.asarray(value, np.float32) for name, value in inputs.items()}
    grid = np.asarray(time_grid(scenario.as_of, scenario.horizon) - scenario.as_of, np.float32)
    with jax.enable_x64(False):  # the world model is written for single precision
        future = jax.jit(lambda values, times: simulate(Inputs(**values), beliefs.clock, times, asked))(
            single, grid
        )
    dates = {"start": future.starts["raw"], "release": future.releases["raw"]}
    return {event: np.asarray(value, np.float64) + scenario.as_of for event, value in dates.items()}


@computation()
def lag_to_release(beliefs: Beliefs) -> Any:
    """Return the time from the start of training to release when nothing goes wrong [years]."""
    inputs = beliefs.inputs
    post_training = inputs.post_training_lag_months[0] / MONTHS_PER_YEAR
    return inputs.training_days / DAYS_PER_YEAR + post_training


@computation()
def years_of_cheapening(beliefs: Beliefs, *, gain: float, pace: Pace) -> Any:
    """Return how long a fixed capability takes to become `gain` times cheaper [years]."""
    inputs = beliefs.inputs
    if pace == "observed_prices":
        return years_for_gain(gain, evidence("trends.csv", "quantity", "inference_price", "central"))
    rest = inputs.other_efficiency_growth if pace == "everything" else 1.0
    growth = efficiency_growth(inputs.flop_per_usd_growth, inputs.algorithmic_halving_months, rest)
    return years_for_gain(gain, growth.pace.factor_per_year)
