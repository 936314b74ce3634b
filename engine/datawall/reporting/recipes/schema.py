"""The tables of a recipe, version 1: closed and typed."""

from typing import Annotated, Any

from pydantic import Field, model_validator

from datawall.arguments import DRAWS, LARGEST_SEED, MOST_DRAWS, SAMPLER, SAMPLERS
from datawall.backtesting.questions import DRAWS as BACKTEST_DRAWS
from datawall.backtesting.questions import END, EVERY, HORIZONS, SCENARIOS, START
from datawall.inference.models import HOMES
from datawall.validation import Closed, Moment, Text, check, one_of, version, wrong

VERSION = 1


Whole = Annotated[int, Field(strict=True)]
Seed = Annotated[Whole, check(lambda n: 0 <= n <= LARGEST_SEED, f"need 0 to {LARGEST_SEED}", "choose one")]
Draws = Annotated[Whole, check(lambda n: 1 <= n <= MOST_DRAWS, "need 1 to 2^44", "give another number")]


class RunTable(Closed):
    """``[[runs]]``: a forecast, as the options of ``datawall forecast`` describe it."""

    scenario: Text
    draws: Draws = DRAWS
    seed: Seed = 0
    sampler: Annotated[str, one_of(SAMPLERS)] = SAMPLER
    as_of: Moment | None = None
    set_: dict[str, Any] = Field(default_factory=dict, alias="set")


class FitTable(Closed):
    """``[[fits]]``: a module of inference, on the evidence that ships."""

    module: Annotated[str, one_of(HOMES)]
    seed: Seed = 0


class BacktestTable(Closed):
    """``[[backtests]]``: past forecasts and their scores, as `datawall.backtest` takes them."""

    scenarios: tuple[Text, ...] = SCENARIOS
    start: Text = START
    end: Text = END
    every: Text = EVERY
    horizons: tuple[Text, ...] = HORIZONS
    draws: Draws = BACKTEST_DRAWS
    seed: Seed = 0


class RecipeFile(Closed):
    """A whole recipe.

    Attributes
    ----------
    title
        Of the page.
    to
        The folder of the page, seen from that of the recipe.
    runs, backtests, fits
        What the page shows.
    """

    schema_: Annotated[int, version(VERSION)] = Field(alias="schema")
    title: Text
    to: Text
    runs: tuple[RunTable, ...] = ()
    backtests: tuple[BacktestTable, ...] = ()
    fits: tuple[FitTable, ...] = ()

    @model_validator(mode="after")
    def _shows_something(self) -> "RecipeFile":
        if not (self.runs or self.backtests or self.fits):
            raise wrong("need [[runs]], [[backtests]] or [[fits]]", None, "say what the page shows", "runs")
        return self
