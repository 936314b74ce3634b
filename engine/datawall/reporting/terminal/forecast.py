"""Tables of a forecast and of a scenario's priors, for the terminal."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from rich.console import Console, RenderableType
    from rich.table import Table

    from datawall.analysis.explanation import Explanation
    from datawall.scenario import Prior, Scenario

from rich.table import Table


def new_table(title: str, *columns: str) -> Table:
    """Return an empty table of labels and numbers.

    Where the terminal is narrow the labels, in the first column, are folded before any number is cut short.

    Parameters
    ----------
    title
        Stands above.
    columns
        Heads; a long one may have several lines.
    """
    found = Table(title=title, title_justify="left", title_style="bold", box=None, pad_edge=False)
    found.min_width = len(title)  # a title is not wrapped
    label, *numbers = columns
    found.add_column(label, overflow="fold")
    for head in numbers:
        found.add_column(head, justify="right", no_wrap=True)
    return found


SHOWN = ("q10", "q50", "q90")
HEADINGS = ("10 %", "median", "90 %")
SPARKS = "▁▂▃▄▅▆▇█"
SPARK_CELLS = 24

type Row = Mapping[str, Any]


def _date(row: Row, key: str) -> str:
    value, error = row[key], row[f"mcse_{key}"]
    if isinstance(value, str):
        return value
    return f"{value:.2f} [dim]±{error:.3f}[/]" if error is not None else f"{value:.2f} [dim]±?[/]"


def _number(row: Row, key: str) -> str:
    value, error = row[key], row[f"mcse_{key}"]
    if value is None:
        return "-"
    if error is None or not value:
        return f"{value:.3g} [dim]±?[/]"
    return f"{value:.3g} [dim]±{error / value:.1%}[/]"


def _size_factor(row: Row, key: str) -> str:
    """Return a size factor; below 1 it is none, but a share of the tokens that the optimum wants."""
    return "<1" if row[key] is not None and row[key] < 1.0 else _number(row, key)


def _percentage(row: Row, key: str) -> str:
    value, error = row[key], row[f"mcse_{key}"]
    if value is None:
        return "-"
    return f"{value:.1%} [dim]±?[/]" if error is None else f"{value:.1%} [dim]±{error:.2%}[/]"


def _select(rows: Mapping[str, Row], prefix: str) -> dict[str, Row]:
    """Return the rows whose name starts with `prefix`, by the rest of their name."""
    return {name.removeprefix(prefix): row for name, row in rows.items() if name.startswith(prefix)}


def _dates_table(title: str, head: str, rows: Mapping[str, Row]) -> Table:
    """Return a table of dates, a row for each label."""
    table = new_table(title, head, *HEADINGS, "past", "never")
    for label, row in rows.items():
        dates = (_date(row, key) for key in SHOWN)
        table.add_row(label, *dates, f"{row['p_past']:.1%}", f"{row['p_never']:.1%}")
    return table


def walls_table(quantities: Mapping[str, Row]) -> Table:
    """Return the table of wall dates."""
    return _dates_table("When is each data wall reached?", "criterion", _select(quantities, "wall."))


def compute_levels_table(quantities: Mapping[str, Row]) -> Table:
    """Return the table of when the first run of each amount of compute starts."""
    rows = {name.strip("[]"): row for name, row in _select(quantities, "compute_date").items()}
    return _dates_table("When does the first run of this size start?", "FLOP", rows)


def generations_table(quantities: Mapping[str, Row], compute: str) -> Table:
    """Return the table of training starts and releases by one reading of compute."""
    rows = {
        f"{name.strip('[]')} {event}": row
        for event, variable in (("start", "training_start"), ("release", "release"))
        for name, row in _select(quantities, f"{variable}.{compute}").items()
    }
    return _dates_table(f"Model generations, {compute} compute", "generation", rows)


def price_table(quantities: Mapping[str, Row]) -> Table:
    """Return the table of the price of a fixed capability: when it has fallen by how much, and why."""
    title = "Price of a fixed capability against the as-of date"
    gains = _select(quantities, "price_gain")
    rows = {f"{name.strip('[]')}x lower, year": row for name, row in gains.items()}
    table = _dates_table(title, "what", rows)
    table.add_row("times lower a year", *(_number(quantities["price_decline"], key) for key in SHOWN))
    for name, row in _select(quantities, "price_share").items():
        table.add_row(f"{name.strip('[]')}'s share of its log", *(_percentage(row, key) for key in SHOWN))
    return table


def path_table(
    quantities: Mapping[str, Row], variable: str, title: str, cell: Callable[[Row, str], str] = _number
) -> Table:
    """Return the table of one path by year."""
    rows = _select(quantities, f"{variable}[")
    unit = next(iter(rows.values()))["unit"]
    table = new_table(f"{title}, {unit}", "year", *HEADINGS)
    for name, row in rows.items():
        table.add_row(name.rstrip("]"), *(cell(row, key) for key in SHOWN))
    return table


def binding_table(probabilities: Mapping[str, Row]) -> Table:
    """Return the table of the probability that each ceiling binds, by year."""
    rows = _select(probabilities, "binding.")
    pairs = [name.rstrip("]").split("[") for name in rows]
    ceilings, years = (list(dict.fromkeys(column)) for column in zip(*pairs, strict=True))
    table = new_table("Which ceiling sets the largest run?", "year", *ceilings)
    for year in years:
        found = (rows[f"{ceiling}[{year}]"] for ceiling in ceilings)
        cells = (f"{row['value']:.1%} [dim]±{row['mcse']:.2%}[/]" for row in found)
        table.add_row(year, *cells)
    return table


def counts_table(quantities: Mapping[str, Row]) -> Table:
    """Return the table of how many models have been trained above each threshold, by year."""
    rows = _select(quantities, "model_count.")
    pairs = [name.rstrip("]").split("[") for name in rows]
    thresholds, years = (list(dict.fromkeys(column)) for column in zip(*pairs, strict=True))
    table = new_table("Models trained above so many FLOP so far, median (10 % - 90 %)", "year", *thresholds)
    for year in years:
        found = (rows[f"{threshold}[{year}]"] for threshold in thresholds)
        cells = ((_count(row["q50"]), _count(row["q10"]), _count(row["q90"])) for row in found)
        table.add_row(year, *(f"{middle} [dim]({low}-{high})[/]" for middle, low, high in cells))
    return table


def _count(models: float) -> str:
    """Return an expected number of models; tenths tell only where there are few."""
    return f"{models:.0f}" if models >= 10.0 else f"{models:.1f}".removesuffix(".0")


def _cut_short(facts: Mapping[str, Any]) -> str:
    return f" of {facts['draws_asked']:,} asked: interrupted" if facts["partial"] else ""


def _calibration(facts: Mapping[str, Any]) -> str:
    return f"[bold]{facts['calibration']['sentence']}[/]\n" if "calibration" in facts else ""


def forecast_tables(flat: Mapping[str, Any]) -> list[RenderableType]:
    """Return every table of a forecast, from its `datawall.forecasting.export.summary`."""
    quantities, facts = flat["quantities"], flat["manifest"]
    head = (
        f"[bold]{facts['scenario']}[/] as of {facts['as_of']:.2f}, horizon {facts['horizon']:.0f}, "
        f"{facts['draws']:,} draws{_cut_short(facts)}, seed {facts['seed']}, sampler {facts['sampler']}\n"
        f"{_calibration(facts)}"
        "± is the Monte Carlo standard error of the number before it (a percentage of it, except after "
        "probabilities and shares); ±?: too near past or never to tell; "
        "past: before the as-of date; never: not within the horizon."
    )
    counted = any(name.startswith("model_count.") for name in quantities)
    return [
        head,
        walls_table(quantities),
        path_table(quantities, "frontier_flop", "Largest training run"),
        path_table(quantities, "demand_tokens", "Demand for tokens, if data were plenty"),
        path_table(quantities, "supply_tokens", "Supply with synthetic and distilled tokens"),
        compute_levels_table(quantities),
        *([counts_table(quantities)] if counted else []),
        binding_table(flat["probabilities"]),
        generations_table(quantities, "raw"),
        generations_table(quantities, "effective"),
        path_table(
            quantities, "overtraining_headroom", "Times smaller at equal loss (<1: not at all)", _size_factor
        ),
        price_table(quantities),
    ]


def print_all(console: Console, blocks: Iterable[RenderableType]) -> None:
    """Print blocks with a blank line between them."""
    for block in blocks:
        console.print(block, soft_wrap=isinstance(block, str))
        console.print()


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


def prior_block(name: str, prior: Prior) -> str:
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


def scenario_text(scenario: Scenario) -> str:
    """Return a scenario with all its priors, for reading."""
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
    """Return a value with its unit, where it has one."""
    return text if unit in ("1", "choice") else f"{text} {unit}"


def _value(value: float, unit: str) -> str:
    if not math.isfinite(value):
        return "never" if value > 0 else "before the grid"
    return f"{value:.4f}" if unit == "year" else _with_unit(f"{value:.6g}", unit)


def explanation_text(explained: Explanation) -> str:
    """Return an explained future for reading: inputs, then sections of steps with equation and numbers."""
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
