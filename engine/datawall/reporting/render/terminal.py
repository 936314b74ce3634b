"""Terminal renderer: banners, paragraphs and tables, without figures."""

import math
import textwrap
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

import numpy as np
from rich.console import Console, RenderableType
from rich.markup import escape
from rich.measure import Measurement
from rich.table import Table as RichTable

from datawall.reporting.document import (
    Banner,
    Block,
    Label,
    Page,
    Prose,
    Table,
    Value,
    Words,
    parts_of,
    plain,
)

if TYPE_CHECKING:
    from datawall.analysis.explanation import Explanation
    from datawall.scenario import Prior, Scenario


_SPARKS = "▁▂▃▄▅▆▇█"
_SPARK_CELLS = 24


def _sparkline(quantile: Callable[[np.ndarray], np.ndarray]) -> str:
    """Return the density between the 1 % and the 99 % quantile as a row of bars.

    Linear in the value, or in its log when the range spans more than a factor of ten.
    """
    values = np.asarray(quantile((np.arange(2000) + 0.5) / 2000.0), float)
    values = values[20:-20]
    if values[0] > 0.0 and values[-1] > 10.0 * values[0]:
        values = np.log(values)
    if values[0] == values[-1]:
        return _SPARKS[-1]
    counts, _ = np.histogram(values, _SPARK_CELLS)
    return "".join(" " if not n else _SPARKS[math.ceil(n / counts.max() * len(_SPARKS)) - 1] for n in counts)


def _prior_block(name: str, prior: "Prior") -> str:
    """Return one prior in a few lines: quantiles, shape, meaning and source."""
    statement = prior.statement
    if statement["family"] == "choice":
        pairs = zip(statement["options"], statement["weights"], strict=True)
        numbers = ", ".join(f"{option} {weight:.0%}" for option, weight in pairs)
    elif statement["family"] == "fixed":
        numbers = f"fixed at {statement['value']}"
    else:
        low, middle, high = prior.distribution.quantile(np.array([0.1, 0.5, 0.9]))
        shape = _sparkline(prior.distribution.quantile)
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
    blocks = [_prior_block(name, prior) for name, prior in scenario.priors.items()]
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


_WIDEST = 1000
"""Room in which the natural width of a table is measured [letters]."""
_LONG = 24
"""Number of letters above which a cell counts as text, which is wrapped."""


def show(page: Page, console: Console | None = None) -> None:
    """Print a document."""
    print_all(console or Console(), _printable(page))


def _printable(page: Page) -> Iterator[RenderableType]:
    """Yield the printable form of each block."""
    yield f"[bold]{escape(plain(page.lead))}[/]"
    for block in page.first:
        yield from _block(block, "")
    if page.note:
        yield f"[dim]{escape(page.note)}[/]"
    for section in page.sections:
        for block in section.blocks:
            yield from _block(block, section.title)


def print_all(console: Console, blocks: Iterable[RenderableType]) -> None:
    """Print blocks with a blank line between them."""
    for block in blocks:
        if isinstance(block, RichTable):
            wanted = Measurement.get(console, console.options.update(max_width=_WIDEST), block).maximum
            if wanted > console.width:  # closer columns rather than folded labels
                block.padding = (0, 1, 0, 0)
        console.print(block, soft_wrap=isinstance(block, str))
        console.print()


def _block(block: Block, title: str) -> Iterator[RenderableType]:
    match block:
        case Banner(level, text):
            yield f"[bold]{level.capitalize()}:[/] {escape(plain(text))}"
        case Prose(text):
            yield escape(plain(text))
        case Table():
            yield _table(block, block.caption or title)


def _table(table: Table, title: str) -> RichTable:
    """Return a table in which labels and text are wrapped before any number is truncated."""
    found = RichTable(title=escape(title), title_justify="left", title_style="bold", box=None, pad_edge=False)
    found.min_width = max(len(title), len(table.note))  # neither is wrapped
    for column, head in enumerate(map(escape, table.columns)):
        if column == 0 or any(len(plain(row[column])) > _LONG for row in table.rows):
            found.add_column(head, overflow="fold")
        else:
            found.add_column(head, justify="right", no_wrap=True)
    for row in table.rows:
        found.add_row(*map(_cell, row))
    if table.note:
        found.caption, found.caption_justify = escape(table.note), "left"
    return found


def _cell(words: Words) -> str:
    return "".join(map(_part, parts_of(words)))


def _part(part: str | Value | Label) -> str:
    match part:
        case Value(text, error=error):
            return f"{escape(text)} [dim]{escape(error)}[/]" if error else escape(text)
        case Label(name=name):
            return escape(name)
    return escape(part)
