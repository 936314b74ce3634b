"""Schedule of forecast questions by origin, the components that answer them, and the ledger of answers."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np
import xarray as xr

from datawall.backtesting.plan import BacktestPlan
from datawall.backtesting.questions import (
    BY_NAME,
    DRIFT,
    PERSISTENCE,
    TARGETS,
    TREND,
    Answers,
    Forecaster,
    ForecastQuestion,
    NothingKnownError,
)
from datawall.backtesting.scenario_forecaster import WORLD_TARGETS
from datawall.backtesting.scoring import Outcome
from datawall.errors import UntrustedPosteriorError

type Progress = Callable[[int, int], None]
"""Progress callback, called with the steps done and their total."""


@dataclass(frozen=True)
class ForecastSource:
    """A forecaster and the targets that it answers about."""

    targets: tuple[str, ...]
    forecaster: Forecaster


class ScenarioForecaster(NamedTuple):
    """Forecaster of runs from a scenario at an origin.

    Attributes
    ----------
    forecaster
        Answers questions about the published figures of its runs.
    hindsight
        The inputs whose priors rest on information from after the origin.
    taken_out
        The ceilings, and ``"slowdown"``, that were stated after the origin and are left out.
    """

    forecaster: Forecaster
    hindsight: Sequence[str] = ()
    taken_out: Sequence[str] = ()


@dataclass(frozen=True)
class Parts:
    """Components of a backtest.

    Attributes
    ----------
    questions_at, resolve, came
        As in `datawall.backtesting.outcomes`.
    world
        ``world(name_or_path, origin, draws, seed)``: the vintage of a scenario at an origin.
    modules
        ``modules(draws, seed)``: forecasters from evidence models, for the other targets.
    naive
        ``naive(draws, seed)``: baseline forecasters by name.
    published
        As-of dates of published forecasts, by the names of their scenarios.
    reference
        ``reference(draws, seed)``: rows of published tables beside the outcomes.
    revision
        ``revision(name, origins, draws, seed, progress)``: the forecast revisions of a scenario.
    """

    questions_at: Callable[[float, Sequence[float]], Sequence[ForecastQuestion]]
    resolve: Callable[[ForecastQuestion], Outcome | None]
    came: Callable[[ForecastQuestion], float]
    world: Callable[[str | Path, float, int, int], ScenarioForecaster]
    modules: Callable[[int, int], Sequence[ForecastSource]]
    naive: Callable[[int, int], Mapping[str, Forecaster]]
    published: Callable[[], Mapping[str, float]]
    reference: Callable[[int, int], xr.Dataset]
    revision: Callable[[str | Path, Sequence[float], int, int, Progress], xr.DataTree]


def shipped_parts() -> Parts:
    """Return the shipped components."""
    # these load every model; a mistake in the arguments of a backtest should not wait for it
    from datawall.backtesting import baselines, outcomes, published_tables, revision, vintage
    from datawall.backtesting.evidence_forecasters import module_forecaster, name_forecaster
    from datawall.backtesting.scenario_forecaster import world_forecaster

    by_modules = [target for target in TARGETS if target not in (*WORLD_TARGETS, BY_NAME)]

    def world(name_or_path: str | Path, origin: float, draws: int, seed: int) -> ScenarioForecaster:
        known = vintage.as_known(name_or_path, origin)
        return ScenarioForecaster(
            world_forecaster(known.scenario, draws, seed), known.hindsight, known.taken_out
        )

    def modules(draws: int, seed: int) -> list[ForecastSource]:
        found = [ForecastSource((target,), module_forecaster(target, draws, seed)) for target in by_modules]
        return [*found, ForecastSource((BY_NAME,), name_forecaster(draws, seed))]

    def naive(draws: int, seed: int) -> Mapping[str, Forecaster]:
        trend, drift = baselines.trend(draws, seed), baselines.drift(draws, seed)
        return {PERSISTENCE: baselines.persistence, TREND: trend, DRIFT: drift}

    def revised(
        name: str | Path, origins: Sequence[float], draws: int, seed: int, progress: Progress
    ) -> xr.DataTree:
        return revision.revision(name, origins, max(draws, revision.DRAWS_OF_MEDIANS), seed, progress)

    return Parts(
        questions_at=outcomes.questions_at,
        resolve=outcomes.resolve,
        came=outcomes.came,
        world=world,
        modules=modules,
        naive=naive,
        published=vintage.published,
        reference=published_tables.reference_rows,
        revision=revised,
    )


NO_ANSWER = (NothingKnownError, UntrustedPosteriorError)
"""Exceptions for which a forecaster may give no answer."""


class Skip(NamedTuple):
    """Unanswered question: forecaster, target (empty: all), origin and reason."""

    who: str
    target: str
    origin: float
    reason: str


@dataclass(frozen=True)
class _Round:
    """Questions and scenarios of one origin."""

    origin: float
    targets: tuple[str, ...]
    scenarios: Mapping[str, str | Path]


@dataclass
class Ledger:
    """Ledger of questions, with answers or the reasons for missing ones.

    Attributes
    ----------
    questions
        In the order of the schedule.
    answers
        Of each forecaster.
    skipped
        The unanswered questions.
    hindsight
        By origin, the inputs whose priors rest on later information.
    taken_out
        By origin, the limits of runs that were stated later.
    """

    questions: list[ForecastQuestion] = field(default_factory=list)
    answers: dict[str, dict[ForecastQuestion, np.ndarray]] = field(default_factory=dict)
    skipped: list[Skip] = field(default_factory=list)
    hindsight: dict[float, set[str]] = field(default_factory=dict)
    taken_out: dict[float, set[str]] = field(default_factory=dict)

    def hear(self, who: Sequence[str], source: ForecastSource, questions: Sequence[ForecastQuestion]) -> None:
        """Record the answers of a source to the questions of its targets, for some forecasters."""
        own = [question for question in questions if question.target in source.targets]
        if not own:
            return
        answers, reason = _answers(source, own)
        answered = {question.target for question in answers}
        missing = [name for name in dict.fromkeys(q.target for q in own) if name not in answered]
        for name in who:
            self.answers.setdefault(name, {}).update(answers)
            self.skipped += [Skip(name, target, own[0].origin, reason) for target in missing]


def _answers(source: ForecastSource, questions: Sequence[ForecastQuestion]) -> tuple[Answers, str]:
    """Return the answers of a source, and the reason for any that are missing."""
    try:
        found = source.forecaster(questions)
    except NO_ANSWER as error:
        return {}, str(error)
    return {q: found[q] for q in questions if q in found}, "it answers no question of this target"


def rounds(plan: BacktestPlan, published: Mapping[str, float]) -> tuple[list[_Round], list[Skip]]:
    """Return the schedule by origin, and the published forecasts left out.

    A published forecast answers at its own as-of date only, together with the first scenario.
    """
    found = {origin: _Round(origin, tuple(TARGETS), plan.scenarios) for origin in plan.origins}
    skipped = []
    for name, as_of in published.items():
        if name in plan.scenarios:
            continue
        if not plan.origins[0] <= as_of <= plan.origins[-1]:
            skipped.append(Skip(name, "", as_of, "its as-of date is not between the first and last origin"))
            continue
        beside = _Round(as_of, WORLD_TARGETS, {plan.first: plan.scenarios[plan.first]})
        own = found.get(as_of, beside)
        found[as_of] = replace(own, scenarios={**own.scenarios, name: name})
    return [found[origin] for origin in sorted(found)], skipped


def jobs(
    plan: BacktestPlan, parts: Parts, asked: Sequence[_Round], ledger: Ledger
) -> Iterator[Callable[[], None]]:
    """Yield the calls that fill the ledger, in order."""
    naive = parts.naive(plan.draws, plan.seed)
    modules = parts.modules(plan.draws, plan.seed)
    for one in asked:
        found = parts.questions_at(one.origin, plan.horizons)
        questions = [question for question in found if question.target in one.targets]
        ledger.questions += questions
        for name in one.scenarios:
            world = partial(_as_known, plan, parts, one, name, ledger)
            yield partial(ledger.hear, [name], ForecastSource(WORLD_TARGETS, world), questions)
        informed = [name for name in one.scenarios if name in plan.informed]
        for source in modules if informed else ():
            yield partial(ledger.hear, informed, source, questions)
        # one target at a time: a reason for a missing answer belongs to a target
        for who, forecaster in naive.items():
            for target in one.targets:
                yield partial(ledger.hear, [who], ForecastSource((target,), forecaster), questions)


def _as_known(
    plan: BacktestPlan,
    parts: Parts,
    asked: _Round,
    name: str,
    ledger: Ledger,
    questions: Sequence[ForecastQuestion],
) -> Answers:
    """Answer from the vintage of a scenario at the origin, and note its hindsight."""
    world = parts.world(asked.scenarios[name], asked.origin, plan.draws, plan.seed)
    if name in plan.scenarios:
        ledger.hindsight.setdefault(asked.origin, set()).update(world.hindsight)
        ledger.taken_out.setdefault(asked.origin, set()).update(world.taken_out)
    return world.forecaster(questions)
