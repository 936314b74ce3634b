"""The reference workload: 30 inputs, 27 years, 13 outputs (PERFORMANCE of the prototype, section 0).

Written once for every library that looks like NumPy. Years lie on the leading axis and draws on the last; an
input is a scalar or an array of shape (n,). Compute is a soft minimum of a spending path that saturates and a
power path; the loss of the best run over limited data is solved for in every year.
"""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

FIRST_YEAR = 2024
YEARS = 27
PASSES = (1.0, 4.0, 16.0)
GENERATIONS = (1, 2, 3, 4)
LOG_FLOP_REF = float(np.log(1e24))
NOTICEABLE = 1e-3
"""Loss that the lack of data adds, whose date is asked [nats/token]."""
NEWTON_STEPS = 2


def returns_lost(xp: Any, log_multiple: Any, r: Any, exponent: Any) -> tuple[Any, Any]:
    """Log of the returns lost after so many uses of a resource that saturates, and its slope."""
    multiple = xp.exp(log_multiple)
    excess = (multiple - 1.0) / r
    decay = xp.exp(-excess)
    worth = 1.0 + r * (1.0 - decay)
    value = excess + (1.0 + exponent) * xp.log(worth) - log_multiple
    return value, multiple / r + (1.0 + exponent) * multiple * decay / worth - 1.0


def first_crossing(xp: Any, gap: Any, times: Any) -> Any:
    """Date a gap first rises to zero, on straight lines between the years; -inf at once, inf never."""
    low, high = gap[:-1], gap[1:]
    dates = times[:-1] + low / (low - high)
    rises = (low < 0.0) & (high >= 0.0)
    date = xp.min(xp.where(rises, dates, np.inf), axis=0)
    return xp.where(gap[0] >= 0.0, -np.inf, date)


def future(xp: Any, x: Mapping[str, Any], times: Any, stage: Callable[[Any], Any] = lambda v: v) -> Any:
    """The outputs of draws.

    Parameters
    ----------
    xp
        `numpy`, or a library with its functions.
    x
        The inputs by name.
    times
        Years since 2024, of shape (27, 1), or (27,) for one draw.
    stage
        Applied between stages: a barrier keeps a compiler from computing a stage in each of its uses.
    """
    beyond_year = x["growth"] * x["growth_years"] * (1.0 - xp.exp(-times / x["growth_years"]))
    spend = x["log_flop"] + beyond_year
    power = x["log_power"] + x["power_growth"] * times
    apart = xp.abs(spend - power)
    softened = xp.log(1.0 + xp.exp(-x["softness"] * apart)) / x["softness"]
    log_flop = stage(xp.minimum(spend, power) - softened)

    natural = xp.exp(x["log_text"] + x["text_growth"] * times) * (x["quality"] * (1.0 + x["private_share"]))
    natural = natural + xp.exp(x["log_multimodal"] + x["multimodal_growth"] * times)
    ramp = 1.0 / (1.0 + xp.exp((x["ramp_date"] - times) / x["ramp_years"]))
    log_supply = stage(xp.log(natural * (1.0 + x["synthetic"] * ramp)))

    alpha, beta = x["alpha"], x["beta"]
    share = alpha / (alpha + beta)
    log_tokens = x["log_tokens_ref"] + share * (log_flop - LOG_FLOP_REF)
    gap = stage(log_tokens - log_supply)

    # ln C / C0, and how it is split between a larger model and further passes
    r_d, r_n = x["r_d"], x["r_n"]
    total = xp.maximum(gap / share, 0.0)
    saturated = xp.abs(0.5 * xp.log(r_d / r_n))
    tilt = (alpha + 1.0 / r_n) / (alpha + 1.0 / r_n + beta + 1.0 / r_d) - 0.5
    lean = xp.minimum(xp.maximum(total * tilt, -saturated), saturated)
    log_passes = xp.minimum(xp.maximum(0.5 * total + lean, 0.0), total)
    for _ in range(NEWTON_STEPS):
        lost_tokens, slope_tokens = returns_lost(xp, log_passes, r_d, beta)
        lost_params, slope_params = returns_lost(xp, total - log_passes, r_n, alpha)
        step = (lost_tokens - lost_params) / (slope_tokens + slope_params)
        log_passes = stage(xp.minimum(xp.maximum(log_passes - step, 0.0), total))

    params = 1.0 + r_n * (1.0 - xp.exp((1.0 - xp.exp(total - log_passes)) / r_n))
    tokens = 1.0 + r_d * (1.0 - xp.exp((1.0 - xp.exp(log_passes)) / r_d))
    left = (1.0 - share) * xp.exp(-alpha * xp.log(params)) + share * xp.exp(-beta * xp.log(tokens))
    exponent = beta * share
    best = xp.exp(x["log_reducible_ref"] - exponent * (log_flop - LOG_FLOP_REF))
    excess = stage(best * (left * xp.exp(exponent * total) - 1.0))
    loss = x["irreducible"] + best + excess

    log_effective = log_flop + x["progress"] * times
    levels = [x["log_gpt4"] + step * x["generation_step"] for step in GENERATIONS]
    lags = [x[f"lag_{step}"] + x["training_years"] for step in GENERATIONS]
    at_2030, at_2040 = 2030 - FIRST_YEAR, 2040 - FIRST_YEAR
    return {
        "wall": xp.stack([first_crossing(xp, gap - float(np.log(e)), times) for e in PASSES]),
        "release": xp.stack(
            [
                first_crossing(xp, log_effective - level, times) + lag
                for level, lag in zip(levels, lags, strict=True)
            ]
        ),
        "penalty_date": first_crossing(xp, excess - NOTICEABLE, times),
        "log_flop": log_flop[at_2030],
        "log_tokens": log_tokens[at_2030],
        "loss": xp.stack([loss[at_2030], loss[at_2040]]),
        "penalty": xp.sum(excess, axis=0),
    }
