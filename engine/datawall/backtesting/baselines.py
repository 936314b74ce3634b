"""Baseline forecasters that a model has to beat: persistence, linear trend, random walk with drift."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from datawall.backtesting.questions import (
    BY_NAME,
    TARGETS,
    Answers,
    Forecaster,
    ForecastQuestion,
    NothingKnownError,
)
from datawall.backtesting.records import Series, series_of, threshold
from datawall.distributions.special import ndtr, ndtri
from datawall.units import date_of

_FEWEST_RECORDS = 4
"""Fewest records: fewer leave at most one degree of freedom, and a forecast without a mean to score."""
_FEWEST_RELEASES = 3

type _Method = Callable[[Sequence[ForecastQuestion], int, np.random.Generator], Answers]
"""Draws answers to questions about one target at one origin."""


def persistence(questions: Sequence[ForecastQuestion]) -> Answers:
    """Forecast no change: the record known at the origin stays, and no event happens.

    There is one draw for each question; a level of which nothing was known has none.

    Raises
    ------
    NothingKnownError
        If no question can be answered.
    """
    answers = {}
    for question in questions:
        if TARGETS[question.target].kind == "date":
            answers[question] = np.array([np.inf])
        elif np.isfinite(record := _record(question)):
            answers[question] = np.array([record])
    return _some(answers, questions)


def trend(draws: int, seed: int) -> Forecaster:
    """Return the linear-trend forecaster: a line through log10 of the records known at the origin.

    The line is fitted by least squares; its errors are normal and as large as those of the records, so that
    the predictive distribution is Student's t with the records' degrees of freedom. No record falls below the
    one known. A date is the first passage of the line through its threshold. Waits between releases by
    name are normal, with the mean and standard deviation of the known waits, and not negative. Targets of
    which too little was known are left out.

    References
    ----------
    Gelman et al. 2013, Bayesian Data Analysis, section 14.2 (the joint draws of line and errors).
    """
    return _each_target({name: _by_waits if name == BY_NAME else _by_line for name in TARGETS}, draws, seed)


def drift(draws: int, seed: int) -> Forecaster:
    """Return the random-walk forecaster: records grow from the last one with the drift of the past.

    A random walk with drift through the record at the origin and at whole years before it, in log10: mean and
    scatter are those of its yearly steps. A date is the first passage. It does not answer about releases by
    name, which are no records, nor about targets of which too little was known.

    References
    ----------
    Hyndman and Athanasopoulos 2021, Forecasting: Principles and Practice, section 5.2 (the drift method);
    Folks and Chhikara 1978, doi:10.1111/j.2517-6161.1978.tb01039.x (first passage: inverse Gaussian).
    """
    return _each_target({name: _by_steps for name in TARGETS if name != BY_NAME}, draws, seed)


def _each_target(methods: Mapping[str, _Method], draws: int, seed: int) -> Forecaster:
    """Return a forecaster that applies to each target the method given for it."""

    def answer(questions: Sequence[ForecastQuestion]) -> Answers:
        answers = {}
        for place, (target, method) in enumerate(methods.items()):
            asked = [question for question in questions if question.target == target]
            if asked:
                answers |= method(asked, draws, np.random.default_rng([seed, place]))
        return _some(answers, questions)

    return answer


def _by_steps(questions: Sequence[ForecastQuestion], draws: int, rng: np.random.Generator) -> Answers:
    """Answer questions about one target from the yearly steps of its record."""
    origin, target = questions[0].origin, questions[0].target
    records = yearly_records(series_of(target, origin), origin)
    if len(records) < _FEWEST_RECORDS or np.ptp(np.diff(records)) == 0.0:
        return {}
    last, growth, spread = records[-1], *growth_draws(records, draws, rng)
    if TARGETS[target].kind == "level":
        score = rng.standard_normal(draws)

        def record(years: float) -> np.ndarray:
            return np.maximum(last, last + growth * years + spread * np.sqrt(years) * score)

        return {q: record(q.horizon) for q in questions}

    def date(level: float) -> np.ndarray:
        return origin + _first_passage(level - last, growth, spread, rng)

    return {q: date(threshold(target, q.item)) for q in questions}


def yearly_records(series: Series, origin: float) -> np.ndarray:
    """Return the records at the origin and at whole years before it, as far back as they go, by date."""
    first = np.min(series.date, initial=origin)
    dates = origin - np.arange(int(origin - first), -1.0, -1.0)
    return np.array([series.record(date) for date in dates])


def growth_draws(records: np.ndarray, draws: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Return posterior draws of the mean and scatter of the yearly steps of records, in log10."""
    steps = np.diff(records)
    spread = np.std(steps) * np.sqrt(len(steps) / rng.chisquare(len(steps) - 1, draws))
    return np.mean(steps) + spread * rng.standard_normal(draws) / np.sqrt(len(steps)), spread


