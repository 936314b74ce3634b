"""Claims on sizes and tokens: optimal allocation, overtraining, distillation, sparsity."""

import math
from typing import Any, Literal

import jax.numpy as jnp

from datawall.errors import DatawallError
from datawall.model.inputs import DECLARATIONS
from datawall.scaling_laws.allocation import (
    flop_for_optimal_tokens,
    optimal_allocation,
    power_law_allocation,
    tokens_from_pivot,
)
from datawall.scaling_laws.hardware import training_flop
from datawall.scaling_laws.levers import (
    Overtraining,
    distilled_optimum,
    effective_parameters,
    overtraining,
)
from datawall.studies.claims.beliefs import Beliefs
from datawall.studies.claims.registry import ALL_LAWS, LOSS_LAWS, computation
from datawall.validation import suggestion

type Rule = Literal["law", "k_squared"]


@computation()
def ratio_of(beliefs: Beliefs, *, over: float, under: float) -> Any:  # noqa: ARG001 - plain arithmetic
    """Divide one stated number by another."""
    return over / under


@computation()
def flop_of_run(beliefs: Beliefs, *, params: float, tokens: float) -> Any:  # noqa: ARG001 - plain arithmetic
    """Count the compute of a run, 6 N D [FLOP]."""
    return training_flop(params, tokens)


@computation(laws=ALL_LAWS)
def optimal_tokens(beliefs: Beliefs, *, flop: float) -> Any:
    """Return the optimal tokens D*(C)."""
    return optimal_allocation(beliefs.law, flop).tokens


@computation(laws=ALL_LAWS)
def optimal_tokens_per_param(beliefs: Beliefs, *, flop: float) -> Any:
    """Return the optimal tokens per parameter at C."""
    return optimal_allocation(beliefs.law, flop).tokens_per_param


@computation(laws=ALL_LAWS)
def departure_of_tokens_per_param(beliefs: Beliefs, *, flop: float, reference: float) -> Any:
    """Return by what factor the optimal tokens per parameter at C differ from a reference, either way."""
    over = optimal_allocation(beliefs.law, flop).tokens_per_param / reference
    return jnp.maximum(over, 1 / over)


@computation(laws=ALL_LAWS)
def flop_of_optimal_tokens(beliefs: Beliefs, *, tokens: float, times: float = 1.0) -> Any:
    """Return `times` the compute whose optimum uses so many tokens [FLOP]."""
    return times * flop_for_optimal_tokens(beliefs.law, tokens)


@computation(laws=ALL_LAWS)
def params_of_optimal_tokens(beliefs: Beliefs, *, tokens: float, shrink: float = 1.0) -> Any:
    """Return the size whose optimum uses so many tokens, divided by `shrink` [params]."""
    flop = flop_for_optimal_tokens(beliefs.law, tokens)
    return optimal_allocation(beliefs.law, flop).params / shrink


@computation(laws=ALL_LAWS)
def token_exponent(beliefs: Beliefs) -> Any:
    """Return the exponent b of the optimal tokens in compute."""
    return beliefs.law.token_exponent


@computation(laws=ALL_LAWS)
def growth_of_tokens_per_param(beliefs: Beliefs, *, compute_factor: float) -> Any:
    """Return the factor on optimal tokens per parameter for a factor on compute, ``factor^(2b - 1)``."""
    return compute_factor ** (2 * beliefs.law.token_exponent - 1)


@computation()
def power_law_tokens(beliefs: Beliefs, *, flop: float, coef: float, exponent: float) -> Any:  # noqa: ARG001
    """Return the tokens of a printed power law, carried from one FLOP."""
    return power_law_allocation(coef, exponent, flop).tokens


@computation()
def power_law_through(
    beliefs: Beliefs,  # noqa: ARG001 - a printed fit
    *,
    flop: float,
    flop_ref: float,
    tokens_ref: float,
    exponent: float,
) -> Any:
    """Return the tokens of a power law through a reference run."""
    return tokens_from_pivot(flop, flop_ref, tokens_ref, exponent)


def _rule_of_thumb(shrink: float) -> Overtraining:
    """Return the rule that a k times smaller model needs k squared times the data, however small it is."""
    return Overtraining(data_factor=shrink**2, compute_factor=shrink, k_max=math.inf)


def overtrained(beliefs: Beliefs, shrink: float, rule: Rule) -> Overtraining:
    """Return the factors of overtraining, by the law or by the rule of thumb."""
    return overtraining(beliefs.law, shrink) if rule == "law" else _rule_of_thumb(shrink)


@computation(laws=LOSS_LAWS)
def overtraining_data(beliefs: Beliefs, *, shrink: float, rule: Rule = "law") -> Any:
    """Return the factor on tokens for a smaller model of equal loss."""
    return overtrained(beliefs, shrink, rule).data_factor


@computation(laws=LOSS_LAWS)
def overtraining_compute(beliefs: Beliefs, *, shrink: float, rule: Rule = "law") -> Any:
    """Return the factor on compute for a smaller model of equal loss."""
    return overtrained(beliefs, shrink, rule).compute_factor


@computation(laws=LOSS_LAWS)
def overtraining_limit(beliefs: Beliefs) -> Any:
    """Return the shrink factor at which no amount of data gives equal loss."""
    return overtraining(beliefs.law, 2.0).k_max


@computation(laws=LOSS_LAWS)
def overtrained_tokens(beliefs: Beliefs, *, flop: float, shrink: float, rule: Rule = "law") -> Any:
    """Return the tokens of a smaller model whose loss is that of the optimum at `flop`."""
    base = optimal_allocation(beliefs.law, flop).tokens
    return base * overtrained(beliefs, shrink, rule).data_factor


@computation(laws=LOSS_LAWS)
def fall_of_tokens_per_param(beliefs: Beliefs, *, flop: float, multiplier: float) -> Any:
    """Return the share by which distillation lowers the optimal real tokens per parameter."""
    with_it = distilled_optimum(beliefs.law, flop, multiplier).tokens_per_param
    return 1 - with_it / optimal_allocation(beliefs.law, flop).tokens_per_param


@computation()
def drawn_input(beliefs: Beliefs, *, name: str) -> Any:
    """Return an input of the scenario as it is drawn."""
    if name not in DECLARATIONS or DECLARATIONS[name].per:
        singles = (known for known, declared in DECLARATIONS.items() if not declared.per)
        raise DatawallError(f"claims: no input {name!r} with one draw; {suggestion(name, singles)}")
    return getattr(beliefs.inputs, name)


@computation()
def data_spared(beliefs: Beliefs) -> Any:
    """Return the share of the tokens that distillation does without."""
    return 1 - 1 / beliefs.inputs.distillation_multiplier


@computation()
def penalty_removed(beliefs: Beliefs) -> Any:
    """Return the share of the excess loss of a smaller model that the architecture removes."""
    return 1 - beliefs.inputs.hybrid_factor


@computation()
def effective_params(beliefs: Beliefs, *, active: float, sparsity: float) -> Any:
    """Return the dense parameters that a sparse model is worth."""
    return effective_parameters(active, sparsity, beliefs.inputs.sparsity_exponent)
