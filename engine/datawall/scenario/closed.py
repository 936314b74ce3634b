"""Building blocks of the validated tables of a scenario: closed models, and numbers that are numbers."""

import datetime as dt
from collections.abc import Callable, Collection
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from datawall.scenario.errors import shown, suggestion
from datawall.units import decimal_year

FIRST_YEAR, LAST_YEAR = 1990, 2100


def wrong(expected: str, got: object, remedy: str, key: str | int | None = None) -> PydanticCustomError:
    """Return the error that pydantic shall carry; `key` names the culprit within the table at hand."""
    message = f"{expected}, got {shown(got)}; {remedy}"
    return PydanticCustomError("datawall", "{message}", {"message": message, "key": key})


class Closed(BaseModel):
    """A table whose keys are all known."""

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
        """Return the keys to suggest in place of an unknown one."""
        return cls.known_keys()

    @classmethod
    def known_keys(cls) -> list[str]:
        """Return the keys that a file may give this table."""
        return [field.alias or name for name, field in cls.model_fields.items()]


def version(known: int) -> BeforeValidator:
    """Return a validator that refuses every other version of a file than the one known."""

    def validator(value: Any) -> int:
        if type(value) is not int or value != known:
            raise wrong(f"need schema = {known}", value, "this version of datawall reads no other")
        return value

    return BeforeValidator(validator)


def one_of(known: Collection[str]) -> BeforeValidator:
    """Return a validator that refuses what is not among the words known."""

    def validator(value: Any) -> str:
        if value not in list(known):
            raise wrong(f"need one of {', '.join(known)}", value, suggestion(value, known))
        return value

    return BeforeValidator(validator)


def check(passes: Callable[[Any], bool], expected: str, remedy: str) -> AfterValidator:
    """Return a validator that refuses the values for which `passes` is false."""

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
"""A TOML date, an ISO date or a decimal year, as a decimal year."""


class Quantiles(Closed):
    """``{ p10 = …, p50 = …, p90 = … }``, increasing."""

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
    """Return a validator of a list with at least one element, all different, each of which `passes`."""

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
