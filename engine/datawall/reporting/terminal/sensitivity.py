"""Tables and the figure of what drives an answer."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from matplotlib.ticker import PercentFormatter
from rich.markup import escape

from datawall.reporting.figures import style
from datawall.reporting.terminal.forecast import new_table

if TYPE_CHECKING:
    from collections.abc import Mapping

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from rich.console import RenderableType
    from rich.table import Table

SHOWN = 15
"""Inputs in a table or figure: the rest hardly matter."""

type Found = Mapping[str, float | None]


def _share(found: Found | None) -> str:
    """Return a share with its standard error."""
    if found is None or found["value"] is None:
        return "-"
    return f"{found['value']:.1%} [dim]±{found['mcse']:.1%}[/]"


def _decimal(found: Found | None, digits: int = 2) -> str:
    return "-" if found is None or found["value"] is None else f"{found['value']:+.{digits}f}"


def _answer(value: float | str | None, unit: str) -> str:
    if value is None or isinstance(value, str):
        return value or "-"
    if unit == "probability":
        return f"{value:.1%}"
    return f"{value:.2f}" if unit == "year" else f"{value:.3g}"


def _range(sides: list[float | str | None], unit: str) -> str:
    return " to ".join(_answer(side, unit) for side in sides)


def _short(component: str) -> str:
    """Return a component by its first input, and how many hang on it."""
    first, *others = component.split(" + ")
    return f"{first} and {len(others)} tied to it" if others else first


def by_importance(flat: Mapping[str, Any]) -> list[str]:
    """Return the inputs, the most important ones first by the first index there is."""
    for index in ("shapley", "pawn", "rank_correlation", "gradient"):
        if found := flat["indices"].get(index):
            return sorted(found, key=lambda name: -abs(found[name]["value"] or 0.0))
    if crps := flat["value_of_information"].get("crps"):
        gain = crps["inputs"]["gain"]
        return sorted(gain, key=lambda name: -gain[name]["value"])
    return sorted(flat["tornado"], key=lambda name: -_swing(flat["tornado"][name]["at_distribution"]))


def _placed(side: float | str | None, past: float, never: float) -> float:
    """Return an answer as a number."""
    if isinstance(side, str):
        return past if side == "past" else never
    return math.nan if side is None else side


def _swing(sides: list[float | str | None]) -> float:
    """Return how far apart two answers are; past and never lie beyond all dates."""
    low, high = (_placed(side, -math.inf, math.inf) for side in sides)
    return 0.0 if low == high else abs(high - low)


def inputs_table(flat: Mapping[str, Any]) -> Table:
    """Return the indices of the most important inputs."""
    indices, crps = flat["indices"], flat["value_of_information"].get("crps")
    unit = flat["manifest"]["own_unit"]
    columns = {
        "shapley": ("Shapley", _share),
        "rank_correlation": ("rank\ncorr.", _decimal),
        "pawn": ("PAWN", lambda found: _decimal(found).lstrip("+")),
        "gradient": (f"gradient,\n{unit}/sd", _decimal),
    }
    shown = {name: column for name, column in columns.items() if name in indices}
    heads = [head for head, _ in shown.values()] + (["CRPS\nless"] if crps else [])
    table = new_table("Which inputs drive it?", "input", *heads)
    for name in by_importance(flat)[:SHOWN]:
        cells = [cell(indices[index].get(name)) for index, (_, cell) in shown.items()]
        table.add_row(name, *cells, *([_share(crps["inputs"]["share"][name])] if crps else []))
    return table


def components_table(flat: Mapping[str, Any]) -> Table:
    """Return the Sobol' indices of the most important components."""
    first, total = flat["indices"]["sobol_first"], flat["indices"]["sobol_total"]
    table = new_table("Sobol' indices; inputs that are correlated count as one", "inputs", "first", "total")
    for name in sorted(total, key=lambda name: -(total[name]["value"] or 0.0))[:SHOWN]:
        table.add_row(_short(name), _share(first[name]), _share(total[name]))
    return table


def groups_table(flat: Mapping[str, Any]) -> Table:
    """Return what each part of the model accounts for."""
    information = flat["value_of_information"]
    has_shapley = any("shapley" in group for group in flat["groups"].values())
    heads = (["Shapley"] if has_shapley else []) + [
        {"crps": "CRPS\nless", "interval": "80 % interval\nless"}[kind] for kind in information
    ]
    table = new_table("By group", "group", "inputs", *heads)
    for name, group in flat["groups"].items():
        cells = [_share(group["shapley"])] if has_shapley else []
        cells += [_share(kind["groups"]["share"][name]) for kind in information.values()]
        table.add_row(name, str(len(group["inputs"])), *cells)
    return table


