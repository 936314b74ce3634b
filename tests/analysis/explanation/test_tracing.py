"""Equations read off functions that JAX traces."""

from typing import Any

import jax
import jax.numpy as jnp
import pytest
from jax.ad_checkpoint import checkpoint_name

from datawall.analysis.explanation.algebra import add, constant, named, scale
from datawall.analysis.explanation.tracing import Log, equation, expression

VALUES = {"flop": 5e25, "growth": 4.0, "share": 0.25, "other": 3.0}
AS_OF = named("as_of", 2026.5, date=True)
SYMBOLS = (
    {name: named(name, value) for name, value in VALUES.items()}
    | {f"log_{name}": Log(named(name, value)) for name, value in VALUES.items()}
    | {
        name: add(named(name, date, date=True), scale(AS_OF, -1.0))
        for name, date in (("t", 2030.0), ("anchor", 2024.0))
    }
)


@pytest.fixture(scope="module", autouse=True)
def exact():
    with jax.enable_x64(True):
        yield


def traced(function, symbols):
    """Return the expression of a function that returns one number."""
    symbol: Any = equation(function, symbols)[()]
    return expression(symbol)


@pytest.mark.parametrize(
    ("function", "names", "numbers"),
    [
        (
            lambda s: s["log_flop"] - s["log_growth"] * s["anchor"] + s["log_growth"] * s["t"],
            "flop x growth^(t - anchor)",
            "5e+25 * 4**6",
        ),
        (
            lambda s: s["log_flop"] + s["share"] * s["log_growth"] * (s["t"] - s["anchor"]),
            "flop x growth^(share x (t - anchor))",
            "5e+25 * 4**(6 * 0.25)",
        ),
        (lambda s: jnp.log(6.0) + 2 * s["log_other"] - jnp.log(20.0), "0.3 x other^2", "0.3 * 3**2"),
        (lambda s: s["other"] * (s["share"] - 1.0), "other x (share - 1)", "3 * (0.25 - 1)"),
        (lambda s: jnp.log1p(-jnp.exp(-s["other"])), "1 - exp(-other)", "1 - exp(-3)"),
        (lambda s: jnp.where(s["t"] < s["anchor"], s["other"], s["share"]), "share", "0.25"),
        (lambda s: jnp.minimum(s["log_other"], s["log_share"]), "min(other, share)", "min(3, 0.25)"),
        (lambda s: jnp.maximum(s["t"] - s["anchor"], 0.0) * s["other"], "other x (t - anchor)", "6 * 3"),
        (lambda s: jnp.stack([s["share"], s["other"]])[1] / 12.0, "other / 12", "3 / 12"),
        (lambda s: jnp.sqrt(s["share"] - s["other"] + 4.0), "(share + 4 - other)^0.5", "(0.25 + 4 - 3)**0.5"),
        (lambda s: jnp.sort(jnp.stack([s["share"], s["other"]]))[0], "0.25", "0.25"),
        (
            lambda s: jnp.interp(s["other"], jnp.arange(9.0), 2.0 * jnp.arange(9.0)),
            "6 + 2 x (other - 3)",
            "6 + 2 * (3 - 3)",
        ),
    ],
)
def test_a_function_prints_as_what_it_computes(function, names, numbers):
    found = traced(function, SYMBOLS)
    assert (found.equation, found.numbers) == (names, numbers)


def test_a_difference_of_equal_dates_is_no_power():
    symbols = SYMBOLS | {"t": SYMBOLS["anchor"]}
    found = traced(lambda s: s["log_growth"] * (s["t"] - s["anchor"]), symbols)
    assert found.numbers in {"0", "1"}
    same = named("t", 2024.0, date=True)
    grown = traced(
        lambda s: s["log_growth"] * (s["t"] - s["anchor"]), SYMBOLS | {"t": add(same, scale(AS_OF, -1.0))}
    )
    assert (grown.equation, grown.numbers, grown.value) == ("growth^(t - anchor)", "4**0", 1.0)


def test_a_name_of_the_model_abbreviates():
    def named_sum(s):
        return 2.0 * checkpoint_name(s["share"] + s["other"], "both")

    found = traced(named_sum, SYMBOLS)
    assert (found.equation, found.numbers) == ("2 x both; both = share + other", "2 * 3.25")


def test_a_constant_is_its_number():
    assert constant(0.0).shown(names=True) == "0"
    assert constant(-1.5).shown(names=False) == "-1.5"
