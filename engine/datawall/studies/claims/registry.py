"""Registry of computations that a claims file may name, and the published laws each can be made under."""

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, get_args

from datawall.scaling_laws.laws import LAWS, ScalingLaw

LOSS_LAWS = tuple(name for name, law in LAWS.items() if isinstance(law, ScalingLaw))
ALL_LAWS = tuple(LAWS)
REPETITION_LAWS = ("muennighoff2023",)
"""Repetition constants hold with the base law that they were fitted with, and with no other."""

REQUIRED = inspect.Parameter.empty


@dataclass(frozen=True)
class Setting:
    """Setting of a computation.

    Attributes
    ----------
    kind
        `float` or `str`.
    words
        The texts that are accepted; empty for a number or a name.
    default
        What it is when not told, or `REQUIRED`.
    """

    kind: type
    words: tuple[str, ...]
    default: Any


@dataclass(frozen=True)
class Computation:
    """A function of `Beliefs` that a claim can be held against.

    Attributes
    ----------
    run
        Maps beliefs and settings to a value for each draw, or to a single one.
    laws
        The published laws under which it is computed too.
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
        """Meaning in a line."""
        return (inspect.getdoc(self.run) or "").partition("\n")[0]


COMPUTATIONS: dict[str, Computation] = {}
"""Every computation, by name."""


def computation[**P, T](
    *, laws: tuple[str, ...] = (), by_form: bool = False
) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """Enter a function of `Beliefs` and keyword-only settings into `COMPUTATIONS` by name."""

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
