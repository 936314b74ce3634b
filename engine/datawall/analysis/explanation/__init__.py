"""Explanation of one future, step by step: equations with numbers, to be redone by hand."""

import math
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from datawall.analysis.explanation.algebra import digits as n
from datawall.analysis.explanation.future import ExplainedState, OneFuture
from datawall.caching import keep_compiled_programs
from datawall.distributions.joint import inputs_from_scores
from datawall.errors import DatawallError
from datawall.model.criteria import criterion_of, level_of
from datawall.model.inputs import DECLARATIONS, Inputs, ranks
from datawall.model.loss.architecture import log_compute_gain
from datawall.model.loss.data_constrained import EFFECTIVE_DATA
from datawall.model.loss.law import pivot_law
from datawall.model.registry import CEILINGS, RELEASES, SUPPLIES
from datawall.model.release import release_delay
from datawall.model.world import log_generation_flop
from datawall.sampling.prng import split_index
from datawall.sampling.samplers import SAMPLERS
from datawall.scenario import Scenario


@dataclass(frozen=True)
class _Step:
    """Step of a calculation.

    Attributes
    ----------
    name
        Name of the result.
    equation
        In symbols.
    numbers
        The right-hand side with the numbers put in, as arithmetic; empty where `value` was searched for.
    value
        The result.
    unit
        Its unit.
    """

    name: str
    equation: str
    numbers: str
    value: float
    unit: str


@dataclass(frozen=True)
class _ExplainedSection:
    """Section of steps."""

    title: str
    steps: tuple[_Step, ...]


@dataclass(frozen=True)
class Explanation:
    """Explanation of one future.

    Attributes
    ----------
    inputs
        Value and unit of each input; a choice by the name of its option.
    sections
        The calculation.
    """

    inputs: dict[str, tuple[Any, str]]
    sections: tuple[_ExplainedSection, ...]

    def as_data(self) -> dict[str, Any]:
        """Return the explanation as plain data for JSON; a date that is never reached is a word."""
        data = asdict(self)
        for section in data["sections"]:
            for step in section["steps"]:
                if not math.isfinite(step["value"]):
                    step["value"] = "never" if step["value"] > 0 else "past"
        return data


def explain(scenario: Scenario, inputs: Inputs) -> Explanation:
    """Walk one future from its inputs to its dates, in double precision.

    Parameters
    ----------
    scenario
        Scenario that sets the dates and questions.
    inputs
        One draw, in plain numbers, as `inputs_of_draw` or `median_inputs` gives it.

    Returns
    -------
    Explanation
        Inputs, loss law, the state at the as-of date and at the first wall asked, every wall, and the
        generations.
    """
    keep_compiled_programs()
    with jax.enable_x64(True):
        future = OneFuture(scenario, inputs)
        moments = {"At the as-of date": scenario.as_of}
        wall, date = next(iter(future.walls().items()))
        if math.isfinite(date):
            moments[f"At the wall {wall}"] = date
        return Explanation(
            _named(inputs),
            (
                _ExplainedSection("Loss law and architecture", tuple(_law_steps(future))),
                *(_state(future, title, moment) for title, moment in moments.items()),
                _ExplainedSection("Walls", tuple(_wall_steps(future))),
                *_generation_sections(future),
            ),
        )


def _state(future: OneFuture, title: str, date: float) -> _ExplainedSection:
    state = future.at(date)
    return _ExplainedSection(
        f"{title}, {date:.4f}", (*_compute_steps(future, state), *_data_steps(future, state))
    )


def _law_steps(future: OneFuture) -> Iterator[_Step]:
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
        yield _Step(name, found.equation, found.numbers, found.value, unit)


def _compute_steps(future: OneFuture, state: ExplainedState) -> Iterator[_Step]:
    """Yield each ceiling and the largest run under them."""
    for name, flop in state.ceilings.items():
        path = future.equations.ceiling(name, state.date)
        title = f"ceiling {name}: {CEILINGS[name].title}"
        yield _Step(title, path.equation, path.numbers, flop, "FLOP")
    lowest = f"min({', '.join(n(flop) for flop in state.ceilings.values())})"
    if state.flop > 1.000001 * min(state.ceilings.values()):
        lowest = f"max({n(state.flop)}, {lowest})"
    yield _Step("largest run", "C = lowest ceiling; it never shrinks", lowest, state.flop, "FLOP")


