"""Plain-text renderer of a scenario's priors and of an explained future."""

import math
import textwrap
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from datawall.analysis.explanation import Explanation
    from datawall.scenario import Prior, Scenario

SPARKS = "▁▂▃▄▅▆▇█"
SPARK_CELLS = 24


def sparkline(quantile: Callable[[np.ndarray], np.ndarray]) -> str:
    """Return the density between the 1 % and the 99 % quantile as a row of bars.

    Linear in the value, or in its log when the range spans more than a factor of ten.
    """
    values = np.asarray(quantile((np.arange(2000) + 0.5) / 2000.0), float)
    values = values[20:-20]
    if values[0] > 0.0 and values[-1] > 10.0 * values[0]:
        values = np.log(values)
    if values[0] == values[-1]:
        return SPARKS[-1]
    counts, _ = np.histogram(values, SPARK_CELLS)
    return "".join(" " if not n else SPARKS[math.ceil(n / counts.max() * len(SPARKS)) - 1] for n in counts)


def prior_block(name: str, prior: "Prior") -> str:
    """Return one prior in a few lines: quantiles, shape, meaning and source."""
    statement = prior.statement
    if statement["family"] == "choice":
        pairs = zip(statement["options"], statement["weights"], strict=True)
        numbers = ", ".join(f"{option} {weight:.0%}" for option, weight in pairs)
    elif statement["family"] == "fixed":
        numbers = f"fixed at {statement['value']}"
    else:
        low, middle, high = prior.distribution.quantile(np.array([0.1, 0.5, 0.9]))
        shape = sparkline(prior.distribution.quantile)
        numbers = f"{low:.4g} | {middle:.4g} | {high:.4g} {prior.unit}  {shape}"
    about = (str(prior.date), f"{prior.confidence} confidence", prior.link)
    source = f"{prior.source} ({', '.join(filter(None, about))})"
    lines = [f"{name} ({statement['family']}): {numbers}", prior.meaning, source]
    return "\n".join(
        textwrap.fill(line, 100, initial_indent="  " * bool(i), subsequent_indent="    ")
        for i, line in enumerate(lines)
    )


def scenario_text(scenario: "Scenario") -> str:
    """Return a scenario with all its priors as text."""
    head = [
        f"{scenario.name}: {scenario.title}",
        textwrap.fill(" ".join(scenario.description.split()), 100),
        f"as of {scenario.as_of:.2f}, horizon {scenario.horizon:.0f}, {len(scenario.priors)} priors, "
        f"{len(scenario.correlations)} rank correlations",
        "Each prior: 10 % | median | 90 % quantile, and its density from 1 % to 99 %.",
    ]
    blocks = [prior_block(name, prior) for name, prior in scenario.priors.items()]
    pairs = [f"{c.inputs[0]} ~ {c.inputs[1]}: {c.spearman:+.2f} ({c.source})" for c in scenario.correlations]
    return "\n\n".join(["\n".join(head), *blocks, "\n".join(["Rank correlations:", *pairs])])


def _with_unit(text: str, unit: str) -> str:
    """Return a value with its unit, if any."""
    return text if unit in ("1", "choice") else f"{text} {unit}"


def _value(value: float, unit: str) -> str:
    if not math.isfinite(value):
        return "never" if value > 0 else "before the grid"
    return f"{value:.4f}" if unit == "year" else _with_unit(f"{value:.6g}", unit)


def explanation_text(explained: "Explanation") -> str:
    """Return an explained future as text: inputs, then sections of steps with equation and numbers."""
    lines = ["Inputs"]
    for name, (value, unit) in explained.inputs.items():
        values = value if isinstance(value, list) else [value]
        shown = ", ".join(f"{v:.6g}" if isinstance(v, float) else str(v) for v in values)
        lines.append(f"  {name} = {_with_unit(shown, unit)}")
    for section in explained.sections:
        lines += ["", section.title]
        for step in section.steps:
            lines.append(f"  {step.name}: {_value(step.value, step.unit)}")
            lines.append(f"      {step.equation}")
            if step.numbers:
                lines.append(f"      = {step.numbers}")
    return "\n".join(lines)
