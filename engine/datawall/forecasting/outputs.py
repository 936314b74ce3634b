"""forecasting/outputs.py."""

from dataclasses import dataclass

import numpy as np

from datawall.model.world import wall_names
from datawall.sampling.histogram import Histogram
from datawall.scenario import Scenario

COMPUTE = ("raw", "effective")


SOURCES = ("hardware", "algorithms", "rest")


BINS_PER_YEAR = 64


LOG_BINS_PER_OOM = 32


REACHED = "wall_reached"
"""The output that holds the probability of each wall of tokens by each date of the grid."""


@dataclass(frozen=True)
class Labels:
    """What the axes of the outputs mean.

    Attributes
    ----------
    scenario
        What was asked.
    years
        Dates of the paths [decimal year].
    dates
        Dates from the as-of date to the horizon at which the walls of tokens are worked out [decimal year].
    """

    scenario: Scenario
    years: np.ndarray
    dates: np.ndarray

    @property
    def coords(self) -> dict[str, list]:
        """The coordinates of every dimension but chain and draw."""
        questions = self.scenario.questions
        counted = {"threshold": list(questions.count_levels)} if questions.count_levels else {}
        return {
            "wall": list(wall_names(questions)),
            "compute": list(COMPUTE),
            "generation": list(questions.generations),
            "level": list(questions.compute_levels),
            "gain": list(questions.price_gains),
            "source": list(SOURCES),
            "year": list(self.years),
            "ceiling": list(questions.ceilings),
            **counted,
        }


@dataclass(frozen=True)
class Output:
    """One output of the world: how it is counted, labelled and read.

    Attributes
    ----------
    name
        Its key in the outputs of the world.
    unit
        Unit in which it is reported.
    dims
        Its dimensions, draws left out.
    histogram
        Range and resolution in which it is counted, in the model's own scale.
    scale
        The model's own scale: ``"date"`` (years since the as-of date), ``"log10"``, ``"linear"`` or
        ``"choice"`` (an index).
    description
        What it is, in a few words.
    """

    name: str
    unit: str
    dims: tuple[str, ...]
    histogram: Histogram
    scale: str
    description: str


def outputs_of(labels: Labels) -> list[Output]:
    """Return the outputs that are counted over all draws."""
    scenario = labels.scenario
    span = scenario.horizon - scenario.as_of
    dates = Histogram(0.0, span, max(1, round(BINS_PER_YEAR * span)))
    choices = len(scenario.questions.ceilings)

    def date(name: str, dims: tuple[str, ...], description: str) -> Output:
        return Output(name, "year", dims, dates, "date", description)

    def path(name: str, unit: str, lower: int, upper: int, description: str, *dims: str) -> Output:
        bins = Histogram(lower, upper, LOG_BINS_PER_OOM * (upper - lower))
        return Output(name, unit, ("year", *dims), bins, "log10", description)

    counts = path("model_count", "models", -3, 6, "models trained above the threshold so far", "threshold")
    return [
        date("wall_date", ("wall",), "first passage of the wall criterion"),
        date("training_start", ("compute", "generation"), "start of the first run of this generation"),
        date("release", ("compute", "generation"), "first release of a model of this generation"),
        date("compute_date", ("level",), "start of the first run of this much compute"),
        date("price_gain", ("gain",), "price of a fixed capability lower by this factor"),
        Output("price_decline", "x/yr", (), Histogram(-1.0, 7.0, 2048), "log10", "yearly fall of that price"),
        Output(
            "price_share",
            "fraction",
            ("source",),
            Histogram(-1.0, 2.0, 1536),
            "linear",
            "share of the fall, in logs, by its source",
        ),
        path("frontier_flop", "FLOP", 10, 50, "compute of the largest training run"),
        path("ceiling_flop", "FLOP", 10, 50, "largest run that the ceiling alone allows", "ceiling"),
        path("effective_flop", "FLOP", 10, 70, "its compute at GPT-4's algorithms and with plenty of data"),
        path("demand_tokens", "tokens", 5, 30, "tokens it would use if data were plenty"),
        path("supply_tokens", "tokens", 5, 30, "unique tokens to be had, distillation counted"),
        path(
            "passes",
            "passes",
            -12,
            12,
            "passes of the best run over the supply; in half octaves under the penalty",
        ),
        path("efficiency", "x", -30, 1, "share of its compute that would do with plenty of data"),
        Output(
            "overtraining_headroom",
            "x",
            ("year",),
            Histogram(0.0, 64.0, 1024),
            "linear",
            "largest size reduction at equal loss that the data allow; below 1 none",
        ),
        Output("loss", "nats/token", ("year",), Histogram(0.0, 16.0, 2048), "linear", "loss of the run"),
        Output(
            "binding_ceiling",
            "choice",
            ("year",),
            Histogram(-0.5, choices - 0.5, choices),
            "choice",
            "index of the ceiling that sets the largest run",
        ),
        *([counts] if scenario.questions.count_levels else []),
    ]


def reported(output: Output, values: np.ndarray, as_of: float) -> np.ndarray:
    """Return values of the model's own scale in the unit of the output."""
    values = np.asarray(values, np.float64)
    if output.scale == "date":
        return as_of + values
    return 10.0**values if output.scale == "log10" else values
