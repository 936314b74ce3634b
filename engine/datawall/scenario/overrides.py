"""Overrides of a scenario outside its file: interventions, settings and the as-of date."""

import copy
import datetime as dt
import json
import re
import tomllib
from collections.abc import Iterable, Mapping
from typing import Any

from datawall.model.inputs import DECLARATIONS
from datawall.scenario.schema import ScenarioFile
from datawall.validation import Problem, ScenarioError, shown, suggestion

KEY = re.compile(r"[A-Za-z0-9_]+(\.[A-Za-z0-9_]+)*")
WORD = re.compile(r"[A-Za-z_][\w-]*")


def parse_override(text: str) -> tuple[str, Any]:
    """Return the key and value of ``key=value``; the value is TOML, or a bare word.

    Raises
    ------
    ScenarioError
        If the text has no key or its value is neither.

    Examples
    --------
    >>> parse_override("questions.generations=[5, 6]")
    ('questions.generations', [5, 6])
    >>> parse_override("multimodal=unused")
    ('multimodal', 'unused')
    """
    key, equals, value = (part.strip() for part in text.partition("="))
    if not equals or not KEY.fullmatch(key):
        raise ScenarioError(f"override: need key=value, got {shown(text)}; write it like mfu=0.4")
    try:
        tables = tomllib.loads(f"value = {value}")
    except (ValueError, RecursionError):
        tables = {"value": value} if WORD.fullmatch(value) else {}
    if tables.keys() != {"value"}:
        raise ScenarioError(
            f"override: {key}: need a number, a date, a list or a word, got {shown(value)}; correct it"
        )
    return key, tables["value"]


def override_text(key: str, value: Any) -> str:
    """Return ``key=value`` that `parse_override` reads as this key and value.

    Examples
    --------
    >>> override_text("multimodal", "used"), override_text("title", "my own")
    ('multimodal=used', 'title="my own"')
    >>> override_text("questions.generations", (5, 6))
    'questions.generations=[5, 6]'
    """
    return f"{key}={_literal(value)}"


def _literal(value: Any) -> str:
    """Return a value in TOML, or a bare word where that reads back the same."""
    match value:
        case bool():
            return str(value).lower()
        case int() | float():
            return repr(value)
        case dt.date():
            return value.isoformat()
        case list() | tuple():
            return f"[{', '.join(map(_quoted, value))}]"
        case Mapping():
            return f"{{{', '.join(f'{json.dumps(key)} = {_quoted(one)}' for key, one in value.items())}}}"
        case str() if WORD.fullmatch(value) and parse_override(f"word={value}")[1] == value:
            return value
        case _:
            return json.dumps(str(value))


def _quoted(value: Any) -> str:
    return json.dumps(value) if isinstance(value, str) else _literal(value)


def apply_overrides(
    tables: Mapping[str, Any], overrides: Mapping[str, Any], as_of: dt.date | float | str | None
) -> dict[str, Any]:
    """Return the tables of a scenario with keys changed and inputs fixed.

    Parameters
    ----------
    tables
        The merged tables of the file.
    overrides
        See `load_scenario`.
    as_of
        Replaces the as-of date unless None.

    Raises
    ------
    Problem
        If an override names no key or input.
    """
    tables = copy.deepcopy(dict(tables))
    if as_of is not None:
        tables["as_of"] = as_of
    for key, value in overrides.items():
        if key in DECLARATIONS:
            _fix(tables, key, value)
        else:
            _set(tables, key, value)
    return keep_priors(tables, [key.removeprefix("priors.").partition(".")[0] for key in overrides])


def keep_priors(tables: dict[str, Any], names: object) -> dict[str, Any]:
    """Return the tables with some inputs excluded from the posteriors of ``[evidence]``, if any."""
    evidence = tables.get("evidence")
    if not isinstance(evidence, dict) or not isinstance(names, Iterable):
        return tables
    kept = evidence.get("keep", [])
    if not isinstance(kept, list):
        return tables  # for the validation to report
    stated = [name for name in names if name in DECLARATIONS and name not in kept]
    return tables | {"evidence": evidence | {"keep": [*kept, *stated]}}


def _fix(tables: dict[str, Any], name: str, value: Any) -> None:
    priors = tables.get("priors")
    if not isinstance(priors, dict):
        raise Problem(("priors",), f"need tables [priors.NAME], got {shown(priors)}; drop that override")
    prior = priors.get(name)
    meaning = prior.get("meaning", name) if isinstance(prior, dict) else name
    priors[name] = {
        "family": "fixed",
        "value": value,
        "unit": DECLARATIONS[name].unit,
        "meaning": meaning,
        "source": "set by an override",
        "date": _DAWN,
        "confidence": "high",
    }


# An intervention assumes a value and cites no source, so it must never be dated after the as-of date.
_DAWN = dt.date(1990, 1, 1)


def _set(tables: dict[str, Any], key: str, value: Any) -> None:
    *outer, last = key.split(".")
    within: Any = tables
    for place, step in enumerate(outer):
        if not isinstance(within, dict) or step not in within:
            known = within if isinstance(within, dict) else ()
            raise Problem(tuple(outer[: place + 1]), f"unknown key; {suggestion(step, map(str, known))}")
        within = within[step]
    if not isinstance(within, dict):
        raise Problem((key,), f"need a key of a table, got {shown(within)}; drop the last step")
    if not outer and last not in ScenarioFile.known_keys():
        raise Problem(
            (key,), f"unknown key or input; {suggestion(last, [*DECLARATIONS, *ScenarioFile.known_keys()])}"
        )
    within[last] = value
