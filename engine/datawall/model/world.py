"""From one draw of inputs to one future: the only file that composes the model."""

import math
from collections.abc import Sequence

import jax
import jax.numpy as jnp

from datawall.model.ceilings.frontier import Path, binding, ceilings, log_lowest
from datawall.model.ceilings.growth import Growth
from datawall.model.clock import Clock
from datawall.model.counts import model_counts
from datawall.model.inputs import Inputs, Scalar
from datawall.model.loss.architecture import log_compute_gain
from datawall.model.loss.data_constrained import DataLaw, Scarcity, data_law, scarcity
from datawall.model.loss.overtraining import headroom, wall_gap
from datawall.model.passage import Line, bent_passages, running_maximum, straight_passages
from datawall.model.questions import Questions
from datawall.model.release import release_dates, release_delay
from datawall.model.supply import training_tokens
from datawall.pytrees import record, staged
from datawall.scaling_laws.generations import GPT4_INDEX
from datawall.scaling_laws.logs import LOG2, LOG10
from datawall.scaling_laws.price import EfficiencyGrowth, efficiency_growth, years_for_gain
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
    compute_levels
        When the first run of each amount of compute asked starts.
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
    compute_levels: Scalar
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


def log_generation_flop(inputs: Inputs, index: float) -> Scalar:
    """Return ln of the training compute of a generation: index 4 is GPT-4's."""
    return jnp.log(inputs.gpt4_flop) + (index - GPT4_INDEX) * LOG10 * inputs.oom_per_generation


def algorithmic_gain(inputs: Inputs, clock: Clock) -> Growth:
    """Return the path of ln of the compute that better algorithms save, against those of GPT-4's training."""
    rate = LOG2 * MONTHS_PER_YEAR / inputs.algorithmic_halving_months
    return Growth(-rate * clock.gpt4, rate)


@record
class Draw:
    """What one draw fixes for all dates.

    Attributes
    ----------
    ceilings
        ln FLOP that each ceiling allows.
    tokens
        ln m U.
    algorithms
        ln of the compute that better algorithms save.
    log_useful_gain
        ln of the dense compute that a FLOP of training stands for.
    log_overtraining
        ln of the tokens used for each compute-optimal token.
    generations
        ln FLOP of each generation asked.
    hybrid_factor
        Share of the isoFLOP penalty that is left.
    data
        The loss law and how it treats repeats.
    """

    ceilings: tuple[Path, ...]
    tokens: Growth
    algorithms: Growth
    log_useful_gain: Scalar
    log_overtraining: Scalar
    generations: tuple[Scalar, ...]
    hybrid_factor: Scalar
    data: DataLaw


@record
class State:
    """One draw at one date.

    Attributes
    ----------
    log_flop
        ln C, the largest run so far.
    log_effective
        ln of the compute that it is worth with GPT-4's algorithms and plenty of data.
    log_demand
        ln of the tokens that it would use if data were plenty, over m U.
    log_efficiency
        ln C_eq / C.
    frontier_margins, log_worths
        As in `Scarcity`.
    overtrained_gap
        Zero or more once the smaller model asked misses the optimum's loss.
    """

    log_flop: Scalar
    log_effective: Scalar
    log_demand: Scalar
    log_efficiency: Scalar
    frontier_margins: tuple[Scalar, ...]
    log_worths: tuple[Scalar, ...]
    overtrained_gap: Scalar


def prepare(inputs: Inputs, clock: Clock, questions: Questions) -> Draw:
    """Return what a draw fixes for all dates."""
    fixed = staged(
        {
            "ceilings": ceilings(inputs, clock, questions.ceilings),
            "tokens": training_tokens(inputs, clock, questions.supply),
            "algorithms": algorithmic_gain(inputs, clock),
            "log_useful_gain": log_compute_gain(inputs),
            "log_overtraining": jnp.log(inputs.overtraining_factor),
            "generations": tuple(log_generation_flop(inputs, i) for i in questions.generations),
            "hybrid_factor": inputs.hybrid_factor,
        }
    )
    return Draw(**fixed, data=data_law(inputs, questions))


def scarcity_at(draw: Draw, questions: Questions, t: Scalar, log_flop: Scalar) -> Scarcity:
    """Return what the data at `t` do to a run of `log_flop`."""
    return scarcity(draw.data, log_flop + draw.log_useful_gain, draw.tokens.at(t), questions)


def state_at(draw: Draw, questions: Questions, t: Scalar, log_flop: Scalar, seen: Scarcity) -> State:
    """Return the state of the draw at `t`, when the largest run so far is `log_flop`."""
    law = draw.data.law
    # sparsity and distillation are algorithmic progress, which the halving time counts already
    return State(
        log_flop,
        log_flop + seen.log_efficiency + draw.algorithms.at(t),
        seen.log_ratio + draw.log_overtraining,
        seen.log_efficiency,
        seen.frontier_margins,
        seen.log_worths,
        wall_gap(law, draw.hybrid_factor, questions.overtraining, seen.log_affordable),
    )


def straight_gaps(draw: Draw, state: State, questions: Questions) -> tuple[Scalar, ...]:
    """Return the gaps that are straight lines in demand over supply, or in compute.

    Here and below a gap is zero or more once its level is reached.
    """
    return (
        *(state.log_demand - math.log(passes) for passes in questions.token_passes),
        *(state.log_flop - level for level in draw.generations),
        *(state.log_flop - math.log(level) for level in questions.compute_levels),
    )


