"""Explanation of wall dates, and of each generation from compute to release."""

import math
from collections.abc import Iterator

import numpy as np

from datawall.analysis.explanation.future import OneFuture
from datawall.analysis.explanation.steps import ExplainedSection, Step
from datawall.model.criteria import criterion_of, level_of
from datawall.model.registry import RELEASES
from datawall.model.release import release_delay
from datawall.model.world import log_generation_flop


def wall_steps(future: OneFuture) -> Iterator[Step]:
    """Yield the date of each wall."""
    for name, date in future.walls().items():
        equation = f"first date with {criterion_of(name).equation}, n = {level_of(name)}"
        yield Step(name, equation, "", date, "year")


def generation_sections(future: OneFuture) -> Iterator[ExplainedSection]:
    """Yield compute, start and release of each generation, by raw compute and by effective."""
    for kind in ("raw", "effective"):
        steps = (
            step for g in range(len(future.questions.generations)) for step in _generation(future, kind, g)
        )
        yield ExplainedSection(f"Generations, {kind} compute", tuple(steps))


def _generation(future: OneFuture, kind: str, g: int) -> Iterator[Step]:
    as_of, index = future.scenario.as_of, future.questions.generations[g]
    level = future.equations.of(lambda inputs, *_: log_generation_flop(inputs, index))
    start = as_of + float(future.future.starts[kind][g])
    delay = float(np.asarray(release_delay(future.inputs, future.questions))[g])
    released = as_of + float(future.future.releases[kind][g])
    yield Step(f"{index:g} compute", level.equation, level.numbers, level.value, "FLOP")
    yield Step(f"{index:g} start", f"first date with this {kind} compute", "", start, "year")
    waited = future.equations.of(lambda inputs, *_: release_delay(inputs, future.questions), place=(g,))
    symbols = RELEASES[future.questions.release].title if waited.number is not None else waited.equation
    numbers = f"{start:.8g} + {waited.numbers}" if math.isfinite(start) else ""
    yield Step(f"{index:g} ready", f"start + {symbols}", numbers, start + delay, "year")
    yield Step(f"{index:g} released", "the earliest of this and every larger one", "", released, "year")