def _first_passage(
    rise: float, growth: np.ndarray, spread: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    """Draw first-passage times [years] of random walks to a rise; inf where they drift down."""
    up = growth > 0.0
    years = rng.wald(rise / np.where(up, growth, 1.0), (rise / spread) ** 2)
    return np.where(up, years, np.inf)


def _by_line(questions: Sequence[ForecastQuestion], draws: int, rng: np.random.Generator) -> Answers:
    """Answer questions about one target from a line through its records."""
    origin, target = questions[0].origin, questions[0].target
    known = series_of(target, origin)
    records = known.records()
    if len(records.items) < _FEWEST_RECORDS:
        return {}
    level, slope = line_draws(records, origin, draws, rng)
    if TARGETS[target].kind == "level":
        floor = known.record(origin)
        return {q: np.maximum(floor, level + slope * q.horizon) for q in questions}
    return {q: origin + _passage(threshold(target, q.item) - level, slope) for q in questions}


def line_draws(
    records: Series, origin: float, draws: int, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Return draws of the level at the origin, with the error of a new figure, and of the slope a year."""
    years = np.stack([np.ones(len(records.date)), records.date - origin], axis=1)
    covariance = np.linalg.inv(years.T @ years)
    line = covariance @ years.T @ records.value
    residuals = records.value - years @ line
    scale = np.sqrt(residuals @ residuals / rng.chisquare(len(residuals) - 2, draws))
    lines = line + scale[:, None] * rng.multivariate_normal(np.zeros(2), covariance, draws)
    return lines[:, 0] + scale * rng.standard_normal(draws), lines[:, 1]


def _passage(rise: np.ndarray, slope: np.ndarray) -> np.ndarray:
    """Return first-passage times [years] of lines to a rise: 0 if already there, inf if never."""
    years = np.where(slope > 0.0, rise / np.where(slope > 0.0, slope, 1.0), np.inf)
    return np.where(rise <= 0.0, 0.0, years)


def _by_waits(questions: Sequence[ForecastQuestion], draws: int, rng: np.random.Generator) -> Answers:
    """Answer release dates by name as a renewal process; the first wait exceeds the time already waited."""
    origin, target = questions[0].origin, questions[0].target
    series = series_of(target, origin)
    numbers = np.unique(np.floor(series.value)).astype(int)
    releases = np.array([series.first_above(number) for number in numbers])
    if len(releases) < _FEWEST_RELEASES:
        return {}
    waits = np.diff(releases)
    mean, spread = float(np.mean(waits)), float(np.std(waits, ddof=1))
    steps = {q: int(threshold(target, q.item)) - int(numbers[-1]) for q in questions}
    longer = ndtr((mean - (origin - releases[-1])) / spread)
    first = mean - spread * ndtri(longer * rng.random(draws))
    others = np.maximum(0.0, rng.normal(mean, spread, (draws, max(steps.values()) - 1)))
    dates = releases[-1] + np.cumsum(np.column_stack([first, others]), axis=1)
    return {q: dates[:, step - 1] for q, step in steps.items()}


def _record(question: ForecastQuestion) -> float:
    return series_of(question.target, question.origin).record(question.origin)


def _some(answers: Answers, questions: Sequence[ForecastQuestion]) -> Answers:
    """Return the answers, requiring at least one."""
    if answers:
        return answers
    targets = ", ".join(sorted({question.target for question in questions}))
    day = date_of(questions[0].origin)
    raise NothingKnownError(f"too few records were known by {day} of {targets}; ask at a later date")
