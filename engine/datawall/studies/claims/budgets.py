"""Claims on money, chips and power, at the prices of a date. Peaks are dense."""

from typing import Any

from datawall.model.ceilings.frontier import H100_FLOP_PER_S
from datawall.scaling_laws.hardware import budget_for_flop, chips_for_run, flop_from_budget, site_power
from datawall.studies.claims.beliefs import Beliefs
from datawall.studies.claims.registry import LOSS_LAWS, computation
from datawall.studies.claims.sizes import Rule, overtrained

FP8_OVER_BF16 = 2.0
"""Dense peak of eight-bit over sixteen-bit numbers on the vendor's data sheets [x]."""


def usd_per_hour(beliefs: Beliefs, at: float) -> Any:
    """Return the price of an H100-equivalent at a date [USD/h]."""
    years = beliefs.scenario.anchors["spending"] - at
    return beliefs.inputs.usd_per_h100e_hour * beliefs.inputs.flop_per_usd_growth**years


def watts_per_h100e(beliefs: Beliefs, at: float) -> Any:
    """Return the all-in power of an H100-equivalent at a date [W]."""
    years = beliefs.scenario.anchors["power"] - at
    return beliefs.inputs.watts_per_h100e * beliefs.inputs.flop_per_watt_growth**years


def fp8_peak(sparse: float) -> float:
    """Return the FP8 peak of an H100-equivalent, or the sparse figure `sparse` times as high [FLOP/s]."""
    return FP8_OVER_BF16 * sparse * H100_FLOP_PER_S


@computation()
def flop_of_budget(beliefs: Beliefs, *, usd: float, at: float, sparse: float = 1.0) -> Any:
    """Return the FP8 compute that a budget buys at a date [FLOP]."""
    price = usd_per_hour(beliefs, at)
    return flop_from_budget(usd, price, fp8_peak(sparse), beliefs.inputs.mfu)


@computation()
def usd_of_flop(beliefs: Beliefs, *, flop: float, at: float, sparse: float = 1.0) -> Any:
    """Return what FP8 compute costs at a date [USD]."""
    price = usd_per_hour(beliefs, at)
    return budget_for_flop(flop, price, fp8_peak(sparse), beliefs.inputs.mfu)


@computation(laws=LOSS_LAWS)
def usd_of_overtraining(
    beliefs: Beliefs, *, flop: float, shrink: float, at: float, rule: Rule = "law", sparse: float = 1.0
) -> Any:
    """Return the cost of a smaller model whose loss is that of the optimum at `flop` [USD]."""
    spent = flop * overtrained(beliefs, shrink, rule).compute_factor
    return usd_of_flop(beliefs, flop=spent, at=at, sparse=sparse)


@computation()
def power_of_run(
    beliefs: Beliefs, *, flop: float, at: float, sparse: float = 1.0, days: float = float("nan")
) -> Any:
    """Return the all-in power of a run in FP8, of the drawn duration unless `days` says otherwise [W]."""
    duration = days if days == days else beliefs.inputs.training_days
    chips = chips_for_run(flop, duration, fp8_peak(sparse), beliefs.inputs.mfu)
    return site_power(chips, watts_per_h100e(beliefs, at))
