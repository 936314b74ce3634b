"""Mixtures of families, and the union of every family that a prior may name."""

from typing import Annotated, Any, Literal

from pydantic import Discriminator, model_validator

from datawall.distributions import elicitation as elicited
from datawall.distributions.families import Distribution, tabulate_mixture
from datawall.distributions.statement import Choice, Empirical, Fixed, Statement, check_sum
from datawall.validation import Closed, Problem, Weight, check, wrong

_Continuous = (
    elicited.Uniform
    | elicited.LogUniform
    | elicited.Normal
    | elicited.LogNormal
    | elicited.TruncatedNormal
    | elicited.LogitNormal
    | elicited.SplitNormal
    | elicited.Triangular
    | elicited.Beta
    | elicited.Gamma
    | elicited.StudentT
    | elicited.Metalog
    | Empirical
)


class _Component(Closed):
    """One part of a mixture: a family's keys and a weight, written in one table."""

    weight: Weight
    statement: Annotated[_Continuous | Fixed, Discriminator("family")]

    @model_validator(mode="before")
    @classmethod
    def _nest_the_family(cls, data: Any) -> Any:
        return nest(data, ("weight",))


class _Mixture(Statement):
    """A weighted mixture; a fixed component is an atom, such as one at zero."""

    family: Literal["mixture"]
    components: Annotated[
        tuple[_Component, ...],
        check(lambda parts: len(parts) >= 2, "need at least two components", "add one, or use its family"),
    ]

    @model_validator(mode="after")
    def _weights_sum_to_one(self) -> "_Mixture":
        check_sum([part.weight for part in self.components], "components")
        return self

    def _params(self) -> dict[str, Any]:
        weights, parts, atoms = [], [], {}
        for place, component in enumerate(self.components):
            try:
                part = component.statement.distribution()
            except Problem as problem:
                raise problem.within("components", place) from None
            if part.family == "fixed":
                value = _number(part, place)
                atoms[value] = atoms.get(value, 0.0) + component.weight
            else:
                weights.append(component.weight)
                parts.append(part)
        return tabulate_mixture(
            weights, [part.score_quantile for part in parts], [part.cdf for part in parts], atoms
        )


def _number(part: Distribution, place: int) -> float:
    value = part.params["value"]
    if isinstance(value, str):
        message = f"need a number in a mixture, got {value!r}; use the family choice for options"
        raise Problem(("components", place, "value"), message)
    return value


AnyStatement = Annotated[
    _Continuous | Fixed | Choice | _Mixture,
    Discriminator("family"),
]


def nest(data: Any, own: tuple[str, ...]) -> Any:
    """Move the keys of the family, which a file writes beside the `own` keys, into a table of their own."""
    if not isinstance(data, dict):
        raise wrong("need a table of keys", data, "write it as a table of key = value")
    rest = {key: value for key, value in data.items() if key not in own}
    return {key: data[key] for key in own if key in data} | {"statement": rest}
