"""Walls, and from a generation's compute to its release."""

import math
from collections.abc import Iterator

import numpy as np

from datawall.analysis.explanation.future import OneFuture
from datawall.analysis.explanation.steps import Section, Step
from datawall.analysis.explanation.steps import digits as n
from datawall.model.criteria import criterion_of, level_of
from datawall.model.release import OUTCOMES, release_delay


def wall_steps(future: OneFuture) -> Iterator[Step]:
    """Yield the date of each wall."""
    for name, date in future.walls().items():
        equation = f"first date with {criterion_of(name).equation}, n = {level_of(name)}"
        yield Step(name, equation, "", date, "year")


def generation_sections(future: OneFuture) -> Iterator[Section]:
    """Yield compute, start and release of each generation, by raw compute and by effective."""
    for kind in ("raw", "effective"):
        steps = (
            step for g in range(len(future.questions.generations)) for step in _generation(future, kind, g)
        )
        yield Section(f"Generations, {kind} compute", tuple(steps))


def _generation(future: OneFuture, kind: str, g: int) -> Iterator[Step]:
    i, as_of, index = future.inputs, future.scenario.as_of, future.questions.generations[g]
    level = i.gpt4_flop * 10.0 ** (i.oom_per_generation * (index - 4.0))
    start = as_of + float(future.future.starts[kind][g])
    delay = float(np.asarray(release_delay(i, future.questions))[g])
    released = as_of + float(future.future.releases[kind][g])
    numbers = f"{n(i.gpt4_flop)} * 10**({n(i.oom_per_generation)} * ({n(index)} - 4))"
    yield Step(f"{index:g} compute", "C_i = C_GPT4 10^(oom (i - 4))", numbers, level, "FLOP")
    yield Step(f"{index:g} start", f"first date with {kind} compute C_i", "", start, "year")
    equation, parts = _delay(future, g, delay)
    numbers = f"{start:.8g} + {parts}" if math.isfinite(start) else ""
    yield Step(f"{index:g} ready", equation, numbers, start + delay, "year")
    yield Step(f"{index:g} released", "the earliest of this and every larger one", "", released, "year")


def _delay(future: OneFuture, g: int, delay: float) -> tuple[str, str]:
    """Return how a release follows from a start, in symbols and with the numbers of the delay."""
    if future.questions.release == "table":
        return "start + time to deployment in the table", n(delay)
    i = future.inputs
    outcome = OUTCOMES[round(float(i.release_outcome[g]))]
    extra = {"staged": i.staging_months, "slipped": i.slip_months, "cancelled": i.retry_months}
    months = n(i.post_training_lag_months[g]) + (f" + {n(extra[outcome][g])}" if outcome in extra else "")
    return f"start + training + lag; {outcome}", f"{n(i.training_days)} / 365.25 + ({months}) / 12"
