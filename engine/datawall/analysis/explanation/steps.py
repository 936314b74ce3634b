"""Steps and sections of an explanation: equations, numbers, values and units."""

import math
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Step:
    """Step of a calculation.

    Attributes
    ----------
    name
        Name of the result.
    equation
        In symbols.
    numbers
        The right-hand side with the numbers put in, as arithmetic; empty where `value` was searched for.
    value
        The result.
    unit
        Its unit.
    """

    name: str
    equation: str
    numbers: str
    value: float
    unit: str


@dataclass(frozen=True)
class ExplainedSection:
    """Section of steps."""

    title: str
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class Explanation:
    """Explanation of one future.

    Attributes
    ----------
    inputs
        Value and unit of each input; a choice by the name of its option.
    sections
        The calculation.
    """

    inputs: dict[str, tuple[Any, str]]
    sections: tuple[ExplainedSection, ...]

    def as_data(self) -> dict[str, Any]:
        """Return the explanation as plain data for JSON; a date that is never reached is a word."""
        data = asdict(self)
        for section in data["sections"]:
            for step in section["steps"]:
                if not math.isfinite(step["value"]):
                    step["value"] = "never" if step["value"] > 0 else "past"
        return data


def digits(value: float) -> str:
    """Return a number with enough digits for further calculation."""
    return f"{float(value):.7g}"
