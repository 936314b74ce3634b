"""Dated forecasts of a scenario: each evidence model has its own as-of date (data vintage)."""

import itertools
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import jax
import numpy as np

from datawall import scenario
from datawall.caching import keep_compiled_programs
from datawall.errors import UntrustedPosteriorError
from datawall.forecasting.quantities import quantity_name
from datawall.forecasting.simulation import World, question
from datawall.sampling.run import propagate
from datawall.sampling.samplers import SOBOL
from datawall.scenario.posterior import Posterior, PosteriorSource, silent

HEADLINES = (
    "wall.tokens[1]",
    "wall.tokens[4]",
    "wall.effective[4]",
    "wall.efficiency[0.5]",
    "release.raw[5.5]",
    "release.raw[6]",
    "compute_date[1e28]",
)
"""Headline dates to follow, where the scenario has them."""
_VARIABLES = ("wall_date", "release", "compute_date")

type Dates = dict[str, np.ndarray]
"""Draws of each headline date, shape (n,) [decimal year]: -inf is past, inf is never."""


class Posteriors:
    """Cache of posteriors by module and date; a posterior with failed diagnostics informs nothing."""

    def __init__(self, source: PosteriorSource):
        self._source = source
        self._found: dict[tuple[str, float], tuple[str, Posterior]] = {}

    def __call__(self, module: str, date: float) -> Posterior:
        """Return the posterior of a module given the evidence known at a date [decimal year]."""
        return self._at(module, date)[1]

    def state(self, module: str, date: float) -> str:
        """Return ``"fitted"``, or why the stated priors stay: ``"too little known"`` or ``"untrusted"``."""
        return self._at(module, date)[0]

    def _at(self, module: str, date: float) -> tuple[str, Posterior]:
        if (module, date) not in self._found:
            self._found[module, date] = self._ask(module, date)
        return self._found[module, date]

    def _ask(self, module: str, date: float) -> tuple[str, Posterior]:
        try:
            found = self._source(module, date)
        except UntrustedPosteriorError:
            return "untrusted", silent(module, date)
        return "fitted" if found.inputs else "too little known", found


@dataclass(frozen=True)
class DatedForecasts:
    """Forecasts on common random numbers, each distinct scenario once.

    Attributes
    ----------
    name
        Name of a shipped scenario, or a path.
    draws, seed
        Of each forecast.
    posteriors
        The cache of posteriors.
    """

    name: str | Path
    draws: int
    seed: int
    posteriors: Posteriors
    _made: dict[str, Dates] = field(default_factory=dict)

    def __call__(self, clock: float, known: Mapping[str, float]) -> Dates:
        """Return the forecast as of `clock`, with the evidence of each module cut at its date in `known`."""

        def posterior(module: str, as_of: float) -> Posterior:
            del as_of  # the as-of date of the forecast, not that of the evidence
            return self.posteriors(module, known[module])

        believed = scenario.load_scenario(self.name, as_of=clock, posterior=posterior)
        if believed.digest not in self._made:
            self._made[believed.digest] = _headline_dates(believed, self.draws, self.seed)
        return self._made[believed.digest]


@dataclass(frozen=True)
class _DatesOnly:
    """Forecast model that computes only dates: it compiles faster and stores less."""

    world: World

    def __call__(self, params: dict[str, Any], z: jax.Array) -> dict[str, jax.Array]:
        outputs = self.world(params, z)
        return {name: outputs[name] for name in _VARIABLES}


def _headline_dates(believed: scenario.Scenario, draws: int, seed: int) -> Dates:
    """Return all draws of the headline dates of a scenario."""
    keep_compiled_programs()
    asked = question(believed, SOBOL)
    with jax.enable_x64(False):
        pushed = propagate(
            _DatesOnly(asked.world),
            asked.params,
            draws,
            seed=seed,
            streams=asked.streams,
            sketches={},
            sampler=SOBOL,
            keep=draws,
        )
    found: Dates = {}
    for output in asked.labels.outputs:
        if output.name in _VARIABLES:
            dates = output.in_unit(pushed.kept[output.name], believed.as_of)
            dates = np.where(dates < believed.as_of, -np.inf, dates)
            dates = np.where(dates >= believed.horizon, np.inf, dates)
            coords = itertools.product(*(asked.labels.coords[dim] for dim in output.dims))
            for place, at in zip(np.ndindex(dates.shape[:-1]), coords, strict=True):
                name = quantity_name(output.name, dict(zip(output.dims, at, strict=True)), {})
                found[name] = dates[place]
    return {name: found[name] for name in HEADLINES if name in found}