def _data_steps(future: OneFuture, state: ExplainedState) -> Iterator[_Step]:
    """Yield supply, demand, and the effect of their ratio on the run."""
    i = future.inputs
    account = future.questions.supply
    tokens = future.equations.supply(account, state.date)
    title = f"supply: {SUPPLIES[account].title}"
    yield _Step(title, tokens.equation, tokens.numbers, state.supply, "tokens")
    gain = n(state.dense_flop / state.flop)
    yield _Step("dense compute", "G C", f"{gain} * {n(state.flop)}", state.dense_flop, "FLOP")
    ideal = future.equations.of(
        lambda inputs, *_, dense_compute: pivot_law(inputs).log_optimal_tokens(dense_compute),
        dense_compute=state.dense_flop,
    )
    yield _Step("compute-optimal tokens", f"D* = {ideal.equation}", ideal.numbers, state.ideal, "tokens")
    factor = i.overtraining_factor
    yield _Step("demand", "kappa D*", f"{n(factor)} * {n(state.ideal)}", factor * state.ideal, "tokens")
    yield _Step("ratio", "D* / m U", f"{n(state.ideal)} / {n(state.supply)}", state.ideal / state.supply, "x")
    form = "effective data" if i.repetition_form == EFFECTIVE_DATA else "additive penalty"
    best = f"least loss at this compute, {form}"
    yield _Step("passes of the best run", best, "", float(state.seen.passes), "passes")
    efficiency = math.exp(float(state.seen.log_efficiency))
    yield _Step("efficiency", "C_eq / C, by the loss of that run", "", efficiency, "x")


def _wall_steps(future: OneFuture) -> Iterator[_Step]:
    """Yield the date of each wall."""
    for name, date in future.walls().items():
        equation = f"first date with {criterion_of(name).equation}, n = {level_of(name)}"
        yield _Step(name, equation, "", date, "year")


def _generation_sections(future: OneFuture) -> Iterator[_ExplainedSection]:
    """Yield compute, start and release of each generation, by raw compute and by effective."""
    for kind in ("raw", "effective"):
        steps = (
            step for g in range(len(future.questions.generations)) for step in _generation(future, kind, g)
        )
        yield _ExplainedSection(f"Generations, {kind} compute", tuple(steps))


def _generation(future: OneFuture, kind: str, g: int) -> Iterator[_Step]:
    as_of, index = future.scenario.as_of, future.questions.generations[g]
    level = future.equations.of(lambda inputs, *_: log_generation_flop(inputs, index))
    start = as_of + float(future.future.starts[kind][g])
    delay = float(np.asarray(release_delay(future.inputs, future.questions))[g])
    released = as_of + float(future.future.releases[kind][g])
    yield _Step(f"{index:g} compute", level.equation, level.numbers, level.value, "FLOP")
    yield _Step(f"{index:g} start", f"first date with this {kind} compute", "", start, "year")
    waited = future.equations.of(lambda inputs, *_: release_delay(inputs, future.questions), place=(g,))
    symbols = RELEASES[future.questions.release].title if waited.number is not None else waited.equation
    numbers = f"{start:.8g} + {waited.numbers}" if math.isfinite(start) else ""
    yield _Step(f"{index:g} ready", f"start + {symbols}", numbers, start + delay, "year")
    yield _Step(f"{index:g} released", "the earliest of this and every larger one", "", released, "year")


def inputs_of_draw(scenario: Scenario, draw: int, seed: int, sampler: str) -> Inputs:
    """Return the inputs of one draw of a forecast with this seed and sampler."""
    spread = SAMPLERS[sampler]
    if not 0 <= draw < spread.most_draws:
        raise DatawallError(f"--draw: need 0 to {spread.most_draws - 1}, got {draw}; draws count from 0")
    joint = scenario.joint()
    points = spread.points(seed, spread.address(joint.streams, ranks(joint.streams)))
    z = spread.scores(points, split_index(draw), 1)
    return _one(inputs_from_scores(joint.structure, joint.params, z))


def median_inputs(scenario: Scenario) -> Inputs:
    """Return every input at the median of its prior, and each choice at its median option."""
    joint = scenario.joint()
    return _one(inputs_from_scores(joint.structure, joint.params, jnp.zeros((len(joint.streams), 1))))


def _one(values: dict[str, jax.Array]) -> Inputs:
    columns = {name: np.asarray(value, np.float64)[..., 0] for name, value in values.items()}
    return Inputs(**{name: value if value.ndim else float(value) for name, value in columns.items()})


def _named(inputs: Inputs) -> dict[str, tuple[Any, str]]:
    """Return value and unit of each input; the value of a choice is the name of its option."""
    named = {}
    for name, declaration in DECLARATIONS.items():
        if getattr(inputs, name) is None:
            continue
        values = np.atleast_1d(getattr(inputs, name))
        if declaration.options:
            shown = [declaration.options[round(value)] for value in values]
        else:
            shown = [float(value) for value in values]
        named[name] = (shown if declaration.per else shown[0], declaration.unit)
    return named
