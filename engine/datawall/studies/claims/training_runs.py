"""Claims on training runs: size, tokens, overtraining, repeated data, money, chips and power.

Peaks are dense, and prices those of a date.
"""

import math
from typing import Any, Literal

import jax.numpy as jnp

from datawall.errors import DatawallError
from datawall.model.hardware import H100_FLOP_PER_S
from datawall.model.inputs import DECLARATIONS
from datawall.model.loss.data_constrained import Scarcity, data_law, scarcity
from datawall.scaling_laws.allocation import (
    flop_for_optimal_tokens,
    optimal_allocation,
    power_law_allocation,
    tokens_from_pivot,
)
from datawall.scaling_laws.costs import (
    budget_for_flop,
    chips_for_run,
    flop_from_budget,
    site_power,
    training_flop,
)
from datawall.scaling_laws.effective_data import effective_multiple, frontier_flop, repetition_frontier
from datawall.scaling_laws.levers import (
    Overtraining,
    distilled_optimum,
    effective_parameters,
    overtrained_wall_flop,
    overtraining,
    overtraining_constrained,
)
from datawall.studies.claims.computations import ALL_LAWS, LOSS_LAWS, REPETITION_LAWS, Beliefs, computation
from datawall.validation import suggestion

type _Rule = Literal["law", "k_squared"]


@computation()
def _ratio_of(beliefs: Beliefs, *, over: float, under: float) -> Any:  # noqa: ARG001 - plain arithmetic
    """Divide one stated number by another."""
    return over / under


@computation()
def _flop_of_run(beliefs: Beliefs, *, params: float, tokens: float) -> Any:  # noqa: ARG001 - plain arithmetic
    """Count the compute of a run, 6 N D [FLOP]."""
    return training_flop(params, tokens)


@computation(laws=ALL_LAWS)
def _optimal_tokens(beliefs: Beliefs, *, flop: float) -> Any:
    """Return the optimal tokens D*(C)."""
    return optimal_allocation(beliefs.law, flop).tokens


@computation(laws=ALL_LAWS)
def _optimal_tokens_per_param(beliefs: Beliefs, *, flop: float) -> Any:
    """Return the optimal tokens per parameter at C."""
    return optimal_allocation(beliefs.law, flop).tokens_per_param


@computation(laws=ALL_LAWS)
def _departure_of_tokens_per_param(beliefs: Beliefs, *, flop: float, reference: float) -> Any:
    """Return by what factor the optimal tokens per parameter at C differ from a reference, either way."""
    over = optimal_allocation(beliefs.law, flop).tokens_per_param / reference
    return jnp.maximum(over, 1 / over)


@computation(laws=ALL_LAWS)
def _flop_of_optimal_tokens(beliefs: Beliefs, *, tokens: float, times: float = 1.0) -> Any:
    """Return `times` the compute whose optimum uses so many tokens [FLOP]."""
    return times * flop_for_optimal_tokens(beliefs.law, tokens)


@computation(laws=ALL_LAWS)
def _params_of_optimal_tokens(beliefs: Beliefs, *, tokens: float, shrink: float = 1.0) -> Any:
    """Return the size whose optimum uses so many tokens, divided by `shrink` [params]."""
    flop = flop_for_optimal_tokens(beliefs.law, tokens)
    return optimal_allocation(beliefs.law, flop).params / shrink


@computation(laws=ALL_LAWS)
def _token_exponent(beliefs: Beliefs) -> Any:
    """Return the exponent b of the optimal tokens in compute."""
    return beliefs.law.token_exponent


@computation(laws=ALL_LAWS)
def _growth_of_tokens_per_param(beliefs: Beliefs, *, compute_factor: float) -> Any:
    """Return the factor on optimal tokens per parameter for a factor on compute, ``factor^(2b - 1)``."""
    return compute_factor ** (2 * beliefs.law.token_exponent - 1)


@computation()
def _power_law_tokens(beliefs: Beliefs, *, flop: float, coef: float, exponent: float) -> Any:  # noqa: ARG001
    """Return the tokens of a printed power law, carried from one FLOP."""
    return power_law_allocation(coef, exponent, flop).tokens


