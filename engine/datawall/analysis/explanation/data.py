"""The loss law, and demand against supply at a date."""

import math
from collections.abc import Iterator

from datawall.analysis.explanation import epoch2030, villalobos2024
from datawall.analysis.explanation.future import OneFuture, State
from datawall.analysis.explanation.steps import Step
from datawall.analysis.explanation.steps import digits as n
from datawall.model.inputs import Inputs
from datawall.model.loss.architecture import PHYSICAL, log_compute_gain
from datawall.model.loss.data_constrained import EFFECTIVE_DATA
from datawall.model.loss.law import pivot_law


def law_steps(i: Inputs) -> Iterator[Step]:
    """Yield the constants of the loss law and what the architecture makes of a FLOP."""
    law = pivot_law(i)
    a, total = n(i.params_exponent), n(i.exponent_sum)
    yield Step("tokens exponent", "b = 1 - a", f"1 - {a}", law.tokens_exponent, "1")
    yield Step("alpha", "b (alpha + beta)", f"(1 - {a}) * {total}", law.alpha, "1")
    yield Step("beta", "a (alpha + beta)", f"{a} * {total}", law.beta, "1")
    reference = math.exp(float(law.log_tokens_ref))
    numbers = f"({n(i.tokens_per_param_1e21)} * 1e21 / 6)**0.5"
    yield Step("optimal tokens at 1e21 FLOP", "D_ref = sqrt(r 1e21 / 6)", numbers, reference, "tokens")
    equation = "G = s^rho (1 - overhead)"
    numbers = f"{n(i.sparsity)}**{n(i.sparsity_exponent)} * (1 - {n(i.multi_token_overhead)})"
    if i.distillation_reading == PHYSICAL:
        equation += " m, for distillation is read physically"
        numbers += f" * {n(i.distillation_multiplier)}"
    gain = math.exp(float(log_compute_gain(i)))
    yield Step("dense compute of a FLOP", equation, numbers, gain, "x")


def data_steps(future: OneFuture, state: State) -> Iterator[Step]:
    """Yield supply, demand, and what their ratio does to the run."""
    i = future.inputs
    equation, numbers = _SUPPLIES[future.questions.supply]
    years = state.date - future.scenario.anchors["supply"]
    yield Step("supply", equation, numbers(i, years), state.supply, "tokens")
    reference = math.exp(float(future.data.law.log_tokens_ref))
    yield Step(
        "dense compute",
        "G C",
        f"{n(state.dense_flop / state.flop)} * {n(state.flop)}",
        state.dense_flop,
        "FLOP",
    )
    yield Step(
        "compute-optimal tokens",
        "D* = D_ref (G C / 1e21)^b",
        f"{n(reference)} * ({n(state.dense_flop)} / 1e21)**{n(1.0 - i.params_exponent)}",
        state.ideal,
        "tokens",
    )
    factor = i.overtraining_factor
    yield Step("demand", "kappa D*", f"{n(factor)} * {n(state.ideal)}", factor * state.ideal, "tokens")
    yield Step("ratio", "D* / m U", f"{n(state.ideal)} / {n(state.supply)}", state.ideal / state.supply, "x")
    form = "effective data" if i.repetition_form == EFFECTIVE_DATA else "additive penalty"
    best = f"least loss at this compute, {form}"
    yield Step("passes of the best run", best, "", float(state.seen.passes), "passes")
    efficiency = math.exp(float(state.seen.log_efficiency))
    yield Step("efficiency", "C_eq / C, by the loss of that run", "", efficiency, "x")


def _components(i: Inputs, years: float) -> str:
    natural = f"{n(i.text_tokens)} * {n(i.text_quality)}"
    for used, tokens in ((i.private_text, i.private_text_tokens), (i.multimodal, i.multimodal_tokens)):
        natural += f" + {n(tokens)}" if used else ""
    grown = f"({natural}) * {n(i.supply_growth)}**{n(years)}"
    return f"{grown} * (1 + {n(i.synthetic_ratio)}) * {n(i.distillation_multiplier)}"


_SUPPLIES = {
    "components": ("m U = (text x quality + others used) growth (1 + synthetic) m", _components),
    "modalities": (epoch2030.SUPPLY_EQUATION, epoch2030.supply),
    "web_pages": (villalobos2024.SUPPLY_EQUATION, villalobos2024.supply),
}
