"""Epoch's ceilings and its stock of data, with the numbers of one future put in."""

import math
from collections.abc import Mapping

from datawall.analysis.explanation.steps import digits as n
from datawall.model.ceilings import epoch2030
from datawall.model.ceilings.frontier import log_inputs
from datawall.model.clock import clock_at
from datawall.model.inputs import Inputs

EQUATIONS = {
    "epoch_power": "max(min(distributed, bandwidth), campus)",
    "epoch_campus": "campus power / W per GPU x growth x FLOP/s x seconds",
    "epoch_distributed": "(all data centres - others) x share / W per GPU x growth x FLOP/s x seconds",
    "epoch_bandwidth": "120 N^2 with T B = 20 N (16 N / F + 2 delay)",
    "epoch_chips": "(stock + chips made since, as long as wafers last) x share x FLOP/s x seconds",
    "epoch_data": "6 D^2 / 20 with D = stock of data x passes",
}
SUPPLY_EQUATION = "m U = (text + (images + video) tokens each + sound x tokens/s) quality growth m"


def _run(i: Inputs) -> str:
    return f"{n(i.gpu_peak_flop_per_s)} * {n(i.mfu)} * {n(i.training_days)} * 86400"


def _per_w(i: Inputs, years: float) -> str:
    return f"{_run(i)} / {n(i.watts_per_h100e)} * {n(i.flop_per_watt_growth)}**{n(years)}"


def _campus(i: Inputs, anchors: Mapping[str, float], date: float) -> str:
    return f"{n(i.campus_power_w)} * {_per_w(i, date - anchors['power'])}"


def _distributed(i: Inputs, anchors: Mapping[str, float], date: float) -> str:
    years = date - anchors["power"]
    growth = i.us_data_center_growth
    others_growth = min(i.us_other_data_center_growth, growth)
    others = i.us_data_center_w - i.us_ai_data_center_w
    watts = (
        f"({n(i.us_data_center_w)} * {n(growth)}**{n(years)} - {n(others)} * {n(others_growth)}**{n(years)})"
    )
    if years < 0.0:
        slope = (i.us_data_center_w * math.log(growth) - others * math.log(others_growth)) / (
            i.us_ai_data_center_w
        )
        watts = f"{n(i.us_ai_data_center_w)} * exp({n(slope)} * {n(years)})"
    return f"{watts} * {n(i.largest_run_share)} * {_per_w(i, years)}"


def _bandwidth(i: Inputs, anchors: Mapping[str, float], date: float) -> str:
    years = date - anchors["power"]
    square = f"320 / ({n(i.network_bits_per_s)} * {n(i.network_growth)}**{n(years)})"
    linear = f"40 * {n(i.network_loop_km)} / {n(epoch2030.FIBRE_KM_PER_S)}"
    tokens = f"{n(i.batch_tokens)} * {n(i.training_days)} * 86400"
    root = f"(({linear})**2 + 4 * {square} * {tokens})**0.5"
    return f"120 * (2 * {tokens} / ({linear} + {root}))**2"


def _power(i: Inputs, anchors: Mapping[str, float], date: float) -> str:
    joined = f"min({_distributed(i, anchors, date)}, {_bandwidth(i, anchors, date)})"
    return f"max({joined}, {_campus(i, anchors, date)})"


def _chips(i: Inputs, anchors: Mapping[str, float], date: float) -> str:
    stock = epoch2030.chips(i, log_inputs(i), clock_at(date, anchors))
    years = date - anchors["chips"]
    if years < 0.0:
        held = f"{n(stock.level)} * exp({n(stock.production)} / {n(stock.level)} * {n(years)})"
    else:
        early, late = min(years, float(stock.turn)), max(years - float(stock.turn), 0.0)
        added = _accrued(stock.rate, early)
        if late:
            added += f" + exp({n(stock.rate)} * {n(early)}) * {_accrued(stock.later_rate, late)}"
        held = f"({n(stock.level)} + {n(stock.production)} * ({added}))"
    return f"{held} * {n(i.largest_run_share)} * {_run(i)}"


def _accrued(rate: float, years: float) -> str:
    return f"(exp({n(rate)} * {n(years)}) - 1) / {n(rate)}" if rate else n(years)


def supply(i: Inputs, years: float) -> str:
    """Return the stock of data in numbers, with what distillation makes of it."""
    return f"{_stock(i, years)} * {n(i.distillation_multiplier)}"


def _stock(i: Inputs, years: float) -> str:
    seen = f"({n(i.image_count)} + {n(i.video_seconds)}) * {n(i.tokens_per_image)}"
    heard = f"{n(i.audio_seconds)} * {n(i.tokens_per_audio_second)}"
    raw = f"({n(i.text_tokens)} + {seen} + {heard})"
    return f"{raw} * {n(i.text_quality)} * {n(i.supply_growth)}**{n(years)}"


def _data(i: Inputs, anchors: Mapping[str, float], date: float) -> str:
    return f"6 * ({_stock(i, date - anchors['supply'])} * {n(i.max_passes)})**2 / 20"


NUMBERS = {
    "epoch_power": _power,
    "epoch_campus": _campus,
    "epoch_distributed": _distributed,
    "epoch_bandwidth": _bandwidth,
    "epoch_chips": _chips,
    "epoch_data": _data,
}
