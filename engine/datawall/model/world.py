"""From one draw of inputs to one future: the only file that composes the model."""

import math

import jax.numpy as jnp

from datawall.model.clock import Clock
from datawall.model.frontier import log_ceilings, log_growth
from datawall.model.inputs import Inputs, Scalar
from datawall.model.passage import Observation, first_passages
from datawall.model.questions import Questions
from datawall.model.release import release_dates, release_delay
from datawall.model.scarcity import DataLaw, Scarcity, data_law, scarcity
from datawall.model.supply import log_training_tokens
from datawall.records import record
from datawall.units import MONTHS_PER_YEAR

GPT4_INDEX = 4.0
LOG_10 = math.log(10.0)


@record
class Future:
    """One future: dates in years since the as-of date, and paths on the grid.

    Attributes
    ----------
    walls
        First passage of each wall criterion, in the order of `wall_names`; -inf when it lies before the
        grid, inf when it does not come within it.
    starts, releases
        For ``"raw"`` and ``"effective"`` compute, when training of each generation starts and when a model as
        large is released; generations on the leading axis.
    paths
        By name, values on the grid (leading axis): see `PATH_UNITS`.
    """

    walls: Scalar
    starts: dict[str, Scalar]
    releases: dict[str, Scalar]
    paths: dict[str, Scalar]


PATH_UNITS = {
    "frontier_flop": "log10 FLOP",
    "effective_flop": "log10 FLOP",
    "demand_tokens": "log10 tokens",
    "supply_tokens": "log10 tokens",
    "passes": "log10 passes",
    "efficiency": "log10 x",
    "overtraining_headroom": "x",
    "loss": "nats/token",
    "binding_ceiling": "choice",
}
"""The paths that are reported, with their units."""


def wall_names(questions: Questions) -> tuple[str, ...]:
    """Return the names of the wall criteria, in the order of their gaps."""
    return (
        *(f"tokens[{passes:g}]" for passes in questions.token_passes),
        *(f"effective[{passes:g}]" for passes in questions.effective_passes),
        f"overtrained[{questions.overtraining:g}]",
        *(f"frontier[{passes:g}]" for passes in questions.frontier_passes),
        *(f"efficiency[{share:g}]" for share in questions.efficiency),
    )


def log_overtraining_data(law: DataLaw, shrink: float) -> Scalar:
    """Return ln of the factor in tokens that a model smaller by `shrink` needs for equal loss.

    ``[s / (1 + s - k^alpha)]^(1/beta)`` with ``s = alpha / beta``; very large at and past the smallest size.
    """
    s = law.law.alpha / law.law.beta
    room = jnp.maximum(1.0 + s - jnp.exp(law.law.alpha * math.log(shrink)), 1e-30)
    return (jnp.log(s) - jnp.log(room)) / law.law.beta


def overtraining_headroom(law: DataLaw, log_affordable: Scalar) -> Scalar:
    """Return the largest size factor whose tokens are affordable; below 1 when not even the optimum's are.

    The inverse of `log_overtraining_data`: ``k = (1 + s - s X^-beta)^(1/alpha)``.
    """
    s = law.law.alpha / law.law.beta
    room = 1.0 + s - s * jnp.exp(-law.law.beta * log_affordable)
    return jnp.exp(jnp.log(jnp.maximum(room, 1e-30)) / law.law.alpha)


def supply_gaps(
    data: DataLaw, seen: Scarcity, log_factor: Scalar, questions: Questions
) -> tuple[Scalar, ...]:
    """Return a gap for each wall that compares demand with supply: zero or more once it is reached.

    Parameters
    ----------
    data, seen
        The draw's data law and its scarcity at the date.
    log_factor
        ln of the tokens used per compute-optimal token.
    questions
        The levels asked.
    """
    log_demand = seen.log_ratio + log_factor
    overtrained = seen.log_ratio + log_overtraining_data(data, questions.overtraining)
    return (
        *(log_demand - math.log(passes) for passes in questions.token_passes),
        *(log_demand - log_worth for log_worth in seen.log_worths),
        overtrained - seen.log_overtrained_worth,
    )


