"""Outputs of the model: one record for every number counted for each draw.

A new output is one record in `OUTPUTS`: tables, pages, `summary.json`, conditions, sensitivity and comparison
look it up there.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import jax.numpy as jnp

from datawall.model.frontier import binding
from datawall.model.loss.overtraining import headroom
from datawall.model.output import Instant, Output
from datawall.sampling.summaries import Histogram
from datawall.scaling_laws.laws import LOG10

if TYPE_CHECKING:
    from datawall.model.inputs import Scalar
    from datawall.model.questions import Questions
    from datawall.model.world import Future

COMPUTE = ("raw", "effective")
"""Readings of the compute of a generation."""
SOURCES = ("hardware", "algorithms", "rest")
"""Sources of the price decline of a fixed capability."""
BINS_PER_YEAR = 64
LOG_BINS_PER_OOM = 32


def _date(
    name: str, dims: tuple[str, ...], title: str, description: str, section: str, **rest: Any
) -> Output:
    return Output(name, "year", dims, "date", title, description, section, **rest)


def _path(
    name: str,
    unit: str,
    span: tuple[int, int],
    title: str,
    description: str,
    section: str,
    *dims: str,
    **rest,
) -> Output:
    lower, upper = span
    bins = Histogram(lower, upper, LOG_BINS_PER_OOM * (upper - lower))
    return Output(name, unit, ("year", *dims), "log10", title, description, section, counted=bins, **rest)


def _both(kinds: dict[str, Scalar]) -> Scalar:
    return jnp.stack([kinds[kind] for kind in COMPUTE])


def _loss(at: Instant) -> Scalar:
    law, state = at.draw.data.law, at.state
    log_equal = state.log_flop + at.draw.log_useful_gain + at.seen.log_efficiency
    return law.irreducible + jnp.exp(law.log_reducible_loss(log_equal))


OUTPUTS = (
    _date(
        "wall_date",
        ("wall",),
        "Data walls",
        "first passage of the wall criterion",
        "walls",
        of=lambda future: future.walls,
    ),
    _date(
        "training_start",
        ("compute", "generation"),
        "Training starts",
        "start of the first run of this generation",
        "generations",
        of=lambda future: _both(future.starts),
        free_of_exponent="raw",
    ),
    _date(
        "release",
        ("compute", "generation"),
        "Releases",
        "first release of a model of this generation",
        "generations",
        of=lambda future: _both(future.releases),
        free_of_exponent="raw",
    ),
    _date(
        "compute_date",
        ("level",),
        "First run of this size",
        "start of the first run of this much compute",
        "compute",
        of=lambda future: future.compute_levels,
        free_of_exponent=True,
    ),
    _date(
        "price_gain",
        ("gain",),
        "Fall of the price of a fixed capability",
        "price of a fixed capability lower by this factor",
        "efficiency",
        of=lambda future: future.price_gains,
        free_of_exponent=True,
    ),
    Output(
        "price_decline",
        "x/yr",
        (),
        "log10",
        "Yearly fall of the price of a fixed capability",
        "yearly fall of that price",
        "efficiency",
        of=lambda future: future.price.pace.oom_per_year,
        counted=Histogram(-1.0, 7.0, 2048),
        free_of_exponent=True,
    ),
    Output(
        "price_share",
        "fraction",
        ("source",),
        "linear",
        "Shares of the fall of the price",
        "share of the fall, in logs, by its source",
        "efficiency",
        of=lambda future: jnp.stack([getattr(future.price, f"{source}_share") for source in SOURCES]),
        counted=Histogram(-1.0, 2.0, 1536),
        free_of_exponent=True,
    ),
    _path(
        "frontier_flop",
        "FLOP",
        (10, 50),
        "Largest training run",
        "compute of the largest training run",
        "compute",
        at=lambda at: at.state.log_flop / LOG10,
        free_of_exponent=True,
    ),
    _path(
        "ceiling_flop",
        "FLOP",
        (10, 50),
        "Ceilings of the largest training run",
        "largest run that the ceiling alone allows",
        "",
        "ceiling",
        at=lambda at: at.levels / LOG10,
        free_of_exponent=True,
    ),
    _path(
        "effective_flop",
        "FLOP",
        (10, 70),
        "Effective compute of the largest training run",
        "its compute at GPT-4's algorithms and with plenty of data",
        "",
        at=lambda at: at.state.log_effective / LOG10,
    ),
    _path(
        "demand_tokens",
        "tokens",
        (5, 30),
        "Demand for tokens, if data were plenty",
        "tokens it would use if data were plenty",
        "compute",
        at=lambda at: (at.log_tokens + at.state.log_demand) / LOG10,
    ),
    _path(
        "supply_tokens",
        "tokens",
        (5, 30),
        "Supply with synthetic and distilled tokens",
        "unique tokens to be had, distillation counted",
        "compute",
        at=lambda at: at.log_tokens / LOG10,
        free_of_exponent=True,
    ),
    _path(
        "passes",
        "passes",
        (-12, 12),
        "Passes over the data",
        "passes of the best run over the supply; in half octaves under the penalty",
        "",
        at=lambda at: jnp.log(at.seen.passes) / LOG10,
    ),
    _path(
        "efficiency",
        "x",
        (-30, 1),
        "Share of the compute that would do with plenty of data",
        "share of its compute that would do with plenty of data",
        "",
        at=lambda at: at.state.log_efficiency / LOG10,
    ),
    Output(
        "overtraining_headroom",
        "x",
        ("year",),
        "linear",
        "Times smaller at equal loss (<1: not at all)",
        "largest size reduction at equal loss that the data allow; below 1 none",
        "efficiency",
        at=lambda at: headroom(at.draw.data.law, at.draw.hybrid_factor, at.seen.log_affordable),
        counted=Histogram(0.0, 64.0, 1024),
    ),
    Output(
        "loss",
        "nats/token",
        ("year",),
        "linear",
        "Loss of the largest training run",
        "loss of the run",
        "",
        at=_loss,
        counted=Histogram(0.0, 16.0, 2048),
    ),
    Output(
        "binding_ceiling",
        "choice",
        ("year",),
        "choice",
        "Ceiling that sets the largest run",
        "index of the ceiling that sets the largest run",
        "compute",
        at=lambda at: binding(at.levels),
        free_of_exponent=True,
    ),
    _path(
        "model_count",
        "models",
        (-3, 6),
        "Models trained above a threshold so far",
        "models trained above the threshold so far",
        "counts",
        "threshold",
        of=lambda future: future.paths["model_count"],
        free_of_exponent=True,
        asked=lambda questions: bool(questions.count_levels),
    ),
)
"""Every output."""


def title_of(name: str) -> str:
    """Return the title of an output."""
    return next(output.title for output in OUTPUTS if output.name == name)


def paths_of(section: str) -> list[Output]:
    """Return the paths of one number a year that a section of the report shows."""
    return [
        output
        for output in OUTPUTS
        if output.section == section and output.dims == ("year",) and output.scale != "choice"
    ]


def paths_at(at: Instant) -> dict[str, Scalar]:
    """Return the value of each path computed date by date, by name, in the model's own scale."""
    return {output.name: output.at(at) for output in OUTPUTS if output.at is not None}


def outputs_of(questions: Questions, span: float) -> list[Output]:
    """Return the outputs of a scenario, each with the range in which it is counted.

    Parameters
    ----------
    questions
        The questions of the scenario.
    span
        Years from the as-of date to the horizon.
    """
    dates = Histogram(0.0, span, max(1, round(BINS_PER_YEAR * span)))
    options = len(questions.ceilings)
    ranges = {"date": dates, "choice": Histogram(-0.5, options - 0.5, options)}
    return [
        replace(output, counted=output.counted or ranges[output.scale])
        for output in OUTPUTS
        if output.asked is None or output.asked(questions)
    ]


def outputs_of_future(future: Future, reported: tuple[int, int]) -> dict[str, Scalar]:
    """Return the outputs of futures, by name: dates, price declines and reported paths.

    Parameters
    ----------
    future
        Of many draws.
    reported
        First and last + 1 grid row for which paths are reported.
    """
    values = {output.name: output.of(future) for output in OUTPUTS if output.of and "year" not in output.dims}
    return values | {name: path[slice(*reported)] for name, path in future.paths.items()}
