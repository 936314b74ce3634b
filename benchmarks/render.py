"""The records of all devices as one page: tables, and a figure of the ratios."""

from pathlib import Path
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from benchmarks.record import Row, read, rows_of
from datawall.reporting.figures import style

TITLES = {
    "peers": "Peers on the same model",
    "error": "Error against time",
    "memory": "Memory",
    "compile": "Start-up",
    "scaling": "Scaling",
    "roofline": "Roofline",
    "nuts": "NUTS",
    "sensitivity": "Sobol' indices",
}
INTRODUCTION = """# Benchmarks

Written by `datawall bench --render` from `benchmarks/results/`; `benchmarks/README.md` says how to measure
again. Numbers are medians of interleaved repeats, with their minimum and maximum; a ratio is taken in each
repeat, between runs that follow each other, so that a busy machine weighs on both sides. Peers run the same
model, checked to give the same distributions, each in a warm process of its own. ✓ and ✗ say whether the
median meets the goal.
"""


def render(results: Path, reports: Path) -> Path:
    """Write ``benchmarks.md`` and a figure for each record; returns the page."""
    parts = [INTRODUCTION]
    for path in sorted(results.glob("*.json")):
        record = read(path)
        parts.append(_machine(record["machine"]))
        ratios = [row for suite in record["suites"].values() for row in rows_of(suite) if _is_drawn(row)]
        if ratios:
            name = f"benchmarks-{path.stem}"
            fig = figure(ratios, record["machine"])
            fig.savefig(reports / f"{name}.png", dpi=150)
            parts.append(f"![Ratios on a log axis]({name}.png)\n")
        parts += [_suite(name, record["suites"][name]) for name in TITLES if name in record["suites"]]
    page = reports / "benchmarks.md"
    page.write_text("\n".join(parts), encoding="utf-8")
    return page


def _machine(machine: dict[str, Any]) -> str:
    processor = f"{machine['processor']}, {machine['cores']} cores, {machine['vectors']}"
    title = "CPU" if machine["device"] == "CPU" else f"{machine['devices']} x {machine['device']}"
    return f"## {title}\n\n{processor}, {machine['memory_gib']} GiB of memory, {machine['system']}.\n"


def _suite(name: str, suite: dict[str, Any]) -> str:
    run = suite["run"]
    versions = ", ".join(f"{package} {version}" for package, version in run["versions"].items())
    lines = [
        f"### {TITLES[name]}",
        "",
        f"`{run['command']}` at commit {run['commit']} on {run['date']}; {versions}.",
        "",
        "| | median | spread | unit | goal | |",
        "|---|---:|---:|---|---|---|",
        *(_line(row) for row in rows_of(suite)),
        "",
        *(f"Not measured: {contender}: {reason}." for contender, reason in suite["missing"].items()),
    ]
    return "\n".join(lines) + "\n"


def _line(row: Row) -> str:
    spread = f"{number(row.low)} to {number(row.high)}" if row.repeats > 1 else ""
    mark = {True: " ✓", False: " ✗", None: ""}[row.met]
    return f"| {row.name} | {number(row.median)} | {spread} | {row.unit} | {goal(row)}{mark} | {row.note} |"


def number(value: float) -> str:
    """Return a number at three digits, with commas rather than powers of ten below a billion."""
    if 1000.0 <= abs(value) < 1e9:
        return f"{float(f'{value:.3g}'):,.0f}"
    return f"{value:.3g}"


def goal(row: Row) -> str:
    """Return the goal of a row in words, or nothing."""
    if row.at_least is not None:
        return f"at least {number(row.at_least)}"
    return f"at most {number(row.at_most)}" if row.at_most is not None else ""


def _is_drawn(row: Row) -> bool:
    return row.unit == "x" and row.median > 0


def figure(rows: list[Row], machine: dict[str, Any]) -> Figure:
    """Return the ratios on a log axis, a line each: median, spread and goal."""
    height = 0.6 + 0.3 * len(rows)
    where = machine["processor"] if machine["device"] == "CPU" else machine["device"]
    title = f"Ratios on {where}, {machine['cores']} cores"
    reading = (
        "dot: median, green where it meets its goal, orange where not; bar: spread of the repeats; tick: goal"
    )
    fig = style.panel(9.5, height)
    axes = fig.add_axes((0.49, 0.5 / height, 0.42, 1.0 - 0.55 / height))
    style.finish(axes)
    for place, row in enumerate(reversed(rows)):
        _draw(axes, place, row)
    axes.set_xscale("log")
    low, high = (bound(row.low if bound is min else row.high for row in rows) for bound in (min, max))
    axes.set_xlim(min(0.5, low / 1.5), max(2.0, high * 1.5))
    axes.set_ylim(-0.7, len(rows) - 0.3)
    axes.set_yticks(range(len(rows)), [row.name for row in reversed(rows)])
    axes.set_xlabel("times", color=style.INK, fontsize=9)
    return style.headed(fig, title, reading)


def _draw(axes: Axes, place: int, row: Row) -> None:
    colour = {True: style.GREEN, False: style.ORANGE, None: style.BLUE}[row.met]
    axes.plot([row.low, row.high], [place, place], color=colour, linewidth=2.0, alpha=0.45)
    axes.plot(row.median, place, "o", color=colour, markersize=5)
    wanted = row.at_least if row.at_least is not None else row.at_most
    if wanted is not None:
        axes.plot([wanted, wanted], [place - 0.35, place + 0.35], color=style.INK, linewidth=1.3)
    # in a column of their own, where no dot, bar or tick can strike through them
    edge = axes.get_yaxis_transform()
    axes.text(1.03, place, number(row.median), transform=edge, fontsize=9, va="center", color=colour)
