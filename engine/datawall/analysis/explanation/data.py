"""Explanation of the loss law, and of demand against supply at a date."""

import math
from collections.abc import Callable, Iterator
from typing import Any

from datawall.analysis.explanation.future import ExplainedState, OneFuture
from datawall.analysis.explanation.steps import Step
from datawall.analysis.explanation.steps import digits as n
from datawall.model.loss.architecture import log_compute_gain
from datawall.model.loss.data_constrained import EFFECTIVE_DATA
from datawall.model.loss.law import pivot_law
from datawall.model.registry import SUPPLIES


def law_steps(future: OneFuture) -> Iterator[Step]:
    """Yield the constants of the loss law and the effect of the architecture on a FLOP."""
    constants: dict[tuple[str, str], Callable[[Any], Any]] = {
        ("tokens exponent", "1"): lambda i: pivot_law(i).tokens_exponent,
        ("alpha", "1"): lambda i: pivot_law(i).alpha,
        ("beta", "1"): lambda i: pivot_law(i).beta,
        ("optimal tokens at 1e21 FLOP", "tokens"): lambda i: pivot_law(i).log_tokens_ref,
        ("dense compute of a FLOP", "x"): log_compute_gain,
    }
    for (name, unit), function in constants.items():
        found = future.equations.of(lambda inputs, *_, function=function: function(inputs))
        yield Step(name, found.equation, found.numbers, found.value, unit)


def data_steps(future: OneFuture, state: ExplainedState) -> Iterator[Step]:
    """Yield supply, demand, and the effect of their ratio on the run."""
    i = future.inputs
    account = future.questions.supply
    tokens = future.equations.supply(account, state.date)
    title = f"supply: {SUPPLIES[account].title}"
    yield Step(title, tokens.equation, tokens.numbers, state.supply, "tokens")
    gain = n(state.dense_flop / state.flop)
    yield Step("dense compute", "G C", f"{gain} * {n(state.flop)}", state.dense_flop, "FLOP")
    ideal = future.equations.of(
        lambda inputs, *_, dense_compute: pivot_law(inputs).log_optimal_tokens(dense_compute),
        dense_compute=state.dense_flop,
    )
    yield Step("compute-optimal tokens", f"D* = {ideal.equation}", ideal.numbers, state.ideal, "tokens")
    factor = i.overtraining_factor
    yield Step("demand", "kappa D*", f"{n(factor)} * {n(state.ideal)}", factor * state.ideal, "tokens")
    yield Step("ratio", "D* / m U", f"{n(state.ideal)} / {n(state.supply)}", state.ideal / state.supply, "x")
    form = "effective data" if i.repetition_form == EFFECTIVE_DATA else "additive penalty"
    best = f"least loss at this compute, {form}"
    yield Step("passes of the best run", best, "", float(state.seen.passes), "passes")
    efficiency = math.exp(float(state.seen.log_efficiency))
    yield Step("efficiency", "C_eq / C, by the loss of that run", "", efficiency, "x")
