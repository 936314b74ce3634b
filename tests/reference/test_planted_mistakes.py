"""The mistakes that implementers make, planted one by one: each fails a check that the right code passes."""

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import jax.numpy as jnp
import pytest

from datawall.model import hardware as h100
from datawall.model.inputs import DECLARATIONS, Inputs
from datawall.model.loss import law as pivot
from datawall.scaling_laws import (
    allocation,
    costs,
    exhaustion,
    generations,
    learning_order,
    levers,
    repetition,
)
from datawall.scaling_laws.laws import LAWS

LAW = LAWS["besiroglu2024"]


def close(found: Any, expected: float, rel: float = 1e-3) -> None:
    assert float(found) == pytest.approx(expected, rel=rel)


def h100_peak() -> None:
    """A run of one H100-second at full use is 989 TFLOP dense, not the 1979 of a sparse data sheet."""
    log = Inputs(**dict.fromkeys(DECLARATIONS, 0.0))
    close(math.exp(float(h100.log_flop_per_s_per_h100e(log))), 989.4e12)


def six() -> None:
    """Llama 3 405B: 6 x 402e9 x 16.55e12 = 4.0e25 FLOP (arXiv 2407.21783)."""
    close(costs.training_flop(402e9, 16.55e12), 3.99e25, 2e-3)


def extra_passes() -> None:
    """Four passes are worth 3.73 of fresh data (arXiv 2305.16264, R*_D 15.39): r - 1 of them are repeats."""
    close(repetition.effective_tokens(1e12, 4e12, 15.39), 3.73e12, 2e-3)


def smaller_by_three() -> None:
    """Equal loss at a third of the size takes 6.3 times the data, not 9."""
    close(levers.overtraining(LAW, 3.0).data_factor, 6.28, 5e-3)


def pivoted() -> None:
    """Another exponent leaves the tokens at the reference compute alone."""
    low, high = (allocation.tokens_from_pivot(1e21, 1e21, 5e10, b) for b in (0.48, 0.55))
    close(low, 5e10)
    close(high, 5e10)


def plus_two() -> None:
    """Two more factors cost one order of magnitude: from 4 to 8 that is two, and not one as by doubling."""
    close(learning_order.learning_delay_ooms(8.0, 4.0, 1.0), 2.0)


def physical() -> None:
    """Physically read, distillation by m delays the wall by (1 - b) ln m over the closing rate."""
    compute = {"flop0": 1e26, "flop_growth": 4.0, "exponent": 0.5}
    common: dict[str, Any] = compute | {"stock0": 1e15, "stock_growth": 1.05, "t0": 2026.0}
    dates = [
        float(exhaustion.wall_date(1.0, **common, distill=m, distill_mode="physical").date)
        for m in (1.0, 2.0)
    ]
    close(dates[1] - dates[0], 0.5 * math.log(2.0) / (0.5 * math.log(4.0) - math.log(1.05)), 5e-3)


def generation_five() -> None:
    """Generation 5 is a hundred GPT-4s when a generation is two orders of magnitude."""
    close(generations.index_to_flop(5.0, 2e25, 2.0), 2e27)


def balanced_terms() -> None:
    """The law of a draw has its stated tokens a parameter at 1e21 FLOP."""
    inputs = Inputs(**dict.fromkeys(DECLARATIONS, 0.5) | {"tokens_per_param_1e21": 18.0})
    law = pivot.scaling_law(pivot.pivot_law(inputs))
    close(allocation.optimal_allocation(law, 1e21).tokens_per_param, 18.0, 1e-2)


def no_minus_one(unique: Any, tokens: Any, r_d: Any) -> Any:
    r = jnp.asarray(tokens) / unique
    return unique * (1 + r_d * (1 - jnp.exp(-r / r_d)))


def squared(law: Any, shrink: Any) -> Any:
    return replace(RIGHT_OVERTRAINING(law, shrink), data_factor=shrink**2)


def pivot_at_one(flop: Any, flop_ref: Any, tokens_ref: Any, exponent: Any) -> Any:
    coefficient = tokens_ref / jnp.power(jnp.asarray(flop_ref), 0.5)
    return coefficient * jnp.power(jnp.asarray(flop), exponent)


def nominal(*arguments: Any, **keywords: Any) -> Any:
    return RIGHT_WALL_DATE(*arguments, **keywords | {"distill_mode": "nominal"})


def swapped_shares(law: Any) -> Any:
    right = RIGHT_SCALING_LAW(law)
    return replace(right, A=right.A * law.tokens_exponent / law.params_exponent * 1.5)


def doubling(k: Any, k0: Any, ooms: Any) -> Any:
    return ooms * math.log2(k / k0)


def tenfold(index: Any, flop_gpt4: Any, _: Any) -> Any:
    return flop_gpt4 * 10 ** (index - 4)


RIGHT_OVERTRAINING = levers.overtraining
RIGHT_WALL_DATE = exhaustion.wall_date
RIGHT_SCALING_LAW = pivot.scaling_law

MISTAKES: list[tuple[str, Callable[[], None], Any, str, Any]] = [
    ("sparse peak", h100_peak, h100, "H100_FLOP_PER_S", 1978.9e12),
    ("factor 6 missing", six, costs, "training_flop", lambda params, tokens: params * tokens),
    ("r for r - 1", extra_passes, repetition, "effective_tokens", no_minus_one),
    ("k squared", smaller_by_three, levers, "overtraining", squared),
    ("pivot at C = 1", pivoted, allocation, "tokens_from_pivot", pivot_at_one),
    (
        "by 2 as doubling",
        plus_two,
        learning_order,
        "learning_delay_ooms",
        doubling,
    ),
    ("nominal for physical", physical, exhaustion, "wall_date", nominal),
    ("10x a generation", generation_five, generations, "index_to_flop", tenfold),
    ("unbalanced terms", balanced_terms, pivot, "scaling_law", swapped_shares),
]


@pytest.mark.parametrize("mistake", MISTAKES, ids=[mistake[0] for mistake in MISTAKES])
def test_a_planted_mistake_is_caught(mistake, monkeypatch):
    _, check, module, attribute, wrong = mistake
    check()
    monkeypatch.setattr(module, attribute, wrong)
    with pytest.raises(AssertionError):
        check()