def bent_gaps(draw: Draw, state: State, questions: Questions) -> tuple[Scalar, ...]:
    """Return the gaps that are nearly so."""
    return (
        *(state.log_demand - log_worth for log_worth in state.log_worths),
        state.overtrained_gap,
        *state.frontier_margins,
        *(math.log(share) - state.log_efficiency for share in questions.efficiency),
        *(state.log_effective - level for level in draw.generations),
    )


def lines(draw: Draw, questions: Questions) -> tuple[Line, Line]:
    """Return the coordinates of the gaps, in the order of `straight_gaps` and of `bent_gaps`."""
    demand = Line(draw.data.law.tokens_exponent, -draw.tokens.rate)
    one, zero = jnp.ones_like(demand.weight), jnp.zeros_like(demand.weight)
    effective = Line(one, draw.algorithms.rate)
    raw = Line(one, zero)
    walls = len(questions.effective_passes) + 1 + len(questions.frontier_passes) + len(questions.efficiency)
    generations = len(questions.generations)
    return (
        _rows([demand] * len(questions.token_passes) + [raw] * (generations + len(questions.compute_levels))),
        _rows([demand] * walls + [effective] * generations),
    )


def _rows[T](records: Sequence[T]) -> T:
    """Return one record with a row for each of several."""
    return jax.tree.map(lambda *leaves: jnp.stack(leaves), *records)


def paths_at(draw: Draw, t: Scalar, state: State, seen: Scarcity) -> dict[str, Scalar]:
    """Return what is reported of the draw at `t`, by name, logs to base 10."""
    law = draw.data.law
    log_tokens = draw.tokens.at(t)
    levels = jnp.stack([path.at(t) for path in draw.ceilings])
    log_equal = state.log_flop + draw.log_useful_gain + seen.log_efficiency
    return {
        "frontier_flop": state.log_flop / LOG10,
        "effective_flop": state.log_effective / LOG10,
        "demand_tokens": (log_tokens + state.log_demand) / LOG10,
        "supply_tokens": log_tokens / LOG10,
        "passes": jnp.log(seen.passes) / LOG10,
        "efficiency": state.log_efficiency / LOG10,
        "overtraining_headroom": headroom(law, draw.hybrid_factor, seen.log_affordable),
        "loss": law.irreducible + jnp.exp(law.log_reducible_loss(log_equal)),
        "ceiling_flop": levels / LOG10,
        "binding_ceiling": binding(levels),
    }


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
    draw = prepare(inputs, clock, questions)
    states, paths = _along(draw, grid, questions)
    if questions.count_levels:
        counts = model_counts(inputs, clock, grid, states.log_flop, questions.count_levels)
        paths["model_count"] = jnp.log(counts) / LOG10
    straight, bent = _dates(draw, grid, states, questions)
    passes, generations = len(questions.token_passes), len(questions.generations)
    tokens, raw, levels = jnp.split(straight, [passes, passes + generations])
    walls, effective = jnp.split(bent, [len(bent) - generations])
    starts = {"raw": raw, "effective": effective}
    delay = release_delay(inputs, questions)
    price = efficiency_growth(
        inputs.flop_per_usd_growth, inputs.algorithmic_halving_months, inputs.other_efficiency_growth
    )
    return Future(
        walls=jnp.concatenate([tokens, walls]),
        starts=starts,
        releases={kind: release_dates(start, delay) for kind, start in starts.items()},
        compute_levels=levels,
        price_gains=jnp.stack(
            [years_for_gain(gain, price.pace.factor_per_year) for gain in questions.price_gains]
        ),
        price=price,
        paths=paths,
    )


def _along(draw: Draw, grid: Scalar, questions: Questions) -> tuple[State, dict[str, Scalar]]:
    """Return the states and paths of a draw, dates on the leading axis."""
    lowest = jax.vmap(lambda t: staged(log_lowest(draw.ceilings, t)))(grid)
    log_flop = running_maximum(lowest)

    def at(t: Scalar, flop: Scalar) -> tuple[State, dict[str, Scalar]]:
        seen = scarcity_at(draw, questions, t, flop)
        state = jax.lax.optimization_barrier(state_at(draw, questions, t, flop, seen))
        return state, paths_at(draw, t, state, seen)

    return jax.vmap(at)(grid, log_flop)


def _dates(draw: Draw, grid: Scalar, states: State, questions: Questions) -> tuple[Scalar, Scalar]:
    """Return when the straight and the bent gaps are first reached."""

    def path(t: Scalar) -> Scalar:
        return log_lowest(draw.ceilings, t)

    def bent_at(t: Scalar, log_flop: Scalar) -> Scalar:
        def rows(t: Scalar, log_flop: Scalar) -> tuple[Scalar, ...]:
            seen = scarcity_at(draw, questions, t, log_flop)
            return bent_gaps(draw, state_at(draw, questions, t, log_flop, seen), questions)

        return jnp.stack([gap[row] for row, gap in enumerate(jax.vmap(rows)(t, log_flop))])

    def on_grid(gaps: tuple[Scalar, ...]) -> Scalar:
        return jnp.stack(jax.lax.optimization_barrier(gaps))

    straight_line, bent_line = lines(draw, questions)
    straight = on_grid(straight_gaps(draw, states, questions))
    bent = on_grid(bent_gaps(draw, states, questions))
    return (
        straight_passages(path, straight_line, straight, states.log_flop, grid),
        bent_passages(path, bent_line, bent, states.log_flop, grid, bent_at),
    )
