"""Claims on records and dates: past runs, chips and releases; supply, the wall, generations and prices."""

import csv
import datetime as dt
from dataclasses import replace
from functools import cache
from typing import Any, Literal

import jax
import jax.numpy as jnp
import numpy as np

from datawall.errors import DatawallError
from datawall.forecasting.labels import time_grid
from datawall.model.inputs import Inputs
from datawall.model.registry import SUPPLIES
from datawall.model.world import simulate
from datawall.scaling_laws.costs import efficiency_growth, years_for_gain
from datawall.scaling_laws.exhaustion import DistillMode, wall_date
from datawall.scaling_laws.generations import SOURCE_GPT4_FLOP, SOURCE_OOM_PER_GENERATION, Clock
from datawall.scenario.files import folder
from datawall.studies.claims.computations import ALL_LAWS, GENERATIONS, Beliefs, computation, drawn
from datawall.units import DAYS_PER_YEAR, MONTHS_PER_YEAR, decimal_year
from datawall.validation import suggestion

_TERA = 1e12


@cache
def _rows(table: str) -> list[dict[str, str]]:
    with (folder() / "evidence" / table).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def evidence(table: str, key: str, name: str, column: str) -> float:
    """Return one number of a table of evidence; a day is returned as a decimal year.

    It stands in the first row whose column `key` is `name`.

    Raises
    ------
    DatawallError
        If there is no such row, or its cell is empty.

    Examples
    --------
    >>> evidence("hardware.csv", "chip", "NVIDIA H100 SXM5 80GB", "fp8_dense_tflops")
    1979.0
    """
    rows = {row[key]: row for row in reversed(_rows(table))}
    if name not in rows:
        raise DatawallError(f"evidence/{table}: no {key} {name!r}; {suggestion(name, rows)}")
    text = rows[name][column]
    if not text:
        raise DatawallError(f"evidence/{table}: {column} of {name!r} is not known; ask another column")
    try:
        return float(text)
    except ValueError:
        return decimal_year(dt.date.fromisoformat(text))


@computation()
def _recorded_run(beliefs: Beliefs, *, model: str, column: str, per: str = "") -> Any:  # noqa: ARG001
    """Return what is recorded of a training run, or its ratio to the same of another."""
    value = evidence("frontier_runs.csv", "model", model, column)
    return value / evidence("frontier_runs.csv", "model", per, column) if per else value


@computation()
def _recorded_share(beliefs: Beliefs, *, model: str, column: str, per: str) -> Any:  # noqa: ARG001
    """Return the ratio of two numbers recorded of one training run."""
    over, under = (evidence("frontier_runs.csv", "model", model, name) for name in (column, per))
    return over / under


@computation()
def _recorded_chip(beliefs: Beliefs, *, chip: str, column: str, per: str = "") -> Any:  # noqa: ARG001
    """Return what is recorded of a chip, or its ratio to the same of another; peaks in TFLOP/s."""
    value = evidence("hardware.csv", "chip", chip, column)
    return value / evidence("hardware.csv", "chip", per, column) if per else value


@computation()
def _stated_over_dense(beliefs: Beliefs, *, chip: str, flop_per_s: float) -> Any:  # noqa: ARG001
    """Return a stated peak over the dense FP8 peak that is recorded of a chip."""
    return flop_per_s / (_TERA * evidence("hardware.csv", "chip", chip, "fp8_dense_tflops"))


@computation()
def _formats_of_chip(beliefs: Beliefs, *, chip: str) -> Any:  # noqa: ARG001
    """Return the dense FP8 peak over the dense BF16 peak recorded of a chip."""
    fp8, bf16 = (evidence("hardware.csv", "chip", chip, f"{name}_dense_tflops") for name in ("fp8", "bf16"))
    return fp8 / bf16


@computation()
def _flop_over_run(beliefs: Beliefs, *, flop: float, model: str) -> Any:  # noqa: ARG001
    """Return stated compute over what is recorded of a run."""
    return flop / evidence("frontier_runs.csv", "model", model, "training_flop")


@computation()
def _gpt4_over_run(beliefs: Beliefs, *, model: str) -> Any:
    """Return GPT-4's compute as drawn, over what is recorded of another run."""
    return beliefs.inputs.gpt4_flop / evidence("frontier_runs.csv", "model", model, "training_flop")


@computation()
def _flop_over_gpt4(beliefs: Beliefs, *, flop: float) -> Any:
    """Return stated compute over GPT-4's as drawn."""
    return flop / beliefs.inputs.gpt4_flop


@computation()
def _recorded_lag(beliefs: Beliefs, *, model: str) -> Any:  # noqa: ARG001
    """Return the recorded time from the start of training to release [years]."""
    return evidence("release_lags.csv", "model", model, "start_to_release_months") / MONTHS_PER_YEAR


@computation()
def _recorded_trend(beliefs: Beliefs, *, quantity: str) -> Any:  # noqa: ARG001
    """Return the central value recorded of a trend."""
    return evidence("trends.csv", "quantity", quantity, "central")


@computation()
def _observed_price_fall(beliefs: Beliefs, *, years: float, scope: str) -> Any:  # noqa: ARG001
    """Return the fall of the price of a fixed capability over some years, at the pace observed."""
    return evidence("trends.csv", "scope", scope, "central") ** years


type _Pace = Literal["everything", "hardware_and_algorithms", "observed_prices"]


@computation()
def _supply_at(beliefs: Beliefs, *, at: float) -> Any:
    """Return the unique training tokens that can be had at a date."""
    years = at - beliefs.scenario.as_of
    return jnp.exp(SUPPLIES["components"].path(beliefs.inputs, beliefs.clock).at(years))


@computation(laws=ALL_LAWS)
def _wall_delay(beliefs: Beliefs, *, distill: float, mode: DistillMode) -> Any:
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
def _generation_date(beliefs: Beliefs, *, index: float, event: Clock) -> Any:
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
        scenario.questions,
        walls=(("tokens", (1.0,)), ("overtrained", (3.0,)), ("efficiency", (0.5,))),
    )
    # the source's own mapping, so that only the date is in question
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
def _lag_to_release(beliefs: Beliefs) -> Any:
    """Return the time from the start of training to release when nothing goes wrong [years]."""
    inputs = beliefs.inputs
    post_training = inputs.post_training_lag_months[0] / MONTHS_PER_YEAR
    return inputs.training_days / DAYS_PER_YEAR + post_training


@computation()
def _years_of_cheapening(beliefs: Beliefs, *, gain: float, pace: _Pace) -> Any:
    """Return how long a fixed capability takes to become `gain` times cheaper [years]."""
    inputs = beliefs.inputs
    if pace == "observed_prices":
        return years_for_gain(gain, evidence("trends.csv", "quantity", "inference_price", "central"))
    rest = inputs.other_efficiency_growth if pace == "everything" else 1.0
    growth = efficiency_growth(inputs.flop_per_usd_growth, inputs.algorithmic_halving_months, rest)
    return years_for_gain(gain, growth.pace.factor_per_year)
