"""Loading of scenarios: from a name or path to a validated `Scenario`."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from datawall.distributions.copula import Correlation, copula
from datawall.distributions.families import Distribution
from datawall.distributions.special import LARGEST, SCORE_LIMIT
from datawall.model.inputs import COPULA_ORDER, DECLARATIONS, Declaration, in_play
from datawall.scenario.files import Source, read_layers
from datawall.scenario.overrides import apply_overrides
from datawall.scenario.posterior import PosteriorSource, committed, inform, informed_anchors, informed_tables
from datawall.scenario.scenario import Prior, Scenario
from datawall.scenario.schema import PriorTable, ScenarioFile
from datawall.validation import Problem, first_problem, shown, suggestion


def load_scenario(
    name_or_path: str | Path,
    overrides: Mapping[str, Any] | None = None,
    as_of: dt.date | float | str | None = None,
    *,
    posterior: PosteriorSource = committed,
) -> Scenario:
    """Load, extend, override and validate a scenario.

    Parameters
    ----------
    name_or_path
        The name of a shipped scenario, or the path of a TOML file.
    overrides
        ``{"mfu": 0.4}`` fixes an input, ``{"multimodal": "used"}`` a choice; a dotted or top-level key such
        as ``"questions.generations"``, ``"priors.mfu.interval"`` or ``"horizon"`` sets that key of the file.
    as_of
        The as-of date (data vintage) of the forecast: a date, a decimal year, or an ISO date as text.
    posterior
        Source of the posteriors that the scenario names; by default the shipped ones.

    Returns
    -------
    Scenario
        Complete and consistent: a prior for each declared input, within its admissible range.

    Raises
    ------
    ScenarioError
        At the first mistake, with file, line, key, value, the expected value and advice.
    """
    layers = read_layers(name_or_path)
    try:
        tables = apply_overrides(layers.merged(), overrides or {}, as_of)
        asked = dict(overrides or {}) | ({} if as_of is None else {"as_of": as_of})
        return replace(_build(tables, layers.sources[0], posterior), overrides=asked)
    except Problem as problem:
        raise layers.located(problem, overrides or {}, as_of) from None


def _build(tables: dict[str, Any], source: Source, posterior: PosteriorSource) -> Scenario:
    try:
        file = ScenarioFile.model_validate(tables)
    except ValidationError as error:
        raise first_problem(error, tables) from None
    questions = file.questions.questions()
    priors = {name: _prior(name, _stated(file, name)) for name in in_play(questions.parts)}
    correlations = tuple(
        Correlation((c.inputs[0], c.inputs[1]), c.spearman, c.source)
        for c in file.correlations
        if not set(c.inputs) & (DECLARATIONS.keys() - priors)
    )
    anchors = file.anchors.model_dump()
    content = file.model_dump(mode="json", by_alias=True, exclude_none=True)
    if file.evidence is not None:
        found = [posterior(module, file.as_of) for module in file.evidence.modules]
        priors, correlations = inform(priors, correlations, found, file.evidence.keep)
        anchors = informed_anchors(priors, anchors, found)
        content |= informed_tables(content, priors, correlations, anchors)
    _check_pairs(correlations)
    fixed = [name for name, prior in priors.items() if prior.distribution.family == "fixed"]
    copula(correlations, COPULA_ORDER, fixed)
    return Scenario(
        name=file.name,
        title=file.title,
        description=file.description,
        path=source.path,
        as_of=file.as_of,
        horizon=file.horizon,
        anchors=anchors,
        questions=questions,
        priors=priors,
        correlations=correlations,
        content=content,
    )


def _stated(file: ScenarioFile, name: str) -> PriorTable:
    if name not in file.priors:
        message = "need a prior for this input, got nothing"
        raise Problem(("priors", name), f"{message}; add [priors.{name}], or extend a scenario that has it")
    return file.priors[name]


def _prior(name: str, table: PriorTable) -> Prior:
    declaration = DECLARATIONS[name]
    try:
        if table.unit != declaration.unit:
            message = f"need the unit {declaration.unit!r} of this input, got {table.unit!r}"
            raise Problem(("unit",), f"{message}; convert the numbers")
        distribution = _distribution(table, declaration)
        _check_range(distribution, declaration)
    except Problem as problem:
        raise problem.within("priors", name) from None
    about = table.model_dump(exclude={"statement"})
    return Prior(distribution, **about, statement=table.statement.model_dump(exclude_none=True))


def _distribution(table: PriorTable, declaration: Declaration) -> Distribution:
    statement, options = table.statement, declaration.options
    if statement.family == "choice":
        if sorted(statement.options) != sorted(options):
            expected = f"need the options {', '.join(options)}" if options else "need a family of numbers"
            raise Problem(
                ("options",), f"{expected}, got {shown(list(statement.options))}; list exactly those"
            )
        # The index of an option is its place in the declaration, whatever the order in the file.
        weights = tuple(statement.weights[statement.options.index(option)] for option in options)
        statement = statement.model_copy(update={"options": options, "weights": weights})
    elif options and statement.family != "fixed":
        raise Problem(
            ("family",), f"need choice or fixed, got {statement.family!r}; list options and weights"
        )
    elif statement.family == "fixed" and bool(options) != isinstance(statement.value, str):
        expected = f"need one of {', '.join(options)}" if options else "need a number"
        raise Problem(("value",), f"{expected}, got {shown(statement.value)}; correct the value")
    elif statement.family == "fixed" and isinstance(statement.value, str):
        if statement.value not in options:
            raise Problem(
                ("value",), f"unknown option {statement.value!r}; {suggestion(statement.value, options)}"
            )
        statement = statement.model_copy(update={"value": float(options.index(statement.value))})
    return statement.distribution()


def _check_pairs(correlations: Sequence[Correlation]) -> None:
    seen: set[frozenset[str]] = set()
    for place, correlation in enumerate(correlations):
        path = ("correlations", place, "inputs")
        for name in correlation.inputs:
            if name not in DECLARATIONS:
                raise Problem(path, f"unknown input {name!r}; {suggestion(name, DECLARATIONS)}")
            if DECLARATIONS[name].options:
                raise Problem(
                    path, f"need inputs that are numbers, got the choice {name!r}; drop this correlation"
                )
            if DECLARATIONS[name].per:
                message = f"need inputs with one draw, got {name!r}, drawn for each generation"
                raise Problem(path, f"{message}; drop this correlation")
        if (pair := frozenset(correlation.inputs)) in seen:
            raise Problem(
                path, f"need each pair once, got {' and '.join(correlation.inputs)} again; drop one"
            )
        seen.add(pair)


def _check_range(distribution: Distribution, declaration: Declaration) -> None:
    lowest, highest = (float(x) for x in distribution.score_quantile([-SCORE_LIMIT, SCORE_LIMIT]))
    got = f"got {lowest:.3g} to {highest:.3g}"
    if not (abs(lowest) < LARGEST and abs(highest) < LARGEST):
        raise Problem(
            (), f"need numbers smaller than {LARGEST:g}, {got}; narrow the prior or use a bounded family"
        )
    if not declaration.lower <= lowest <= highest <= declaration.upper:
        bounds = f"need all mass from {declaration.lower:g} to {declaration.upper:g}"
        bounded = "use a bounded family: truncated_normal, logit_normal with bounds or metalog with bounds"
        remedy = bounded if lowest < highest else "correct the value"
        raise Problem((), f"{bounds} {declaration.unit}, {got}; {remedy}")
