"""Scenario forecaster: answers from draws of the path of the largest known run."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from datawall.backtesting.questions import TARGETS, Answers, Forecaster, ForecastQuestion, NothingKnownError
from datawall.backtesting.records import series_of, threshold
from datawall.backtesting.vintage import SAME_DATE
from datawall.distributions.joint import inputs_from_scores
from datawall.distributions.special import ndtri
from datawall.errors import DatawallError
from datawall.model.clock import Clock, clock_at
from datawall.model.frontier import ceilings, log_lowest
from datawall.model.inputs import Inputs
from datawall.model.passage import running_maximum
from datawall.model.questions import Questions
from datawall.model.release import release_delay
from datawall.pytrees import pytree_dataclass
from datawall.sampling.prng import seed_word, split_index, stream_ids, uniforms
from datawall.sampling.samplers import RANDOM
from datawall.scaling_laws.generations import GPT4_INDEX
from datawall.scaling_laws.laws import LOG10
from datawall.scenario import Scenario
from datawall.units import MONTHS_PER_YEAR, date_of

WORLD_TARGETS = ("largest_run", "first_above", "release_by_compute")
RUNS = "largest_run"
_LOOKBACK_YEARS = 3
"""Longest time before the origin at which a run released after it may have started [years]."""
DATED_YEARS = 25.0
"""Dates further ahead than this, or than the longest horizon in question, are never [years]."""
_ERROR_STREAMS = ("published_error", "published_row")
"""Labels of the random numbers behind the error of the published figure."""


@dataclass(frozen=True)
class _Account:
    """Static part of the compiled program: the joint distribution, and the inputs of a run."""

    structure: Any
    questions: Questions


@pytree_dataclass
class _Paths:
    """Paths of the largest run: a row for each month of its start, draws on the last axis.

    Attributes
    ----------
    released
        Release of that run or a larger one; never falls [years since the origin].
    log10_flop
        Its published compute; never falls.
    """

    released: jax.Array
    log10_flop: jax.Array


def world_forecaster(scenario: Scenario, draws: int = 4000, seed: int = 0) -> Forecaster:
    """Return the forecaster of the largest known run under a scenario, as it was believed at the origin.

    It answers `WORLD_TARGETS` about the published figure: the largest run that has been released, times the
    error of its estimate, and never less than the record known at the origin. All answers are read off the
    same futures: draw i depends on the seed and on i, whatever is asked and at whichever origin. It raises
    `NothingKnownError` where no run was known.
    """
    return partial(_answers, scenario, draws, seed)


def _answers(scenario: Scenario, draws: int, seed: int, questions: Sequence[ForecastQuestion]) -> Answers:
    asked = [question for question in questions if question.target in WORLD_TARGETS]
    if not asked:
        return {}
    origin = asked[0].origin
    if any(abs(question.origin - scenario.as_of) > SAME_DATE for question in asked):
        raise DatawallError(f"{scenario.name}: is of {date_of(scenario.as_of)}; ask it at that origin only")
    known = series_of(RUNS, as_of=origin)
    if not known.items:
        raise NothingKnownError(f"the compute of no run was known by {date_of(origin)}; ask at a later date")
    longest = max(DATED_YEARS, *(question.horizon for question in asked))
    error = _published_error(known.error, draws, seed)
    paths = _paths_of(scenario, longest, error, seed)
    record = known.record(origin)

    def answer(question: ForecastQuestion) -> np.ndarray:
        if TARGETS[question.target].kind == "level":
            level = np.asarray(published_level(paths, np.float32(question.horizon)), np.float64)
            return np.maximum(level, record)
        level = threshold(question.target, question.item)
        years = np.asarray(first_published(paths, np.float32(level)), np.float64)
        return np.where(years <= longest, origin + np.maximum(years, 0.0), np.inf)

    return {question: answer(question) for question in asked}


def _published_error(errors: np.ndarray, draws: int, seed: int) -> np.ndarray:
    """Draw the error of the published figure, in log10, one for each draw.

    Its size is that of a known figure chosen at random.
    """
    numbers = uniforms(seed_word(seed), split_index(0), draws, stream_ids(_ERROR_STREAMS))
    size, place = np.asarray(numbers, np.float64)
    return errors[(place * len(errors)).astype(int)] * ndtri(size)


def _paths_of(scenario: Scenario, longest: float, error: np.ndarray, seed: int) -> _Paths:
    """Return the paths of runs that start between some years before the origin and the longest horizon."""
    # one release account for the whole path: separate generations would be separate random numbers
    asked = replace(scenario.questions, generations=(GPT4_INDEX,))
    joint = replace(scenario, questions=asked).joint()
    months = np.arange(-_LOOKBACK_YEARS * MONTHS_PER_YEAR, np.ceil(longest * MONTHS_PER_YEAR) + 1.0)
    return published_paths(
        _Account(joint.structure, asked),
        joint.params,
        RANDOM.points(seed, RANDOM.address(joint.streams, range(len(joint.streams)))),
        clock_at(scenario.as_of, scenario.anchors),
        np.asarray(months / MONTHS_PER_YEAR, np.float32),
        np.asarray(error, np.float32),
    )


@partial(jax.jit, static_argnames="account")
def published_paths(
    account: _Account, params: dict[str, Any], points: Any, clock: Clock, grid: jax.Array, error: jax.Array
) -> _Paths:
    """Return the published paths of each draw, for starts on the grid.

    Parameters
    ----------
    account
        What sets size and release of a run.
    params, points
        The numbers of the joint distribution of the inputs, and where the random numbers start from.
    clock
        The origin and the anchors.
    grid
        Increasing dates of start, shape (months,) [years since the origin].
    error
        Of the published figure, shape (draws,) [log10].
    """

    def of_draw(values: dict[str, jax.Array], error: jax.Array) -> _Paths:
        inputs = Inputs(**values)
        paths = ceilings(inputs, clock, account.questions.ceilings)
        log_flop = running_maximum(jax.vmap(partial(log_lowest, paths))(grid))
        # the name of a run decides its delay in the tables of generations
        above_gpt4 = (log_flop - jnp.log(inputs.gpt4_flop)) / (LOG10 * inputs.oom_per_generation)
        delay = release_delay(inputs, replace(account.questions, generations=(GPT4_INDEX + above_gpt4,)))[0]
        # a larger run that is released first also counts for the smaller one
        released = -running_maximum(-(grid + delay)[::-1])[::-1]
        return _Paths(released, log_flop / LOG10 + error)

    z = RANDOM.scores(points, split_index(0), len(error))
    values = inputs_from_scores(account.structure, params, z)
    return jax.vmap(of_draw, in_axes=-1, out_axes=-1)(values, error)


@jax.jit
def published_level(paths: _Paths, t: jax.Array) -> jax.Array:
    """Return log10 of the largest run released by `t`, linear between months; -inf where there is none."""
    of_draw = partial(jnp.interp, t, left=-jnp.inf)
    return jax.vmap(of_draw, in_axes=-1)(paths.released, paths.log10_flop)


@jax.jit
def first_published(paths: _Paths, log10_flop: jax.Array) -> jax.Array:
    """Return the first-passage time of published compute [years since the origin]; inf if none."""
    of_draw = partial(jnp.interp, log10_flop, right=jnp.inf)
    return jax.vmap(of_draw, in_axes=-1)(paths.log10_flop, paths.released)
