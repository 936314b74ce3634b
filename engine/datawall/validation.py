"""Schema building blocks: closed pydantic models, field validators and located error messages."""

import datetime as dt
import difflib
import re
from collections.abc import Callable, Collection, Iterable, Iterator
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    model_validator,
)
from pydantic_core import ErrorDetails, PydanticCustomError

from datawall.errors import DatawallError
from datawall.units import decimal_year

type KeyPath = tuple[str | int, ...]
"""Key path of a value in a scenario: ``("priors", "mfu", "interval")``."""


FEW = 20


class ScenarioError(DatawallError):
    """Invalid scenario, with file, key, value, expectation and remedy."""


class Problem(Exception):  # noqa: N818 - never leaves the package: the loader adds the file and line
    """Mistake at one key, not yet located by file and line."""

    def __init__(self, path: KeyPath, message: str):
        super().__init__(message)
        self.path = path
        self.message = message

    def within(self, *outer: str | int) -> "Problem":
        """Return the same problem with its key relative to the enclosing table."""
        return Problem((*outer, *self.path), self.message)


def shown(value: object) -> str:
    """Return a value in short, on one line, for a message."""
    if value is None or isinstance(value, bool):
        return "nothing" if value is None else str(value).lower()
    try:
        text = " ".join(repr(value).split())
    except ValueError:  # Python does not print integers of more than 4300 digits
        text = "a huge integer"
    return text if len(text) <= 60 else text[:57] + "..."


def suggestion(word: object, known: Iterable[str], listing: str = "datawall priors show baseline") -> str:
    """Return the remedy for an unknown word: the nearest known one, or the list of all if they are few.

    Examples
    --------
    >>> suggestion("lognorml", ["lognormal", "beta"])
    "did you mean 'lognormal'?"
    """
    known = list(known)
    near = difflib.get_close_matches(str(word), known, n=1)
    if near:
        return f"did you mean '{near[0]}'?"
    if len(known) > FEW:
        return f"`{listing}` lists them"
    return f"use one of: {', '.join(known)}"


FIRST_YEAR, LAST_YEAR = 1990, 2100


def wrong(expected: str, got: object, remedy: str, key: str | int | None = None) -> PydanticCustomError:
    """Return an error for pydantic to carry; `key` is the faulty key within the current table."""
    message = f"{expected}, got {shown(got)}; {remedy}"
    return PydanticCustomError("datawall", "{message}", {"message": message, "key": key})


