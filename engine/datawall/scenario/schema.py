"""Schema of scenario files, version 1: tables that are closed, typed, and complete after extension."""

import datetime as dt
import re
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, create_model, model_validator
from pydantic_core import PydanticCustomError

from datawall.distributions.mixture import AnyStatement, nest
from datawall.distributions.statement import ABOUT_PRIOR
from datawall.model.criteria import CRITERIA, Criterion
from datawall.model.inputs import DECLARATIONS
from datawall.model.questions import Questions
from datawall.model.registry import CEILINGS, RELEASES, SUPPLIES
from datawall.validation import Closed, Moment, Number, Text, check, each, one_of, suggestion, version, wrong

VERSION = 1
LINK = re.compile(r"(https?://|arXiv:|doi:)\S+")


def _day(value: Any) -> dt.date:
    if type(value) is not dt.date:
        raise wrong("need a date", value, "write the day the source states, like 2026-07-19, unquoted")
    if not 1900 <= value.year <= 2100:
        raise wrong("need a date from 1900 to 2100", str(value), "correct the year")
    return value


Link = Annotated[
    str,
    check(
        lambda link: not link or LINK.fullmatch(link) is not None, "need a link", "write https://… or arXiv:…"
    ),
]


class PriorTable(Closed):
    """``[priors.NAME]``: the prior of one input, with its source."""

    unit: Text
    meaning: Text
    source: Text
    link: Link = ""
    date: Annotated[dt.date, BeforeValidator(_day)]
    confidence: Literal["low", "medium", "high"]
    statement: AnyStatement

    @model_validator(mode="before")
    @classmethod
    def _nest_the_family(cls, data: Any) -> Any:
        return nest(data, ABOUT_PRIOR)


class AnchorsTable(Closed):
    """``[anchors]``: the dates at which levels are stated."""

    frontier: Moment
    spending: Moment
    power: Moment
    chips: Moment
    supply: Moment
    gpt4: Moment


def _levels(criterion: Criterion) -> tuple[Any, Any]:
    """Return the type and the default of the key that gives the levels of a criterion."""
    kind: Any = (
        Annotated[Number, check(criterion.admits, criterion.expected, criterion.remedy)]
        if criterion.single
        else Annotated[tuple[Number, ...], each(criterion.admits, criterion.expected)]
    )
    return (kind, ...) if criterion.required else (kind | None, None)


_LEVELS: dict[str, Any] = {criterion.field: _levels(criterion) for criterion in CRITERIA}
_LevelsTable = create_model("_LevelsTable", __base__=Closed, **_LEVELS)


class _QuestionsTable(_LevelsTable):
    """``[questions]``: the questions of the forecast."""

    ceilings: Annotated[tuple[Annotated[str, one_of(CEILINGS)], ...], each(lambda _: True, "")]
    supply: Annotated[str, one_of(SUPPLIES)] = "components"
    release: Annotated[str, one_of(RELEASES)] = "lags"
    price_gains: Annotated[
        tuple[Number, ...],
        each(lambda x: x > 1, "need factors above 1"),
        check(lambda g: list(g) == sorted(g), "need increasing numbers", "sort them"),
    ]
    generations: Annotated[
        tuple[Number, ...],
        each(lambda _: True, ""),
        check(lambda g: list(g) == sorted(g), "need increasing numbers", "sort them"),
    ]
    compute_levels: Annotated[
        tuple[Number, ...], each(lambda flop: 1e20 <= flop <= 1e35, "need 1e20 to 1e35 FLOP")
    ] = (1e27, 1e28, 1e29, 1e30)
    count_levels: Annotated[
        tuple[Number, ...],
        check(
            lambda levels: (
                len({f"{x:g}" for x in levels}) == len(levels) and all(1e24 <= x <= 1e35 for x in levels)
            ),
            "need different numbers from 1e24 to 1e35 FLOP",
            "[] counts nothing",
        ),
    ] = ()

    def questions(self) -> Questions:
        """Return the questions, the levels of each criterion under its name."""
        rest = self.model_dump()
        stated = {criterion.name: rest.pop(criterion.field) for criterion in CRITERIA}
        walls = tuple(
            (name, levels if isinstance(levels, tuple) else (levels,))
            for name, levels in stated.items()
            if levels is not None
        )
        return Questions(walls=walls, **rest)


class _EvidenceTable(Closed):
    """``[evidence]``: the evidence models whose posteriors replace priors."""

    modules: Annotated[
        tuple[Text, ...],
        check(lambda names: len(set(names)) == len(names), "need different modules", "drop the repeats"),
    ]
    keep: Annotated[
        tuple[str, ...],
        check(lambda names: set(names) <= set(DECLARATIONS), "need names of inputs", "correct them"),
    ] = ()


class _CorrelationTable(Closed):
    """``[[correlations]]``: the rank correlation of two inputs."""

    inputs: Annotated[
        tuple[str, ...], check(lambda pair: len(set(pair)) == len(pair) == 2, "need two inputs", "name two")
    ]
    spearman: Annotated[
        Number, check(lambda r: -1 < r < 1, "need -1 < spearman < 1", "fix one input instead")
    ]
    source: Text


def _known_inputs(priors: Any) -> Any:
    if not isinstance(priors, dict):
        raise wrong("need tables [priors.NAME]", priors, "write one for each input")
    for name in priors:
        if name not in DECLARATIONS:
            message = f"unknown input; {suggestion(name, DECLARATIONS)}"
            raise PydanticCustomError("unknown_key", "{message}", {"message": message, "key": name})
    return priors


class ScenarioFile(Closed):
    """A whole scenario, after extension and overrides."""

    schema_: Annotated[int, version(VERSION)] = Field(alias="schema")
    name: Annotated[
        str,
        check(
            lambda s: re.fullmatch(r"[\w.-]+", s) is not None,
            "need a name of letters, digits, . _ -",
            "rename",
        ),
    ]
    title: Text
    description: Text
    as_of: Moment
    horizon: Moment
    anchors: AnchorsTable
    questions: _QuestionsTable
    priors: Annotated[dict[str, PriorTable], BeforeValidator(_known_inputs)]
    correlations: tuple[_CorrelationTable, ...] = ()
    evidence: _EvidenceTable | None = None

    @model_validator(mode="after")
    def _horizon_after_as_of(self) -> "ScenarioFile":
        if not self.as_of < self.horizon:
            raise wrong(f"need a year after as_of = {self.as_of:g}", self.horizon, "move either", "horizon")
        return self
