"""Forecasters from evidence models: records of training sets, chips and prices, and releases by name."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from datawall.backtesting.questions import (
    BY_NAME,
    TARGETS,
    Answers,
    Forecaster,
    ForecastQuestion,
    NothingKnownError,
)
from datawall.backtesting.records import CAPABILITY, DEVELOPER, PREFIX, Series, series_of
from datawall.errors import DatawallError, TooLittleEvidenceError
from datawall.inference.evidence_model import Evidence
from datawall.inference.models import hardware, price
from datawall.inference.models.release_timing import coming_releases
from datawall.inference.refit import refitted_draws
from datawall.units import MONTHS_PER_YEAR, date_of

type _Draws = dict[str, np.ndarray]
"""Posterior draws of latents by name, with one leading axis."""


def draws_known(module: str, origin: float) -> tuple[Evidence, _Draws]:
    """Return the vintage of a module's evidence at an origin [decimal year], and posterior draws given it.

    Raises
    ------
    NothingKnownError
        If too little was known for a fit.
    UntrustedPosteriorError
        If the fit cannot be trusted.
    """
    try:
        return refitted_draws(module, origin)
    except TooLittleEvidenceError as error:
        raise NothingKnownError(f"module {module} as of {date_of(origin)}: {error}") from None


RECENT = 2.0
"""Window before the origin that gives the rate of new figures [years]."""


@dataclass(frozen=True)
class _Request:
    """Evidence and questions of one forecast.

    Attributes
    ----------
    target, origin
        The target whose figures are forecast, and the date of the forecast [decimal year].
    evidence, draws
        Evidence known at the origin, and draws of the posterior given it, one leading axis.
    dates
        Dates of new figures, shape (draws, figures) [decimal year].
    """

    target: str
    origin: float
    evidence: Evidence
    draws: _Draws
    dates: np.ndarray


type _Story = Callable[[_Request, np.random.Generator], np.ndarray]
"""Posterior predictive draws of the natural logarithms of new figures, shape (draws, figures)."""


def module_forecaster(target: str, draws: int, seed: int) -> Forecaster:
    """Return the forecaster of a record from the evidence model of its figures.

    New figures arrive as a Poisson process at the recent rate, each drawn from the posterior predictive
    distribution. The record is the largest figure published, or the one known at the origin. One draw of the
    posterior and of new figures answers every horizon.

    Parameters
    ----------
    target
        A name in `MODULE_OF`; it answers the questions about this target.
    draws, seed
        Number of draws of each answer, and the seed of the random numbers.
    """

    def answer(questions: Sequence[ForecastQuestion]) -> Answers:
        asked = [question for question in questions if question.target == target]
        return _answers(asked, draws, np.random.default_rng([seed, list(TARGETS).index(target)]))

    return answer


def _answers(questions: Sequence[ForecastQuestion], draws: int, rng: np.random.Generator) -> Answers:
    if not questions:
        return {}
    target, origin = questions[0].target, questions[0].origin
    series = series_of(target, origin)
    record = series.record(origin)
    if not np.isfinite(record):
        raise NothingKnownError(f"{target}: no figure was known by {date_of(origin)}; ask at a later date")
    evidence, posterior = draws_known(MODULE_OF[target], origin)
    chosen = rng.integers(len(next(iter(posterior.values()))), size=draws)
    drawn = {name: values[chosen] for name, values in posterior.items()}
    dates, come = releases(series, origin, max(q.until for q in questions), draws, rng)
    figures = STORIES[MODULE_OF[target]](_Request(target, origin, evidence, drawn, dates), rng) / np.log(10.0)
    return {q: np.max(figures, axis=1, initial=record, where=come & (dates <= q.until)) for q in questions}


def releases(
    series: Series, origin: float, until: float, draws: int, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Draw publication dates of new figures: a Poisson process at the recent rate, which is uncertain.

    Parameters
    ----------
    series
        The figures known at the origin.
    origin, until
        Between which new ones come [decimal year].

    Returns
    -------
    dates, come
        Of shape (draws, figures) [decimal year], and the mask of the figures that exist, as some draws have
        fewer than others.
    """
    recent = np.sum((series.date > origin - RECENT) & (series.date <= origin))
    rate = rng.gamma(recent + 0.5, 1.0 / RECENT, draws)  # the posterior under Jeffreys' prior
    count = rng.poisson(rate * (until - origin))
    dates = rng.uniform(origin, until, (draws, int(count.max())))
    return dates, np.arange(dates.shape[1]) < count[:, None]


