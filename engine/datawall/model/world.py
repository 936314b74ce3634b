"""From one draw of inputs to one future: the only file that composes the model."""

import math

import jax.numpy as jnp

from datawall.model.architecture import log_compute_gain
from datawall.model.clock import Clock
from datawall.model.efficiency import EfficiencyGrowth, efficiency_growth, years_for_gain
from datawall.model.frontier import log_ceilings, log_growth
from datawall.model.generations import GPT4_INDEX
from datawall.model.inputs import Inputs, Scalar
from datawall.model.overtraining import headroom, wall_gap
from datawall.model.passage import Observation, first_passages
from datawall.model.questions import Questions
from datawall.model.reals import LOG10
from datawall.model.release import release_dates, release_delay
from datawall.model.scarcity import DataLaw, Scarcity, data_law, scarcity
from datawall.model.supply import log_training_tokens
from datawall.records import record
from datawall.units import MONTHS_PER_YEAR


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
    price_gains
        When the price of a fixed capability has fallen by each factor asked.
    price
        How fast it falls, and why.
    paths
        By name, values on the grid (leading axis), logs to base 10.
    """

    walls: Scalar
    starts: dict[str, Scalar]
    releases: dict[str, Scalar]
    price_gains: Scalar
    price: EfficiencyGrowth
    paths: dict[str, Scalar]


def wall_names(questions: Questions) -> tuple[str, ...]:
    """Return the names of the wall criteria, in the order of their gaps."""
    return (
        *(f"tokens[{passes:g}]" for passes in questions.token_passes),
        *(f"effective[{passes:g}]" for passes in questions.effective_passes),
        f"overtrained[{questions.overtraining:g}]",
        *(f"frontier[{passes:g}]" for passes in questions.frontier_passes),
        *(f"efficiency[{share:g}]" for share in questions.efficiency),
    )


def supply_gaps(inputs: Inputs, data: DataLaw, seen: Scarcity, questions: Questions) -> tuple[Scalar, ...]:
    """Return a gap for each wall that compares demand with supply: zero or more once it is reached."""
    log_demand = seen.log_ratio + jnp.log(inputs.overtraining_factor)
    return (
        *(log_demand - math.log(passes) for passes in questions.token_passes),
        *(log_demand - log_worth for log_worth in seen.log_worths),
        wall_gap(data.law, inputs.hybrid_factor, questions.overtraining, seen.log_affordable),
    )


def optimum_gaps(seen: Scarcity, questions: Questions) -> tuple[Scalar, ...]:
    """Return a gap for each wall of the data-limited optimum: zero or more once it is reached."""
    return (
        *seen.frontier_margins,
        *(math.log(share) - seen.log_efficiency for share in questions.efficiency),
    )


def log_generation_flop(inputs: Inputs, index: float) -> Scalar:
    """Return ln of the training compute of a generation: index 4 is GPT-4's."""
    return jnp.log(inputs.gpt4_flop) + (index - GPT4_INDEX) * LOG10 * inputs.oom_per_generation


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
    log_useful = log_flop + log_compute_gain(inputs)
    seen = scarcity(data, log_useful, log_tokens, questions)
    # sparsity and distillation are algorithmic progress, which the halving time counts already
    log_effective = log_flop + seen.log_efficiency + log_algorithmic_gain(inputs, clock, t)
    log_demand = log_tokens + seen.log_ratio + jnp.log(inputs.overtraining_factor)
    log_reducible = data.law.log_reducible_loss(log_useful + seen.log_efficiency)

    levels = [log_generation_flop(inputs, index) for index in questions.generations]
    return Observation(
        level=log_flop,
        gaps=(
            supply_gaps(inputs, data, seen, questions),
            (*optimum_gaps(seen, questions), *(log_effective - level for level in levels)),
            tuple(log_flop - level for level in levels),
        ),
        paths={
            "frontier_flop": log_flop / LOG10,
            "effective_flop": log_effective / LOG10,
            "demand_tokens": log_demand / LOG10,
            "supply_tokens": log_tokens / LOG10,
            "passes": jnp.log(seen.passes) / LOG10,
            "efficiency": seen.log_efficiency / LOG10,
            "overtraining_headroom": headroom(data.law, inputs.hybrid_factor, seen.log_affordable),
            "loss": data.law.irreducible + jnp.exp(log_reducible),
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
    price = efficiency_growth(
        inputs.flop_per_usd_growth, inputs.algorithmic_halving_months, inputs.other_efficiency_growth
    )
    return Future(
        walls=dates[:walls],
        starts=starts,
        releases={kind: release_dates(start, delay) for kind, start in starts.items()},
        price_gains=jnp.stack(
            [years_for_gain(gain, price.pace.factor_per_year) for gain in questions.price_gains]
        ),
        price=price,
        paths=paths,
    )
