"""Registry of computations for claims files, with the published laws applicable to each."""

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, get_args

from datawall.scaling_laws.laws import LAWS, ScalingLaw

LOSS_LAWS = tuple(name for name, law in LAWS.items() if isinstance(law, ScalingLaw))
ALL_LAWS = tuple(LAWS)
REPETITION_LAWS = ("muennighoff2023",)
"""Repetition constants by base law; they hold only with the law that they were fitted with."""

REQUIRED = inspect.Parameter.empty


@dataclass(frozen=True)
class Setting:
    """Setting of a computation.

    Attributes
    ----------
    kind
        `float` or `str`.
    words
        Accepted texts; empty for a number or a name.
    default
        Default value, or `REQUIRED`.
    """

    kind: type
    words: tuple[str, ...]
    default: Any


@dataclass(frozen=True)
class Computation:
    """Registered computation: a function of `Beliefs` to compare a claim with.

    Attributes
    ----------
    run
        Map from beliefs and settings to a value for each draw, or to a single one.
    laws
        Published laws under which it is also computed.
    by_form
        Whether draws are also split by the form that repeated data takes.
    settings
        Its settings by name.
    """

    run: Callable[..., Any]
    laws: tuple[str, ...]
    by_form: bool
    settings: dict[str, Setting]

    @property
    def meaning(self) -> str:
        """One-line meaning."""
        return (inspect.getdoc(self.run) or "").partition("\n")[0]


COMPUTATIONS: dict[str, Computation] = {}
"""Computations by name."""


def computation[**P, T](
    *, laws: tuple[str, ...] = (), by_form: bool = False
) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """Register a function of `Beliefs` and keyword-only settings in `COMPUTATIONS` by name."""

    def register(run: Callable[P, T]) -> Callable[P, T]:
        settings = {
            name: _setting(parameter)
            for name, parameter in inspect.signature(run).parameters.items()
            if parameter.kind is inspect.Parameter.KEYWORD_ONLY
        }
        COMPUTATIONS[run.__name__.removeprefix("_")] = Computation(run, laws, by_form, settings)
        return run

    return register


def _setting(parameter: inspect.Parameter) -> Setting:
    annotation = getattr(parameter.annotation, "__value__", parameter.annotation)
    words = get_args(annotation)
    return Setting(str if words or annotation is str else float, words, parameter.default)
