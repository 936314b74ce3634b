"""Scenario, validated: dated priors of every input, and the questions to answer."""

import datetime as dt
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from datawall.distributions.copula import Correlation
from datawall.distributions.families import Distribution
from datawall.distributions.joint import Joint, build_joint
from datawall.model.inputs import COPULA_ORDER, DECLARATIONS
from datawall.model.questions import Questions
from datawall.scenario import files
from datawall.units import decimal_year


@dataclass(frozen=True)
class Prior:
    """Prior of one input, with its source.

    Attributes
    ----------
    distribution
        Distribution of the input.
    unit, meaning
        Unit of the value, and a one-line definition.
    source, link, date, confidence
        Author, link, date and confidence of the source (``low``, ``medium`` or ``high``).
    statement
        The family and its keys, as the file states them.
    stated
        The scenario's prior that a posterior replaces; None where the prior is the scenario's own.
    """

    distribution: Distribution
    unit: str
    meaning: str
    source: str
    link: str
    date: dt.date
    confidence: str
    statement: Mapping[str, Any]
    stated: "Prior | None" = None


@dataclass(frozen=True)
class Scenario:
    """A scenario after extension, overrides and validation.

    Attributes
    ----------
    name, title, description
        Its name, title and description.
    path
        The file from which it was read.
    as_of, horizon
        First and last moment of the forecast [decimal year].
    anchors
        The date at which each group's levels are stated [decimal year].
    questions
        Questions to answer.
    priors
        One for each input, in the order of their declaration.
    correlations
        Spearman correlations, as stated.
    content
        The tables of the file as resolved, free of anything that JSON cannot hold.
    overrides
        Overrides of the file; the content includes them.
    known
        The normal score of each input that has been observed (`datawall.scenario.condition`).
    refit
        Whether its modules were fitted anew, in place of the shipped posteriors.
    """

    name: str
    title: str
    description: str
    path: Path
    as_of: float
    horizon: float
    anchors: Mapping[str, float]
    questions: Questions
    priors: Mapping[str, Prior]
    correlations: tuple[Correlation, ...]
    content: Mapping[str, Any]
    overrides: Mapping[str, Any] = field(default_factory=dict)
    known: Mapping[str, float] = field(default_factory=dict)
    refit: bool = False

    @property
    def address(self) -> str:
        """Its name in commands: that of a shipped scenario, or else the path of its file."""
        return self.path.stem if self.path.parent == files.folder() else str(self.path)

    def joint(self) -> Joint:
        """Return the joint distribution of the inputs."""
        distributions = {name: prior.distribution for name, prior in self.priors.items()}
        generations = [f"{generation:g}" for generation in self.questions.generations]
        labels = {name: generations for name in self.priors if DECLARATIONS[name].per == "generation"}
        return build_joint(distributions, self.correlations, COPULA_ORDER, labels, self.known)

    def resolved(self) -> dict[str, Any]:
        """Return the whole content as plain data for JSON, as a run's manifest records it."""
        return json.loads(self._canonical())

    @property
    def modules(self) -> tuple[str, ...]:
        """Evidence models whose posteriors replace stated priors."""
        return tuple(self.content.get("evidence", {}).get("modules", ()))

    @property
    def digest(self) -> str:
        """SHA-256 of the resolved content, in hexadecimal."""
        return hashlib.sha256(self._canonical().encode()).hexdigest()

    def sources_after_as_of(self) -> list[str]:
        """Return the inputs whose source is dated after the as-of date (look-ahead)."""
        return [name for name, prior in self.priors.items() if decimal_year(prior.date) > self.as_of]

    def _canonical(self) -> str:
        return json.dumps(self.content, sort_keys=True, separators=(",", ":"), allow_nan=False)
