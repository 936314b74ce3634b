"""Simulation of one future from one draw of inputs: the only file that composes the model."""

import math
from collections.abc import Sequence

import jax
import jax.numpy as jnp

from datawall.model.clock import Clock
from datawall.model.counts import model_counts
from datawall.model.criteria import CRITERIA, AtLevel
from datawall.model.frontier import ceilings, log_lowest
from datawall.model.growth import Growth
from datawall.model.inputs import Inputs, Scalar
from datawall.model.loss.architecture import log_compute_gain
from datawall.model.loss.data_constrained import DataLaw, Scarcity, data_law, scarcity
from datawall.model.loss.overtraining import wall_gap
from datawall.model.output import Instant
from datawall.model.outputs import paths_at
from datawall.model.parts import Path
from datawall.model.passage import Line, linear_passages, nonlinear_passages, running_maximum
from datawall.model.questions import Questions
from datawall.model.release import release_dates, release_delay
from datawall.model.supply import training_tokens
from datawall.pytrees import materialize, pytree_dataclass
from datawall.scaling_laws.costs import EfficiencyGrowth, efficiency_growth, years_for_gain
from datawall.scaling_laws.generations import GPT4_INDEX
from datawall.scaling_laws.laws import LOG2, LOG10
from datawall.units import MONTHS_PER_YEAR


@pytree_dataclass
class Future:
    """Future of one draw: dates in years since the as-of date, and paths on the grid.

    Attributes
    ----------
    walls
        First passage of each wall criterion, in the order of `Questions.wall_names`; -inf when it lies before
        the grid, inf when it is not within it.
    starts, releases
        For ``"raw"`` and ``"effective"`` compute, dates at which training of each generation starts and at
        which a model as large is released; generations on the leading axis.
    compute_levels
        Start of the first run of each amount of compute.
    price_gains
        Date by which the price of a fixed capability has fallen by each factor.
    price
        Pace of its fall, and the sources of it.
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


def log_generation_flop(inputs: Inputs, index: float) -> Scalar:
    """Return ln of the training compute of a generation: index 4 is GPT-4's."""
    return jnp.log(inputs.gpt4_flop) + (index - GPT4_INDEX) * LOG10 * inputs.oom_per_generation


def algorithmic_gain(inputs: Inputs, clock: Clock) -> Growth:
    """Return the path of ln of the compute that better algorithms save, against those of GPT-4's training."""
    rate = LOG2 * MONTHS_PER_YEAR / inputs.algorithmic_halving_months
    return Growth(-rate * clock.gpt4, rate)


@pytree_dataclass
class Draw:
    """Constants of one draw for all dates.

    Attributes
    ----------
    ceilings
        ln FLOP that each ceiling allows.
    tokens
        ln m U.
    algorithms
        ln of the compute that better algorithms save.
    log_useful_gain
        ln of the dense compute equivalent to a FLOP of training.
    log_overtraining
        ln of the tokens used for each compute-optimal token.
    generations
        ln FLOP of each generation of the questions.
    hybrid_factor
        Share of the isoFLOP penalty that is left.
    data
        The loss law and its treatment of repeats.
    """

    ceilings: tuple[Path, ...]
    tokens: Growth
    algorithms: Growth
    log_useful_gain: Scalar
    log_overtraining: Scalar
    generations: tuple[Scalar, ...]
    hybrid_factor: Scalar
    data: DataLaw


@pytree_dataclass
class State:
    """State of one draw at one date.

    Attributes
    ----------
    log_flop
        ln C, the largest run so far.
    log_effective
        ln of its equivalent compute with GPT-4's algorithms and plenty of data.
    log_demand
        ln of the tokens that it would use if data were plenty, over m U.
    log_efficiency
        ln C_eq / C.
    frontier_margins, log_worths
        As in `Scarcity`.
    overtrained_gap
        Zero or more once the smaller model of the questions misses the optimum's loss.
    """

    log_flop: Scalar
    log_effective: Scalar
    log_demand: Scalar
    log_efficiency: Scalar
    frontier_margins: tuple[Scalar, ...]
    log_worths: tuple[Scalar, ...]
    overtrained_gap: Scalar