class Closed(BaseModel):
    """Table that forbids unknown keys."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    @model_validator(mode="before")
    @classmethod
    def _refuse_unknown_keys(cls, data: Any) -> Any:
        if not isinstance(data, dict):
            raise wrong("need a table of keys", data, "write it as a [table] of key = value lines")
        for key in data:
            if key not in cls.known_keys():
                message = f"unknown key; {suggestion(key, cls.hints())}"
                raise PydanticCustomError("unknown_key", "{message}", {"message": message, "key": key})
        return data

    @classmethod
    def hints(cls) -> list[str]:
        """Return the suggestions for an unknown key."""
        return cls.known_keys()

    @classmethod
    def known_keys(cls) -> list[str]:
        """Return the keys that this table accepts."""
        return [field.alias or name for name, field in cls.model_fields.items()]


def version(known: int) -> BeforeValidator:
    """Return a validator of the file version, which accepts only the known one."""

    def validator(value: Any) -> int:
        if type(value) is not int or value != known:
            raise wrong(f"need schema = {known}", value, "this version of datawall reads no other")
        return value

    return BeforeValidator(validator)


def one_of(known: Collection[str]) -> BeforeValidator:
    """Return a validator that accepts only the known words."""

    def validator(value: Any) -> str:
        if value not in list(known):
            raise wrong(f"need one of {', '.join(known)}", value, suggestion(value, known))
        return value

    return BeforeValidator(validator)


def check(passes: Callable[[Any], bool], expected: str, remedy: str) -> AfterValidator:
    """Return a validator that rejects values for which `passes` is false."""

    def validator(value: Any) -> Any:
        if not passes(value):
            raise wrong(expected, list(value) if isinstance(value, tuple) else value, remedy)
        return value

    return AfterValidator(validator)


def _two(value: Any) -> Any:
    if not isinstance(value, list | tuple) or len(value) != 2:
        raise wrong("need two numbers", value, "write them as [low, high]")
    return value


def _moment(value: Any) -> float:
    if type(value) is dt.date:
        value = decimal_year(value)
    if isinstance(value, str):
        value = _moment_of_text(value)
    if isinstance(value, bool | str) or not isinstance(value, float | int):
        raise wrong("need a date or a decimal year", value, "write 2026-11-01 or 2026.83")
    if not FIRST_YEAR <= value <= LAST_YEAR:
        raise wrong(f"need a year from {FIRST_YEAR} to {LAST_YEAR}", value, "correct the year")
    return float(value)


def _moment_of_text(text: str) -> float:
    try:
        return (
            float(text) if text.replace(".", "", 1).isdigit() else decimal_year(dt.date.fromisoformat(text))
        )
    except ValueError:
        raise wrong("need a date or a decimal year", text, "write 2026-11-01 or 2026.83") from None


Number = Annotated[float, Field(strict=True)]
Text = Annotated[str, check(lambda text: bool(text.strip()), "need a text that is not empty", "say it")]
Share = Annotated[Number, check(lambda x: 0.01 <= x <= 0.999, "need 0.01 to 0.999", "0.8 means p10 to p90")]
Weight = Annotated[Number, check(lambda x: 0 <= x <= 1, "need a weight from 0 to 1", "divide by the sum")]
Pair = Annotated[
    tuple[Number, Number],
    BeforeValidator(_two),
    check(lambda pair: pair[0] < pair[1], "need low < high", "give the lower number first"),
]
Moment = Annotated[float, BeforeValidator(_moment)]
"""Decimal year, given as a TOML date, an ISO date or a number."""


class Quantiles(Closed):
    """Increasing quantiles ``{ p10 = …, p50 = …, p90 = … }``."""

    p10: Number
    p50: Number
    p90: Number

    @model_validator(mode="after")
    def _increasing(self) -> "Quantiles":
        if not self.p10 < self.p50 < self.p90:
            raise wrong("need p10 < p50 < p90", list(self.values()), "give them in increasing order")
        return self

    def values(self) -> tuple[float, float, float]:
        """Return the three quantiles."""
        return self.p10, self.p50, self.p90


def each(passes: Callable[[Any], bool], expected: str) -> AfterValidator:
    """Return a validator of a non-empty list of distinct elements, each of which `passes`."""

    def validator(values: tuple) -> tuple:
        if not values:
            raise wrong("need at least one element", [], "add one")
        # results are named by these values, to six digits
        if len({f"{value:g}" if isinstance(value, float) else value for value in values}) != len(values):
            raise wrong("need different elements", list(values), "drop the repeats")
        if not all(map(passes, values)):
            raise wrong(expected, list(values), "correct the list")
        return values

    return AfterValidator(validator)


HEADER = re.compile(r"\s*\[(\[)?\s*([^\[\]#]+?)\s*\]")
KEY = re.compile(r"\s*([\w.\-\"' ]+?)\s*=")

EXPECTED = {
    "float_type": ("need a number", "write one, such as 0.4 or 2.1e25, without quotes"),
    "finite_number": ("need a finite number", "write a number smaller than 1e36"),
    "string_type": ("need a text", "put it in quotes"),
    "tuple_type": ("need a list", "write it in [brackets]"),
    "dict_type": ("need a table of keys", "write it as a [table] of key = value lines"),
}


def first_problem(error: ValidationError, data: Any) -> Problem:
    """Return the most informative pydantic error, in the terms of the user's file.

    Parameters
    ----------
    error
        Error of pydantic.
    data
        Tables that were validated.
    """
    # A misspelt key is also a missing one; the misspelling is what the user can see.
    findings = sorted(error.errors(include_url=False), key=lambda e: e["type"] != "unknown_key")
    finding = findings[0]
    context = finding.get("ctx", {})
    path = _path_in_file(finding["loc"], data)
    if finding["type"] in ("datawall", "unknown_key"):
        key = context["key"]
        return Problem(path if key is None else (*path, key), context["message"])
    if finding["type"] == "union_tag_not_found":
        return Problem((*path, "family"), 'missing; add family = "…", such as "lognormal" or "fixed"')
    if finding["type"] == "union_tag_invalid":
        families = re.findall(r"'(\w+)'", context["expected_tags"])
        return Problem(
            (*path, "family"), f"unknown family {context['tag']!r}; {suggestion(context['tag'], families)}"
        )
    if finding["type"] == "missing":
        return Problem(path, f"missing; add {path[-1]} = …")
    return Problem(path, _sentence(finding))


def _sentence(finding: ErrorDetails) -> str:
    got = shown(finding["input"])
    if finding["type"] == "literal_error":
        options = re.findall(r"'([^']*)'", finding.get("ctx", {})["expected"])
        return f"need one of {', '.join(options)}, got {got}; {suggestion(finding['input'], options)}"
    default = (finding["msg"].replace("Input should be", "need"), "correct the value")
    expected, remedy = EXPECTED.get(finding["type"], default)
    return f"{expected}, got {got}; {remedy}"


def _path_in_file(loc: KeyPath, data: Any) -> KeyPath:
    """Return pydantic's path without the steps that the file lacks."""
    path = []
    for step in loc:
        inner = isinstance(data, dict) and step not in data
        if step == "statement" or (inner and step == data.get("family")):
            continue
        path.append(step)
        data = _at(data, step)
    return tuple(path)


def _at(data: Any, step: str | int) -> Any:
    if isinstance(data, dict):
        return data.get(step)
    return (
        data[step] if isinstance(data, list | tuple) and isinstance(step, int) and step < len(data) else None
    )


def line_of(text: str, path: KeyPath) -> tuple[int, int]:
    r"""Return the number of steps of `path` found in the text, and the line (from 1) of the last of them.

    The TOML reader keeps no line numbers, so the text is searched for table headers and keys.

    Examples
    --------
    >>> line_of("horizon = 2050\n[priors.mfu]\nmass = 0.8\n", ("priors", "mfu", "interval"))
    (2, 2)
    """
    best = (0, 0)
    for number, stated in _statements(text):
        if len(stated) > best[0] and stated == path[: len(stated)]:
            best = (len(stated), number)
    return best


def _statements(text: str) -> Iterator[tuple[int, KeyPath]]:
    table: KeyPath = ()
    counts: dict[KeyPath, int] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        if header := HEADER.match(line):
            table = _steps(header[2])
            if header[1]:
                counts[table] = counts.get(table, -1) + 1
                table = (*table, counts[table])
            yield number, table
        elif key := KEY.match(line):
            yield number, (*table, *_steps(key[1]))


def _steps(dotted: str) -> KeyPath:
    return tuple(step.strip().strip("\"'") for step in dotted.split("."))