def _below(line: np.ndarray, gap: np.ndarray, error: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Draw from `BelowLine`."""
    return line - gap * rng.standard_exponential(line.shape) + error * rng.standard_normal(line.shape)


def _training_sets(asked: _Request, rng: np.random.Generator) -> np.ndarray:
    """Draw training sets below a record whose pace of growth varies by calendar year."""
    data = asked.evidence.constants
    drawn = {name: values[:, None] for name, values in asked.draws.items() if values.ndim == 1}
    anchor = float(data["anchor"])
    told = asked.draws["pace_deviation"][:, asked.evidence.coords["year"].index(int(anchor)) :]
    untold = rng.standard_normal((len(told), max(0, int(asked.dates.max(initial=0.0)) - int(anchor))))
    pace = np.log(drawn["growth"]) + drawn["pace_spread"] * np.concatenate([told, untold], axis=1)
    line = np.log(drawn["level"]) + _climbed(pace, anchor, asked.dates)
    return _below(line, drawn["gap"], rng.choice(data["error"], line.shape), rng)


def _climbed(pace: np.ndarray, since: float, dates: np.ndarray) -> np.ndarray:
    """Return the rise of lines since a date, with a pace for its year and for each year after."""
    start = np.insert(np.cumsum(pace, axis=1), 0, 0.0, axis=1) - pace[:, :1] * (since % 1.0)
    year = dates.astype(int) - int(since)
    return np.take_along_axis(start, year, 1) + np.take_along_axis(pace, year, 1) * (dates % 1.0)


def _chips(asked: _Request, rng: np.random.Generator) -> np.ndarray:
    """Draw chips about a trend of growth that departs from the past trend by `era_spread`."""
    own = hardware.METRICS.index(asked.target)
    level, growth, scatter = (asked.draws[name][:, [own]] for name in ("level", "growth", "scatter"))
    df, departure = (asked.draws[name][:, None] for name in ("residual_df", "era_spread"))
    departure = departure * rng.standard_normal(departure.shape)
    line = np.log(level) + np.log(growth) * (asked.dates - hardware.H100_RELEASED)
    line = line + departure * (asked.dates - asked.origin)
    return line + scatter * rng.standard_t(np.broadcast_to(df, line.shape))


def _discounts(asked: _Request, rng: np.random.Generator) -> np.ndarray:
    """Draw tokens per dollar from models of similar capability; the fall of prices continues in part."""
    data, drawn = (
        asked.evidence.constants,
        {name: v[:, None] for name, v in asked.draws.items() if v.ndim == 1},
    )
    least = (CAPABILITY - price.CAPABILITY) / price.INDEX_STEP
    steps = rng.choice(data["steps"][(data["steps"] >= least) & (data["thinks"] == 0.0)], asked.dates.shape)
    fall = np.log(drawn["fall"])
    explained = np.log(drawn["hardware_growth"]) + np.log(2.0) * MONTHS_PER_YEAR / drawn["algorithms_halving"]
    ahead = fall - (1.0 - drawn["share_kept"]) * np.maximum(fall - explained, 0.0)
    edge = np.log(drawn["cheapest"]) + np.log(drawn["step_price"]) * steps
    edge = edge - fall * (asked.origin - price.PIVOT) - ahead * (asked.dates - asked.origin)
    return _below(-edge, drawn["gap"], drawn["scatter"], rng)


MODULE_OF = {
    "training_set": "training_sets",
    **dict.fromkeys(hardware.METRICS, "hardware"),
    "price": "price",
}
"""The module that models the figures of each target."""
STORIES: dict[str, _Story] = {"training_sets": _training_sets, "hardware": _chips, "price": _discounts}
"""Sampler of records for each module."""


def name_forecaster(draws: int, seed: int) -> Forecaster:
    """Return the forecaster of OpenAI's generations by name, the target ``release_by_name``.

    It fits the module `generations` to the evidence known at the origin. The next whole number ends the
    current wait, conditional on its length so far; each later one takes a fresh wait. The draws of one place
    belong together: a late GPT-5 makes a late GPT-6.
    """

    def answer(questions: Sequence[ForecastQuestion]) -> Answers:
        asked = [question for question in questions if question.target == BY_NAME]
        if not asked:
            return {}
        origin = asked[0].origin
        evidence, posterior = draws_known("generations", origin)
        ahead = _generations_ahead(asked, evidence)
        rng = np.random.default_rng(seed)
        size = len(posterior["wait_spread"])
        chosen = rng.choice(size, draws, replace=draws > size)
        scores = rng.standard_normal((max(ahead), draws))
        drawn = {name: values[chosen] for name, values in posterior.items()}
        dates = coming_releases(evidence, drawn, DEVELOPER, origin, scores)
        return {question: dates[steps - 1] for question, steps in zip(asked, ahead, strict=True)}

    return answer


def _generations_ahead(asked: Sequence[ForecastQuestion], evidence: Evidence) -> list[int]:
    """Return the number of generations between the newest known one and that of each question."""
    last = evidence.constants["last"][evidence.coords["developer"].index(DEVELOPER)]
    newest = int(evidence.constants["generation"][last])
    ahead = [int(question.item.removeprefix(PREFIX)) - newest for question in asked]
    if min(ahead) < 1:
        item = asked[int(np.argmin(ahead))].item
        raise DatawallError(f"{item}: {PREFIX}{newest} was known at the origin; ask for a later generation")
    return ahead