def tornado_table(flat: Mapping[str, Any]) -> Table:
    """Return the answer with each input at its 10 % and at its 90 % quantile."""
    title = f"The answer ({flat['unit']}) with an input at its 10 % and its 90 % quantile"
    table = new_table(title, "input", "from", "to", "others as\nthey then are", "others at\nmedians: output")
    for name in by_importance(flat)[:SHOWN]:
        row = flat["tornado"][name]
        ends = (end if isinstance(end, str) else f"{end:.4g}" for end in row["input"])
        unit = flat["manifest"]["output_unit"]
        table.add_row(
            name, *ends, _range(row["at_distribution"], flat["unit"]), _range(row["at_median"], unit)
        )
    return table


def sensitivity_tables(flat: Mapping[str, Any]) -> list[RenderableType]:
    """Return every table of an analysis, from `datawall.analysis.sensitivity.export.sensitivity_summary`."""
    facts = flat["manifest"]
    answer = _answer(flat["answer"], flat["unit"])
    head = (
        f"[bold]{escape(flat['output'])}[/] in {facts['scenario']} as of {facts['as_of']:.2f}: "
        f"{answer} ({flat['unit']}), {facts['draws']:,} draws, seed {facts['seed']}\n"
        f"Shapley and Sobol' explain: {flat['measure']}. ± is a standard error. "
        f"{len(facts['without_effect'])} uncertain inputs change nothing."
    )
    tables: list[RenderableType] = [head]
    if set(facts["methods"]) - {"tornado", "sobol"}:
        tables.append(inputs_table(flat))
    if "sobol" in facts["methods"]:
        tables.append(components_table(flat))
    if set(facts["methods"]) & {"shapley", "information"}:
        tables.append(groups_table(flat))
    if "tornado" in facts["methods"]:
        tables.append(tornado_table(flat))
    return tables


def draw(flat: Mapping[str, Any]) -> Figure | None:
    """Draw the tornado beside the Shapley effects, as far as they were worked out.

    Parameters
    ----------
    flat
        As `datawall.analysis.sensitivity.export.sensitivity_summary` returns it.

    Returns
    -------
    Figure or None
        None where there is nothing to draw.
    """
    panels = [
        panel
        for panel, there in ((_tornado, flat["tornado"]), (_shapley, flat["indices"].get("shapley")))
        if there
    ]
    if not panels:
        return None
    names = by_importance(flat)[:SHOWN]
    facts = flat["manifest"]
    fig = style.figure(
        6 * len(panels) + 1,
        6,
        f"What drives {flat['output']}",
        f"Scenario {facts['scenario']} as of {facts['as_of']:.2f}, {facts['draws']:,} draws, "
        f"seed {facts['seed']}.\nExplained: {flat['measure']}.",
    )
    axes = fig.subplots(1, len(panels), sharey=True, squeeze=False)[0]
    fig.subplots_adjust(left=2.1 / fig.get_figwidth(), right=0.98, top=0.79, bottom=0.1, wspace=0.08)
    for own, panel in zip(axes, panels, strict=True):
        panel(own, flat, names)
        style.finish(own)
    axes[0].set_yticks(range(len(names)), names)
    axes[0].set_ylim(len(names) - 0.5, -0.5)
    return fig


def _tornado(axes: Axes, flat: Mapping[str, Any], names: list[str]) -> None:
    facts, unit = flat["manifest"], flat["unit"]
    limits = (facts["as_of"], facts["horizon"]) if unit == "year" else (-math.inf, math.inf)

    for row, name in enumerate(names):
        low, high = (_placed(side, *limits) for side in flat["tornado"][name]["at_distribution"])
        axes.plot([low, high], [row, row], color=style.GREY, linewidth=7, alpha=0.3, solid_capstyle="butt")
        axes.plot(low, row, marker="o", color=style.BLUE, markersize=6, clip_on=False, zorder=4)
        axes.plot(high, row, marker="o", color=style.ORANGE, markersize=6, clip_on=False, zorder=4)
    if not isinstance(flat["answer"], str):
        axes.axvline(flat["answer"], color=style.GREY, linewidth=1, linestyle=(0, (2, 2)), zorder=1)
    if unit == "year":
        style.years(axes, *limits, every=4)
        axes.set_xlabel("date; at the ends past and never", size=10)
    else:
        axes.set_xlabel(unit, size=10)
        if unit == "probability":
            axes.xaxis.set_major_formatter(PercentFormatter(1.0))
        elif facts["own_unit"] == "oom":
            axes.set_xscale("log")
    axes.set_title(
        "Answer with the input at its 10 % (blue) and 90 % (orange)", size=10, color=style.INK, loc="left"
    )


def _shapley(axes: Axes, flat: Mapping[str, Any], names: list[str]) -> None:
    found = [flat["indices"]["shapley"][name] for name in names]
    axes.barh(
        range(len(names)),
        [row["value"] for row in found],
        xerr=[2.0 * row["mcse"] for row in found],
        color=style.BLUE,
        alpha=0.75,
        height=0.62,
        error_kw={"elinewidth": 1, "ecolor": style.INK},
    )
    axes.xaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
    axes.set_xlim(left=0.0)
    axes.set_xlabel("share of the variance (lines: two standard errors)", size=10)
    axes.set_title("Shapley effect, dependence included", size=10, color=style.INK, loc="left")
