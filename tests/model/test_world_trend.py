"""The world with nothing but a trend: its walls have a formula."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from datawall.model.clock import clock_at
from datawall.model.inputs import Inputs
from datawall.model.questions import Questions
from datawall.model.world import simulate
from datawall.scaling_laws.effective_data import Repetition
from datawall.scaling_laws.exhaustion import WallStatus, wall_date
from datawall.scaling_laws.laws import ScalingLaw
from support.world_cases import ANCHORS, AS_OF, HORIZON, YEARS, futures, random_draws
from support.world_oracle import EFFECTIVE_DATA, Oracle

GRID = YEARS - AS_OF
CODES = list(WallStatus)
WALLS = {"tokens": (1.0, 4.0, 16.0), "effective": (4.0, 16.0), "overtrained": (3.0,), "frontier": (4.0, 16.0)}
TREND = Questions(("trend",), tuple(WALLS.items()), (5.0,), (100.0,))
TOKENS = Questions(("trend",), (("tokens", (1.0,)), ("overtrained", (3.0,))), (5.0,), (100.0,))
FREE = {
    "slowdown_date": 2190.0,
    "repetition_form": float(EFFECTIVE_DATA),
    "sparsity": 1.0,
    "multi_token_overhead": 0.0,
    "distillation_reading": 0.0,
}
AT_ONCE = dict.fromkeys(ANCHORS, AS_OF)


@pytest.fixture(scope="module")
def exponential():
    """Draws of an endless trend in single precision, all anchors at the as-of date."""
    draws = random_draws(500, 7, 1, **FREE)
    draws["compute_growth"] = np.maximum(draws["compute_growth"], 2.5)
    draws["compute_growth"][:5] = 1.03125
    draws["supply_growth"][:5] = 1.125
    draws["frontier_flop"][:5] = 1e22
    draws["frontier_flop"][5:8] = 1e32
    return draws, futures(draws, TREND, AT_ONCE).walls


def formula(draws, name, level):
    """Closed form of MODEL.md, section 7, by `wall_date`, in years since the as-of date."""
    inputs = Inputs(**draws)
    A, B, alpha, beta = Oracle(inputs, AS_OF, AT_ONCE, 0.0, 1.0).law
    b = 1 - inputs.params_exponent
    per_flop = np.exp(0.5 * np.log(inputs.tokens_per_param_1e21 * 1e21 / 6) - b * np.log(1e21))
    factor = 1.0 if name == "frontier" else inputs.overtraining_factor
    natural = inputs.text_tokens * inputs.text_quality
    natural += inputs.private_text * inputs.private_text_tokens + inputs.multimodal * inputs.multimodal_tokens
    stock = natural * (1 + inputs.synthetic_ratio)
    with jax.enable_x64(True):
        wall = wall_date(
            factor * per_flop,
            b,
            inputs.frontier_flop,
            inputs.compute_growth,
            stock,
            inputs.supply_growth,
            0.0,
            epochs=level,
            criterion=name,
            distill=inputs.distillation_multiplier,
            rep=Repetition(inputs.repetition_r_d, inputs.repetition_r_n),
            law=ScalingLaw(inputs.irreducible_loss, A, B, alpha, beta),
        )
    gap = np.log(level * inputs.distillation_multiplier * stock / (factor * per_flop))
    by_hand = gap - b * np.log(inputs.frontier_flop)
    by_hand /= b * np.log(inputs.compute_growth) - np.log(inputs.supply_growth)
    return np.asarray(wall.date), np.asarray(wall.status), by_hand


@pytest.mark.parametrize("wall", [name for name in TREND.wall_names if "overtrained" not in name])
def test_walls_of_a_trend_have_a_formula(exponential, wall):
    draws, walls = exponential
    found = walls[TREND.wall_names.index(wall)]
    name, level = wall.rstrip("]").split("[")
    dates, status, by_hand = formula(draws, name, float(level))
    expected = np.where(dates <= GRID[0], -np.inf, np.where(dates > HORIZON - AS_OF, np.inf, dates))
    np.testing.assert_allclose(found, expected, atol=1e-3)
    assert {0, 1, 2} == set(status)
    assert (found[status == CODES.index(WallStatus.PAST)] <= 0).all()
    assert np.isposinf(found[status == CODES.index(WallStatus.NEVER)]).all()
    if name == "tokens":
        np.testing.assert_allclose(dates[8:], by_hand[8:], rtol=1e-9, atol=1e-9)


# Derivatives with respect to the logs of the inputs that set the wall for tokens.
LOGGED = (
    "frontier_flop",
    "compute_growth",
    "text_tokens",
    "text_quality",
    "supply_growth",
    "synthetic_ratio",
    "distillation_multiplier",
    "params_exponent",
    "tokens_per_param_1e21",
    "overtraining_factor",
    "exponent_sum",
)


@jax.enable_x64(True)
@pytest.mark.slow
def test_slopes_are_finite_and_right():
    """Reverse mode against central differences and the formula, whatever the other walls of a draw do."""
    draws = random_draws(40, 5, 1, **FREE)
    plain = {name: jnp.asarray(value) for name, value in draws.items() if name not in LOGGED}
    logs = {name: jnp.log(draws[name]) for name in LOGGED}

    def wall(logs):
        inputs = Inputs(**plain, **{name: jnp.exp(value) for name, value in logs.items()})
        return simulate(inputs, clock_at(AS_OF, AT_ONCE), jnp.asarray(GRID), TOKENS).walls[0]

    def total(logs):
        dates = wall(logs)
        return dates.sum(), dates

    differentiated = jax.jit(jax.grad(total, has_aux=True))
    slopes, dates = differentiated(logs)
    ahead = np.isfinite(dates)
    assert ahead.sum() > 15
    for name, slope in slopes.items():
        up, down = (differentiated(logs | {name: logs[name] + h})[1] for h in (1e-6, -1e-6))
        np.testing.assert_allclose(
            slope[ahead], (up[ahead] - down[ahead]) / 2e-6, rtol=1e-4, atol=1e-5, err_msg=name
        )
    b = 1 - draws["params_exponent"]
    closing = b * np.log(draws["compute_growth"]) - np.log(draws["supply_growth"])
    np.testing.assert_allclose(slopes["frontier_flop"][ahead], (-b / closing)[ahead], rtol=1e-6)
    np.testing.assert_allclose(slopes["overtraining_factor"][ahead], (-1 / closing)[ahead], rtol=1e-6)
