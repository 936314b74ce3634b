"""Explanation of the largest run at a date, ceiling by ceiling."""

from collections.abc import Iterator

from datawall.analysis.explanation.future import ExplainedState, OneFuture
from datawall.analysis.explanation.steps import Step
from datawall.analysis.explanation.steps import digits as n
from datawall.model.registry import CEILINGS


def compute_steps(future: OneFuture, state: ExplainedState) -> Iterator[Step]:
    """Yield each ceiling and the largest run under them."""
    for name, flop in state.ceilings.items():
        path = future.equations.ceiling(name, state.date)
        title = f"ceiling {name}: {CEILINGS[name].title}"
        yield Step(title, path.equation, path.numbers, flop, "FLOP")
    lowest = f"min({', '.join(n(flop) for flop in state.ceilings.values())})"
    if state.flop > 1.000001 * min(state.ceilings.values()):
        lowest = f"max({n(state.flop)}, {lowest})"
    yield Step("largest run", "C = lowest ceiling; it never shrinks", lowest, state.flop, "FLOP")
