"""What an explanation is made of: steps with their equation, numbers, value and unit."""

import math
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Step:
    """One line of a calculation.

    Attributes
    ----------
    name
        What is calculated.
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
class Section:
    """Steps that belong together."""

    title: str
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class Explanation:
    """One future, explained.

    Attributes
    ----------
    inputs
        Value and unit of each input; a choice by the name of its option.
    sections
        The calculation.
    """

    inputs: dict[str, tuple[Any, str]]
    sections: tuple[Section, ...]

    def as_data(self) -> dict[str, Any]:
        """Return the explanation as plain data for JSON; a date that never comes is the word."""
        data = asdict(self)
        for section in data["sections"]:
            for step in section["steps"]:
                if not math.isfinite(step["value"]):
                    step["value"] = "never" if step["value"] > 0 else "past"
        return data


def digits(value: float) -> str:
    """Return a number with enough digits to carry on."""
    return f"{float(value):.7g}"
