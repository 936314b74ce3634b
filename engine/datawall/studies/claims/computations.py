"""Computations of claims: their registry, and the beliefs that they are made under.

Beliefs are draws of the inputs, or a published law in place of the drawn one.
"""

import inspect
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, get_args

import jax
import jax.numpy as jnp
import numpy as np

from datawall.caching import keep_compiled_programs
from datawall.distributions.special import SCORE_LIMIT, ndtri
from datawall.inference.scenario_with_evidence import load_scenario
from datawall.model.clock import Clock, clock_at
from datawall.model.inputs import Inputs
from datawall.model.loss.law import pivot_law, scaling_law
from datawall.sampling.prng import seed_word, split_index, stream_ids, uniforms
from datawall.scaling_laws.effective_data import REPETITIONS, Repetition
from datawall.scaling_laws.generations import TABLES
from datawall.scaling_laws.laws import LAWS, ScalingLaw
from datawall.scenario import Scenario, inputs_from_scores

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


DRAWS = 20_000
SEED = 0
SCENARIO = "baseline"
GENERATIONS = sorted({float(index) for table in TABLES.values() for index in table.index})
"""The generations that the source's tables date."""


@dataclass(frozen=True, eq=False)  # compared by identity, as no two sets of draws are equal
class Beliefs:
    """Inputs of a computation: laws, draws and scenario.

    Attributes
    ----------
    law
        The loss law: that of each draw, or a published one; a law of the allocation only where a computation
        lists it.
    rep
        Repetition law of repeated data: that of each draw, or a published one.
    inputs
        Draws of every input, shape (draws,) each.
    scenario
        Scenario of these beliefs.
    """

    law: Any
    rep: Repetition
    inputs: Inputs
    scenario: Scenario

    @cached_property
    def clock(self) -> Clock:
        """Dates at which levels are stated, counted from the as-of date."""
        return clock_at(self.scenario.as_of, self.scenario.anchors)

    def under(self, law: str) -> "Beliefs":
        """Return the same beliefs with a published law, and its repetition constants if any."""
        return replace(self, law=LAWS[law], rep=REPETITIONS.get(law, self.rep))


def draw_beliefs(draws: int = DRAWS, seed: int = SEED) -> Beliefs:
    """Draw every input of the baseline; needs JAX in double precision.

    The uniforms are those of a forecast with the same seed; the first draws of a longer run are those of a
    shorter one. Their normal scores are taken in double precision, so that a table rounded to three digits is
    the same on every machine.
    """
    keep_compiled_programs()
    scenario = load_scenario(SCENARIO, {"questions.generations": GENERATIONS})
    joint = scenario.joint()
    u = jax.jit(uniforms, static_argnums=2)(seed_word(seed), split_index(0), draws, stream_ids(joint.streams))
    scores = np.clip(ndtri(np.asarray(u, np.float64)), -SCORE_LIMIT, SCORE_LIMIT)
    drawn = jax.jit(inputs_from_scores, static_argnums=0)(joint.structure, joint.params, jnp.asarray(scores))
    return beliefs_of(Inputs(**drawn), scenario)


def beliefs_of(inputs: Inputs, scenario: Scenario) -> Beliefs:
    """Return the beliefs implied by draws of the inputs, each with its own law."""
    rep = Repetition(r_d=inputs.repetition_r_d, r_n=inputs.repetition_r_n)
    return Beliefs(scaling_law(pivot_law(inputs)), rep, inputs, scenario)


def drawn(beliefs: Beliefs, value: Any) -> np.ndarray:
    """Return a computed value broadcast to every draw."""
    return np.broadcast_to(np.asarray(value, np.float64), np.shape(beliefs.inputs.mfu))
