"""Claims that the evidence settles: what is recorded of models, chips and releases."""

import csv
import datetime as dt
from functools import cache
from typing import Any

from datawall.errors import DatawallError
from datawall.scenario.files import folder
from datawall.studies.claims.beliefs import Beliefs
from datawall.studies.claims.registry import computation
from datawall.units import MONTHS_PER_YEAR, decimal_year
from datawall.validation import suggestion

TERA = 1e12


@cache
def _rows(table: str) -> list[dict[str, str]]:
    with (folder() / "evidence" / table).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def evidence(table: str, key: str, name: str, column: str) -> float:
    """Return one recorded number; a day is returned as a decimal year.

    Parameters
    ----------
    table
        File in the folder of the evidence.
    key, name
        The first row whose column `key` is `name`.
    column
        The column to read.

    Raises
    ------
    DatawallError
        If there is no such row, or nothing is known there.

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
def recorded_run(beliefs: Beliefs, *, model: str, column: str, per: str = "") -> Any:  # noqa: ARG001
    """Return what is recorded of a training run, or its ratio to the same of another."""
    value = evidence("frontier_runs.csv", "model", model, column)
    return value / evidence("frontier_runs.csv", "model", per, column) if per else value


@computation()
def recorded_share(beliefs: Beliefs, *, model: str, column: str, per: str) -> Any:  # noqa: ARG001
    """Return the ratio of two numbers recorded of one training run."""
    over, under = (evidence("frontier_runs.csv", "model", model, name) for name in (column, per))
    return over / under


@computation()
def recorded_chip(beliefs: Beliefs, *, chip: str, column: str, per: str = "") -> Any:  # noqa: ARG001
    """Return what is recorded of a chip, or its ratio to the same of another; peaks in TFLOP/s."""
    value = evidence("hardware.csv", "chip", chip, column)
    return value / evidence("hardware.csv", "chip", per, column) if per else value


@computation()
def stated_over_dense(beliefs: Beliefs, *, chip: str, flop_per_s: float) -> Any:  # noqa: ARG001
    """Return a stated peak over the dense FP8 peak that is recorded of a chip."""
    return flop_per_s / (TERA * evidence("hardware.csv", "chip", chip, "fp8_dense_tflops"))


@computation()
def formats_of_chip(beliefs: Beliefs, *, chip: str) -> Any:  # noqa: ARG001
    """Return the dense FP8 peak over the dense BF16 peak recorded of a chip."""
    fp8, bf16 = (evidence("hardware.csv", "chip", chip, f"{name}_dense_tflops") for name in ("fp8", "bf16"))
    return fp8 / bf16


@computation()
def flop_over_run(beliefs: Beliefs, *, flop: float, model: str) -> Any:  # noqa: ARG001
    """Return stated compute over what is recorded of a run."""
    return flop / evidence("frontier_runs.csv", "model", model, "training_flop")


@computation()
def gpt4_over_run(beliefs: Beliefs, *, model: str) -> Any:
    """Return GPT-4's compute as drawn, over what is recorded of another run."""
    return beliefs.inputs.gpt4_flop / evidence("frontier_runs.csv", "model", model, "training_flop")


@computation()
def flop_over_gpt4(beliefs: Beliefs, *, flop: float) -> Any:
    """Return stated compute over GPT-4's as drawn."""
    return flop / beliefs.inputs.gpt4_flop


@computation()
def recorded_lag(beliefs: Beliefs, *, model: str) -> Any:  # noqa: ARG001
    """Return the recorded time from the start of training to release [years]."""
    return evidence("release_lags.csv", "model", model, "start_to_release_months") / MONTHS_PER_YEAR


@computation()
def recorded_trend(beliefs: Beliefs, *, quantity: str) -> Any:  # noqa: ARG001
    """Return the central value recorded of a trend."""
    return evidence("trends.csv", "quantity", quantity, "central")


@computation()
def observed_price_fall(beliefs: Beliefs, *, years: float, scope: str) -> Any:  # noqa: ARG001
    """Return the fall of the price of a fixed capability over some years, at the pace observed."""
    return evidence("trends.csv", "scope", scope, "central") ** years