def prepare(inputs: Inputs, clock: Clock, questions: Questions) -> Draw:
    """Return the constants of a draw for all dates."""
    fixed = materialize(
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
    """Return the data scarcity at `t` of a run of `log_flop`."""
    return scarcity(draw.data, log_flop + draw.log_useful_gain, draw.tokens.at(t), questions)


def state_at(draw: Draw, questions: Questions, t: Scalar, log_flop: Scalar, seen: Scarcity) -> State:
    """Return the state of the draw at `t`, when the largest run so far is `log_flop`."""
    law = draw.data.law
    # sparsity and distillation are algorithmic progress, already counted in the halving time
    return State(
        log_flop,
        log_flop + seen.log_efficiency + draw.algorithms.at(t),
        seen.log_ratio + draw.log_overtraining,
        seen.log_efficiency,
        seen.frontier_margins,
        seen.log_worths,
        wall_gap(law, draw.hybrid_factor, questions.levels("overtrained")[0], seen.log_affordable),
    )


def wall_gaps(draw: Draw, state: State, questions: Questions, *, linear: bool) -> tuple[Scalar, ...]:
    """Return the gaps of the walls with linear crossings, or of the others, in the order of the criteria.

    Here and below a gap is zero or more once its level is reached.
    """
    return tuple(
        criterion.gap(AtLevel(draw, state, place, level))
        for criterion in CRITERIA
        if criterion.linear == linear
        for place, level in enumerate(questions.levels(criterion.name))
    )


def linear_gaps(draw: Draw, state: State, questions: Questions) -> tuple[Scalar, ...]:
    """Return the gaps that are linear in demand over supply, or in compute."""
    return (
        *wall_gaps(draw, state, questions, linear=True),
        *(state.log_flop - level for level in draw.generations),
        *(state.log_flop - math.log(level) for level in questions.compute_levels),
    )


def nonlinear_gaps(draw: Draw, state: State, questions: Questions) -> tuple[Scalar, ...]:
    """Return the gaps that are nearly linear in demand over supply, or in compute."""
    return (
        *wall_gaps(draw, state, questions, linear=False),
        *(state.log_effective - level for level in draw.generations),
    )


def _walls(questions: Questions, *, linear: bool) -> int:
    """Return the number of walls whose crossings are linear, or of the others."""
    return sum(len(questions.levels(c.name)) for c in CRITERIA if c.linear == linear)


def lines(draw: Draw, questions: Questions) -> tuple[Line, Line]:
    """Return the coordinates of the gaps, in the order of `linear_gaps` and of `nonlinear_gaps`."""
    demand = Line(draw.data.law.tokens_exponent, -draw.tokens.rate)
    one, zero = jnp.ones_like(demand.weight), jnp.zeros_like(demand.weight)
    effective = Line(one, draw.algorithms.rate)
    raw = Line(one, zero)
    generations = len(questions.generations)
    return (
        _rows(
            [demand] * _walls(questions, linear=True) + [raw] * (generations + len(questions.compute_levels))
        ),
        _rows([demand] * _walls(questions, linear=False) + [effective] * generations),
    )


def _rows[T](records: Sequence[T]) -> T:
    """Return the records stacked into one, with a row for each."""
    return jax.tree.map(lambda *leaves: jnp.stack(leaves), *records)


def simulate(inputs: Inputs, clock: Clock, grid: Scalar, questions: Questions) -> Future:
    """Return the future that one draw implies.

    Parameters
    ----------
    inputs
        One draw, scalars; or many, draws on the last axis of every input.
    clock
        The as-of date and the anchor dates.
    grid
        Increasing dates, in years since the as-of date; they bracket the passages, and paths are reported on
        them. Start some years before 0, because a run under way at the as-of date was started before it.
    questions
        The questions of the scenario.
    """
    draw = prepare(inputs, clock, questions)
    states, paths = _along(draw, grid, questions)
    if questions.count_levels:
        counts = model_counts(inputs, clock, grid, states.log_flop, questions.count_levels)
        paths["model_count"] = jnp.log(counts) / LOG10
    linear, nonlinear = _dates(draw, grid, states, questions)
    first, generations = _walls(questions, linear=True), len(questions.generations)
    linear_walls, raw, levels = jnp.split(linear, [first, first + generations])
    walls, effective = jnp.split(nonlinear, [len(nonlinear) - generations])
    starts = {"raw": raw, "effective": effective}
    delay = release_delay(inputs, questions)
    price = efficiency_growth(
        inputs.flop_per_usd_growth, inputs.algorithmic_halving_months, inputs.other_efficiency_growth
    )
    return Future(
        walls=jnp.concatenate([linear_walls, walls]),
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
    lowest = jax.vmap(lambda t: materialize(log_lowest(draw.ceilings, t)))(grid)
    log_flop = running_maximum(lowest)

    def at(t: Scalar, flop: Scalar) -> tuple[State, dict[str, Scalar]]:
        seen = scarcity_at(draw, questions, t, flop)
        state = jax.lax.optimization_barrier(state_at(draw, questions, t, flop, seen))
        return state, paths_at(Instant.of(draw, t, state, seen))

    return jax.vmap(at)(grid, log_flop)


def _dates(draw: Draw, grid: Scalar, states: State, questions: Questions) -> tuple[Scalar, Scalar]:
    """Return the first-passage dates of the linear and the nonlinear gaps."""

    def path(t: Scalar) -> Scalar:
        return log_lowest(draw.ceilings, t)

    def nonlinear_at(t: Scalar, log_flop: Scalar) -> Scalar:
        def rows(t: Scalar, log_flop: Scalar) -> tuple[Scalar, ...]:
            seen = scarcity_at(draw, questions, t, log_flop)
            return nonlinear_gaps(draw, state_at(draw, questions, t, log_flop, seen), questions)

        return jnp.stack([gap[row] for row, gap in enumerate(jax.vmap(rows)(t, log_flop))])

    def on_grid(gaps: tuple[Scalar, ...]) -> Scalar:
        return jnp.stack(jax.lax.optimization_barrier(gaps))

    linear_line, nonlinear_line = lines(draw, questions)
    linear = on_grid(linear_gaps(draw, states, questions))
    nonlinear = on_grid(nonlinear_gaps(draw, states, questions))
    return (
        linear_passages(path, linear_line, linear, states.log_flop, grid),
        nonlinear_passages(path, nonlinear_line, nonlinear, states.log_flop, grid, nonlinear_at),
    )