@computation()
def _power_law_through(
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


def _overtrained(beliefs: Beliefs, shrink: float, rule: _Rule) -> Overtraining:
    """Return the factors of overtraining, by the law or by the rule of thumb."""
    return overtraining(beliefs.law, shrink) if rule == "law" else _rule_of_thumb(shrink)


@computation(laws=LOSS_LAWS)
def _overtraining_data(beliefs: Beliefs, *, shrink: float, rule: _Rule = "law") -> Any:
    """Return the factor on tokens for a smaller model of equal loss."""
    return _overtrained(beliefs, shrink, rule).data_factor


@computation(laws=LOSS_LAWS)
def _overtraining_compute(beliefs: Beliefs, *, shrink: float, rule: _Rule = "law") -> Any:
    """Return the factor on compute for a smaller model of equal loss."""
    return _overtrained(beliefs, shrink, rule).compute_factor


@computation(laws=LOSS_LAWS)
def _overtraining_limit(beliefs: Beliefs) -> Any:
    """Return the shrink factor at which no amount of data gives equal loss."""
    return overtraining(beliefs.law, 2.0).k_max


@computation(laws=LOSS_LAWS)
def _overtrained_tokens(beliefs: Beliefs, *, flop: float, shrink: float, rule: _Rule = "law") -> Any:
    """Return the tokens of a smaller model whose loss is that of the optimum at `flop`."""
    base = optimal_allocation(beliefs.law, flop).tokens
    return base * _overtrained(beliefs, shrink, rule).data_factor


@computation(laws=LOSS_LAWS)
def _fall_of_tokens_per_param(beliefs: Beliefs, *, flop: float, multiplier: float) -> Any:
    """Return the share by which distillation lowers the optimal real tokens per parameter."""
    with_it = distilled_optimum(beliefs.law, flop, multiplier).tokens_per_param
    return 1 - with_it / optimal_allocation(beliefs.law, flop).tokens_per_param


@computation()
def _drawn_input(beliefs: Beliefs, *, name: str) -> Any:
    """Return an input of the scenario as it is drawn."""
    if name not in DECLARATIONS or DECLARATIONS[name].per:
        singles = (known for known, declared in DECLARATIONS.items() if not declared.per)
        raise DatawallError(f"claims: no input {name!r} with one draw; {suggestion(name, singles)}")
    return getattr(beliefs.inputs, name)


@computation()
def _data_spared(beliefs: Beliefs) -> Any:
    """Return the share of the tokens that distillation does without."""
    return 1 - 1 / beliefs.inputs.distillation_multiplier


@computation()
def _penalty_removed(beliefs: Beliefs) -> Any:
    """Return the share of the excess loss of a smaller model that the architecture removes."""
    return 1 - beliefs.inputs.hybrid_factor


@computation()
def _effective_params(beliefs: Beliefs, *, active: float, sparsity: float) -> Any:
    """Return the dense parameters that a sparse model is worth."""
    return effective_parameters(active, sparsity, beliefs.inputs.sparsity_exponent)


_FP8_OVER_BF16 = 2.0
"""Dense peak of eight-bit over sixteen-bit numbers on the vendor's data sheets [x]."""


def _usd_per_hour(beliefs: Beliefs, at: float) -> Any:
    """Return the price of an H100-equivalent at a date [USD/h]."""
    years = beliefs.scenario.anchors["spending"] - at
    return beliefs.inputs.usd_per_h100e_hour * beliefs.inputs.flop_per_usd_growth**years


def _watts_per_h100e(beliefs: Beliefs, at: float) -> Any:
    """Return the all-in power of an H100-equivalent at a date [W]."""
    years = beliefs.scenario.anchors["power"] - at
    return beliefs.inputs.watts_per_h100e * beliefs.inputs.flop_per_watt_growth**years


def _fp8_peak(sparse: float) -> float:
    """Return the FP8 peak of an H100-equivalent, or the sparse figure `sparse` times as high [FLOP/s]."""
    return _FP8_OVER_BF16 * sparse * H100_FLOP_PER_S


@computation()
def _flop_of_budget(beliefs: Beliefs, *, usd: float, at: float, sparse: float = 1.0) -> Any:
    """Return the FP8 compute that a budget buys at a date [FLOP]."""
    price = _usd_per_hour(beliefs, at)
    return flop_from_budget(usd, price, _fp8_peak(sparse), beliefs.inputs.mfu)


@computation()
def _usd_of_flop(beliefs: Beliefs, *, flop: float, at: float, sparse: float = 1.0) -> Any:
    """Return what FP8 compute costs at a date [USD]."""
    price = _usd_per_hour(beliefs, at)
    return budget_for_flop(flop, price, _fp8_peak(sparse), beliefs.inputs.mfu)


@computation(laws=LOSS_LAWS)
def _usd_of_overtraining(
    beliefs: Beliefs, *, flop: float, shrink: float, at: float, rule: _Rule = "law", sparse: float = 1.0
) -> Any:
    """Return the cost of a smaller model whose loss is that of the optimum at `flop` [USD]."""
    spent = flop * _overtrained(beliefs, shrink, rule).compute_factor
    return _usd_of_flop(beliefs, flop=spent, at=at, sparse=sparse)


@computation()
def _power_of_run(
    beliefs: Beliefs, *, flop: float, at: float, sparse: float = 1.0, days: float = float("nan")
) -> Any:
    """Return the all-in power of a run in FP8, of the drawn duration unless `days` says otherwise [W]."""
    duration = days if days == days else beliefs.inputs.training_days
    chips = chips_for_run(flop, duration, _fp8_peak(sparse), beliefs.inputs.mfu)
    return site_power(chips, _watts_per_h100e(beliefs, at))


type _Worth = Literal["average", "marginal", "equal_loss"]


@computation(laws=REPETITION_LAWS)
def _compute_multiplier(beliefs: Beliefs, *, epochs: float) -> Any:
    """Return M(e), compute of the best run with e passes over that of the run that uses the data once."""
    return repetition_frontier(beliefs.law, beliefs.rep, epochs).compute_multiplier


@computation(laws=REPETITION_LAWS)
def _flop_of_passes(beliefs: Beliefs, *, unique: float, epochs: float) -> Any:
    """Return the compute at which the best run over U makes e passes [FLOP]."""
    return frontier_flop(beliefs.law, beliefs.rep, unique, epochs)


@computation(laws=REPETITION_LAWS)
def _ratio_multiplier(beliefs: Beliefs, *, epochs: float) -> Any:
    """Return tokens per parameter of the best run with e passes, over those with one."""
    return repetition_frontier(beliefs.law, beliefs.rep, epochs).ratio_multiplier


@computation(laws=REPETITION_LAWS)
def _worth_of_passes(beliefs: Beliefs, *, epochs: float, unique: float = 1.0, multiplier: float = 1.0) -> Any:
    """Return what e passes over U unique tokens are worth in fresh ones, times a token multiplier."""
    return multiplier * unique * effective_multiple(epochs, beliefs.rep.r_d)


@computation(laws=REPETITION_LAWS)
def _token_discount(beliefs: Beliefs, *, epochs: float, reading: _Worth) -> Any:
    """Return how many times less a token is worth after e passes: on average, the last, or by equal loss."""
    frontier = repetition_frontier(beliefs.law, beliefs.rep, epochs)
    return {
        "average": 1 / frontier.avg_token_value,
        "marginal": 1 / frontier.marginal_token_value,
        "equal_loss": frontier.token_discount,
    }[reading]


@computation(laws=REPETITION_LAWS)
def _passes_of_small_model(beliefs: Beliefs, *, shrink: float, flop: float, unique: float) -> Any:
    """Return the passes over U with which a smaller model reaches the loss of the optimum at `flop`."""
    return overtraining_constrained(beliefs.law, beliefs.rep, shrink, flop, unique).epochs


@computation(laws=REPETITION_LAWS)
def _unique_tokens_of_small_model(beliefs: Beliefs, *, shrink: float, flop: float, epochs: float) -> Any:
    """Return the unique tokens that e passes stretch to the loss of the optimum at `flop`."""
    needed = optimal_allocation(beliefs.law, flop).tokens * _overtrained(beliefs, shrink, "law").data_factor
    return needed / effective_multiple(epochs, beliefs.rep.r_d)


@computation(laws=REPETITION_LAWS)
def _overtrained_wall(
    beliefs: Beliefs, *, shrink: float, unique: float, epochs: float, distill: float, rule: _Rule = "law"
) -> Any:
    """Return the compute of the optimum whose smaller twin uses up the data [FLOP]."""
    if rule == "law":
        return overtrained_wall_flop(beliefs.law, beliefs.rep, shrink, unique, epochs, distill)
    worth = _worth_of_passes(beliefs, epochs=epochs, unique=unique, multiplier=distill)
    return flop_for_optimal_tokens(beliefs.law, worth / _overtrained(beliefs, shrink, rule).data_factor)


@computation(by_form=True)
def _best_passes(beliefs: Beliefs, *, flop: float, unique: float) -> Any:
    """Return the passes that the best dense run makes over U unique tokens, by the form of each draw."""
    return _scarcity(beliefs, flop, unique).passes


@computation(by_form=True)
def _compute_efficiency(beliefs: Beliefs, *, flop: float, unique: float) -> Any:
    """Return the share of compute that would do with unlimited data, by the form of each draw."""
    return jnp.exp(_scarcity(beliefs, flop, unique).log_efficiency)


def _scarcity(beliefs: Beliefs, flop: float, unique: float) -> Scarcity:
    """Return the state of a dense run of `flop` over U unique tokens."""
    questions = beliefs.scenario.questions
    data = data_law(beliefs.inputs, questions)
    return scarcity(data, jnp.log(flop), jnp.log(unique), questions)
