"""Claims on repeated data."""

from typing import Any, Literal

import jax.numpy as jnp

from datawall.model.loss.data_constrained import Scarcity, data_law, scarcity
from datawall.scaling_laws.allocation import flop_for_optimal_tokens, optimal_allocation
from datawall.scaling_laws.effective_data import effective_multiple
from datawall.scaling_laws.epochs import frontier_flop, repetition_frontier
from datawall.scaling_laws.levers import overtrained_wall_flop, overtraining_constrained
from datawall.studies.claims.beliefs import Beliefs
from datawall.studies.claims.registry import REPETITION_LAWS, computation
from datawall.studies.claims.sizes import Rule, overtrained

type Worth = Literal["average", "marginal", "equal_loss"]


@computation(laws=REPETITION_LAWS)
def compute_multiplier(beliefs: Beliefs, *, epochs: float) -> Any:
    """Return M(e), compute of the best run with e passes over that of the run that uses the data once."""
    return repetition_frontier(beliefs.law, beliefs.rep, epochs).compute_multiplier


@computation(laws=REPETITION_LAWS)
def flop_of_passes(beliefs: Beliefs, *, unique: float, epochs: float) -> Any:
    """Return the compute at which the best run over U makes e passes [FLOP]."""
    return frontier_flop(beliefs.law, beliefs.rep, unique, epochs)


@computation(laws=REPETITION_LAWS)
def ratio_multiplier(beliefs: Beliefs, *, epochs: float) -> Any:
    """Return tokens per parameter of the best run with e passes, over those with one."""
    return repetition_frontier(beliefs.law, beliefs.rep, epochs).ratio_multiplier


@computation(laws=REPETITION_LAWS)
def worth_of_passes(beliefs: Beliefs, *, epochs: float, unique: float = 1.0, multiplier: float = 1.0) -> Any:
    """Return what e passes over U unique tokens are worth in fresh ones, times a token multiplier."""
    return multiplier * unique * effective_multiple(epochs, beliefs.rep.r_d)


@computation(laws=REPETITION_LAWS)
def token_discount(beliefs: Beliefs, *, epochs: float, reading: Worth) -> Any:
    """Return how many times less a token is worth after e passes: on average, the last, or by equal loss."""
    frontier = repetition_frontier(beliefs.law, beliefs.rep, epochs)
    return {
        "average": 1 / frontier.avg_token_value,
        "marginal": 1 / frontier.marginal_token_value,
        "equal_loss": frontier.token_discount,
    }[reading]


@computation(laws=REPETITION_LAWS)
def passes_of_small_model(beliefs: Beliefs, *, shrink: float, flop: float, unique: float) -> Any:
    """Return the passes over U with which a smaller model reaches the loss of the optimum at `flop`."""
    return overtraining_constrained(beliefs.law, beliefs.rep, shrink, flop, unique).epochs


@computation(laws=REPETITION_LAWS)
def unique_tokens_of_small_model(beliefs: Beliefs, *, shrink: float, flop: float, epochs: float) -> Any:
    """Return the unique tokens that e passes stretch to the loss of the optimum at `flop`."""
    needed = optimal_allocation(beliefs.law, flop).tokens * overtrained(beliefs, shrink, "law").data_factor
    return needed / effective_multiple(epochs, beliefs.rep.r_d)


@computation(laws=REPETITION_LAWS)
def overtrained_wall(
    beliefs: Beliefs, *, shrink: float, unique: float, epochs: float, distill: float, rule: Rule = "law"
) -> Any:
    """Return the compute of the optimum whose smaller twin uses up the data [FLOP]."""
    if rule == "law":
        return overtrained_wall_flop(beliefs.law, beliefs.rep, shrink, unique, epochs, distill)
    worth = worth_of_passes(beliefs, epochs=epochs, unique=unique, multiplier=distill)
    return flop_for_optimal_tokens(beliefs.law, worth / overtrained(beliefs, shrink, rule).data_factor)


@computation(by_form=True)
def best_passes(beliefs: Beliefs, *, flop: float, unique: float) -> Any:
    """Return the passes that the best dense run makes over U unique tokens, by the form of each draw."""
    return _scarcity(beliefs, flop, unique).passes


@computation(by_form=True)
def compute_efficiency(beliefs: Beliefs, *, flop: float, unique: float) -> Any:
    """Return the share of compute that would do with unlimited data, by the form of each draw."""
    return jnp.exp(_scarcity(beliefs, flop, unique).log_efficiency)


def _scarcity(beliefs: Beliefs, flop: float, unique: float) -> Scarcity:
    """Return the state of a dense run of `flop` over U unique tokens."""
    questions = beliefs.scenario.questions
    data = data_law(beliefs.inputs, questions)
    return scarcity(data, jnp.log(flop), jnp.log(unique), questions)
