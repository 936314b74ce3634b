"""Statements of a prior: the base class of every family, and the families that are not elicited.

A statement is the set of keys of a family in a scenario; it returns the distribution that they define.
"""

from collections.abc import Sequence
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import BeforeValidator, model_validator

from datawall.distributions.families import Distribution, tabulate
from datawall.distributions.special import LARGEST, ndtr, ndtri
from datawall.validation import Closed, Number, Text, Weight, check, wrong

ABOUT_PRIOR = ("unit", "meaning", "source", "link", "date", "confidence")


class Statement(Closed):
    """Statement of a prior: the keys of one family."""

    @classmethod
    def hints(cls) -> list[str]:
        """Return the allowed keys of the table, including those of the prior around the family."""
        return [*cls.known_keys(), *ABOUT_PRIOR]

    @property
    def name(self) -> str:
        """Name of the family."""
        return getattr(self, "family")  # noqa: B009 - each subclass fixes its own literal

    def _params(self) -> dict[str, Any]:
        raise NotImplementedError

    def distribution(self) -> Distribution:
        """Return the distribution that was stated.

        Raises
        ------
        Problem
            If no member of the family fits the statement.
        """
        with np.errstate(all="ignore"):
            return Distribution(self.name, self._params())


def _number_or_option(value: Any) -> float | str:
    if isinstance(value, bool) or not isinstance(value, int | float | str) or value == "":
        raise wrong("need a number or the name of an option", value, "write one of them")
    if not isinstance(value, str) and not abs(value) < LARGEST:
        raise wrong("need a finite number", value, f"write a number smaller than {LARGEST:g}")
    return value if isinstance(value, str) else float(value)


class Fixed(Statement):
    """A fixed value: a number, or the name of an option."""

    family: Literal["fixed"]
    value: Annotated[float | str, BeforeValidator(_number_or_option)]

    def _params(self) -> dict[str, Any]:
        return {"value": self.value}


class Choice(Statement):
    """One of the options, with weights that sum to one."""

    family: Literal["choice"]
    options: tuple[Text, ...]
    weights: tuple[Weight, ...]

    @model_validator(mode="after")
    def _one_weight_each(self) -> "Choice":
        if len(self.weights) != len(self.options):
            raise wrong(
                f"need {len(self.options)} weights", list(self.weights), "give one for each option", "weights"
            )
        check_sum(self.weights, "weights")
        return self

    def _params(self) -> dict[str, Any]:
        return {"thresholds": ndtri(np.cumsum(self.weights)[:-1].clip(0.0, 1.0) / sum(self.weights))}


class Empirical(Statement):
    """Equally likely values, such as draws of a posterior; between them the quantile is linear."""

    family: Literal["empirical"]
    values: Annotated[
        tuple[Number, ...], check(lambda v: len(v) >= 2, "need at least two values", "add values")
    ]

    def _params(self) -> dict[str, Any]:
        return tabulate(lambda z: np.quantile(self.values, ndtr(z)))


def check_sum(weights: Sequence[float], key: str) -> None:
    """Refuse weights that do not sum to one."""
    if abs(sum(weights) - 1.0) > 1e-6:
        raise wrong("need weights that sum to 1", list(weights), "divide each by their sum", key)