def optimum_gaps(seen: Scarcity, questions: Questions) -> tuple[Scalar, ...]:
    """Return a gap for each wall of the data-limited optimum: zero or more once it is reached."""
    return (
        *seen.frontier_margins,
        *(math.log(share) - seen.log_efficiency for share in questions.efficiency),
    )


def log_generation_flop(inputs: Inputs, index: float) -> Scalar:
    """Return ln of the training compute of a generation: index 4 is GPT-4's."""
    return jnp.log(inputs.gpt4_flop) + (index - GPT4_INDEX) * LOG_10 * inputs.oom_per_generation


def log_algorithmic_gain(inputs: Inputs, clock: Clock, t: Scalar) -> Scalar:
    """Return ln of the compute that better algorithms save at `t`, against those of GPT-4's training."""
    halvings_per_year = MONTHS_PER_YEAR / inputs.algorithmic_halving_months
    return log_growth(2.0, halvings_per_year * (t - clock.gpt4))


def observe(
    inputs: Inputs, data: DataLaw, clock: Clock, questions: Questions, t: Scalar, floor: Scalar
) -> Observation:
    """Return one draw at `t`, given that the largest run had reached `floor` [ln FLOP] before."""
    ceilings = log_ceilings(inputs, clock, t, questions.ceilings)
    lowest = ceilings[0]
    binding = jnp.zeros_like(lowest)
    for index, ceiling in enumerate(ceilings[1:], start=1):
        binding = jnp.where(ceiling < lowest, float(index), binding)
        lowest = jnp.minimum(ceiling, lowest)
    log_flop = jnp.maximum(lowest, floor)

    log_tokens = log_training_tokens(inputs, clock, t)
    seen = scarcity(data, log_flop, log_tokens, questions)
    log_equivalent = log_flop + seen.log_efficiency
    log_effective = log_equivalent + log_algorithmic_gain(inputs, clock, t)
    log_factor = jnp.log(inputs.overtraining_factor)

    levels = [log_generation_flop(inputs, index) for index in questions.generations]
    return Observation(
        level=log_flop,
        gaps=(
            supply_gaps(data, seen, log_factor, questions),
            (*optimum_gaps(seen, questions), *(log_effective - level for level in levels)),
            tuple(log_flop - level for level in levels),
        ),
        paths={
            "frontier_flop": log_flop / LOG_10,
            "effective_flop": log_effective / LOG_10,
            "demand_tokens": (log_tokens + seen.log_ratio + log_factor) / LOG_10,
            "supply_tokens": log_tokens / LOG_10,
            "passes": jnp.log(seen.passes) / LOG_10,
            "efficiency": seen.log_efficiency / LOG_10,
            "overtraining_headroom": overtraining_headroom(data, seen.log_overtrained_worth - seen.log_ratio),
            "loss": data.law.irreducible + jnp.exp(data.law.log_reducible_loss(log_equivalent)),
            "binding_ceiling": binding,
        },
    )


def simulate(inputs: Inputs, clock: Clock, grid: Scalar, questions: Questions) -> Future:
    """Return the future that one draw implies.

    Parameters
    ----------
    inputs
        One draw, scalars; or many, draws on the last axis of every input.
    clock
        The as-of date and the anchors.
    grid
        Increasing dates, in years since the as-of date; they bracket the passages, and paths are reported on
        them. Start some years before 0: a run that is under way at the as-of date was started before it.
    questions
        What is asked.
    """
    data = data_law(inputs, questions)
    dates, paths = first_passages(
        lambda t, floor: observe(inputs, data, clock, questions, t, floor), grid, inputs.frontier_flop
    )
    walls = len(wall_names(questions))
    effective, raw = jnp.split(dates[walls:], 2)
    starts = {"raw": raw, "effective": effective}
    delay = release_delay(inputs)
    return Future(
        dates[:walls], starts, {kind: release_dates(start, delay) for kind, start in starts.items()}, paths
    )
