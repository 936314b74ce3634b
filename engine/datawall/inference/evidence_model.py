"""Evidence model: evidence, a NumPyro model of it, and the inputs of the forecast that it informs."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

type Arrays = Mapping[str, Any]
"""Arrays by name: of numpy, or traced."""


@dataclass(frozen=True)
class Evidence:
    """Evidence of a module, cut at the as-of date.

    Attributes
    ----------
    observed
        The data that the model conditions on, by site name.
    constants
        The given constants of the model: dates, sizes, groups, measurement errors.
    dims
        Names of the dimensions of each array of `observed` and `constants`; those of latents come from the
        plates of the model. A dimension is never called ``model``: ArviZ reserves that name.
    coords
        Labels along each dimension.
    dropped
        Number of rows left out, by reason.
    sources
        Sources of the evidence.
    newest
        Date at which the newest row became known [decimal year]; -inf where the tables do not state it.
    anchors
        The scenario's anchors at which the model states levels, by name [decimal year].
    """

    observed: dict[str, np.ndarray]
    constants: dict[str, np.ndarray]
    dims: dict[str, tuple[str, ...]]
    coords: dict[str, list]
    dropped: dict[str, int]
    sources: tuple[str, ...]
    newest: float
    anchors: Mapping[str, float] = field(default_factory=dict)


type _Load = Callable[[float | None, tuple[Path, ...]], Evidence]
type Model = Callable[[Evidence, Arrays | None], None]
type _Inputs = Callable[[Evidence, Arrays, Any], dict[str, np.ndarray]]
type _Choice = Callable[[Evidence, Mapping[str, float], int, Any], dict[str, np.ndarray]]


def _none(*_: Any) -> dict[str, np.ndarray]:
    """Inform nothing of the forecast."""
    return {}


@dataclass(frozen=True)
class Module:
    """Evidence model: a loader, a NumPyro model and the inputs that it informs.

    Attributes
    ----------
    name
        Name on the command line and in ``[evidence]``; its latents are declared under the part before a
        dot, so that rivals can share them: ``scaling_points.nested``.
    title
        Short description of what it infers.
    load
        ``load(as_of, files)`` reads the evidence known by `as_of` (all of it for None): the shipped tables,
        or the user's `files` where there are any.
    model
        ``model(evidence, observed)``, a NumPyro model. It conditions on `observed`, a mapping like
        ``evidence.observed`` whose arrays may be traced; for None it generates sites of those names.
    inputs
        ``inputs(evidence, posterior, key)`` gives predictive draws of the forecast's inputs that the
        posterior replaces, including whatever a *new* frontier run adds (spread between studies, between
        developers). The arrays of `posterior` have one leading axis, the draws. Choices are indices of their
        options.
    headline
        The parameters worth printing; a model may lack those that its evidence does not inform.
    rivals
        Other models of the same evidence, compared with this one by cross-validation. They inform the inputs
        that this one does not.
    choice
        ``choice(evidence, weights, draws, key)`` gives draws of the structural choice between this model
        and its rivals, from their stacking weights by name.
    bootstrap
        Whether the rows are exchangeable, so that a bootstrap shows what dependence between them hides.
    on_files
        The module that takes over when the user gives data files, when that is another model.
    """

    name: str
    title: str
    load: _Load
    model: Model
    inputs: _Inputs = _none
    headline: tuple[str, ...] = ()
    rivals: tuple["Module", ...] = field(default=(), repr=False)
    choice: _Choice = _none
    bootstrap: bool = False
    on_files: "Module | None" = field(default=None, repr=False)
