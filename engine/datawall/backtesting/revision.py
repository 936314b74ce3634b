"""Forecast revisions: paired differences between forecasts as evidence arrived, and the evidence behind them.

Only evidence varies here: each evidence model is fitted to the data vintage of the origin, and priors stated
by hand stay at their present values. All forecasts use common random numbers, so that a shift is a paired
difference of draws, and zero where the evidence is the same.
"""

import itertools
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import jax
import numpy as np
import xarray as xr

from datawall import scenario
from datawall.arguments import check_draws, check_seed
from datawall.backtesting.vintage import told
from datawall.caching import keep_compiled_programs
from datawall.errors import DatawallError, UntrustedPosteriorError
from datawall.forecasting.quantities import quantity_name
from datawall.forecasting.simulation import World, question
from datawall.inference.scenario_with_evidence import known_by
from datawall.sampling.point_sets import REPLICATES
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

type _Dates = dict[str, np.ndarray]
"""Draws of each headline date, shape (n,) [decimal year]: -inf is past, inf is never."""

type _Posteriors = Callable[[str, float], tuple[str, Posterior]]


def _cached(source: PosteriorSource) -> _Posteriors:
    """Return a cached source of posteriors, each with its state.

    The state is ``"fitted"``, or why the stated priors stay: ``"too little known"``, or ``"untrusted"`` where
    diagnostics failed, so that the posterior informs nothing.
    """

    @cache
    def found(module: str, date: float) -> tuple[str, Posterior]:
        try:
            posterior = source(module, date)
        except UntrustedPosteriorError:
            return "untrusted", silent(module, date)
        return "fitted" if posterior.inputs else "too little known", posterior

    return found


@dataclass(frozen=True)
class _DatedForecasts:
    """Forecasts of a scenario on common random numbers; each evidence model has its own as-of date.

    Each distinct scenario is computed once.
    """

    name: str | Path
    draws: int
    seed: int
    posteriors: _Posteriors
    _made: dict[str, _Dates] = field(default_factory=dict)

    def __call__(self, clock: float, known: Mapping[str, float]) -> _Dates:
        """Return the forecast as of `clock`, with the evidence of each module cut at its date in `known`."""

        def posterior(module: str, as_of: float) -> Posterior:
            del as_of  # the as-of date of the forecast, not that of the evidence
            return self.posteriors(module, known[module])[1]

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


def _headline_dates(believed: scenario.Scenario, draws: int, seed: int) -> _Dates:
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
    found: _Dates = {}
    for output in asked.labels.outputs:
        if output.name in _VARIABLES:
            dates = output.in_window(pushed.kept[output.name], believed.as_of, believed.horizon)
            coords = itertools.product(*(asked.labels.coords[dim] for dim in output.dims))
            for place, at in zip(np.ndindex(dates.shape[:-1]), coords, strict=True):
                name = quantity_name(output.name, dict(zip(output.dims, at, strict=True)), {})
                found[name] = dates[place]
    return {name: found[name] for name in HEADLINES if name in found}


_LEVELS = (0.1, 0.25, 0.5, 0.75, 0.9)
BY = 2030.0
"""The date by which probabilities are compared, as medians may be past or never [decimal year]."""
_MEASURES = {"shift": "years", "probability_shift": "probability"}
"""Measures of a forecast revision, medians and probabilities by that date, and their units."""


def quantiles(dates: _Dates) -> xr.Dataset:
    """Return quantiles and probabilities of each date in one forecast.

    Returns
    -------
    xarray.Dataset
        By output: ``date`` at each `quantile` [decimal year; -inf past, inf never], ``mcse`` of the median,
        ``p_past``, ``p_never``, and ``p_by``, the probability by the date in its attribute ``by``.
    """
    draws = np.stack(list(dates.values()))
    medians = _measures(dates)[:, 0]
    share = {"unit": "probability"}
    return xr.Dataset(
        {
            "date": (("output", "quantile"), _quantile(draws, _LEVELS).T, {"unit": "year"}),
            "mcse": ("output", _error(_finite(medians)), {"unit": "year"}),
            "p_past": ("output", np.mean(draws == -np.inf, axis=-1), share),
            "p_never": ("output", np.mean(draws == np.inf, axis=-1), share),
            "p_by": ("output", np.mean(draws <= BY, axis=-1), share | {"by": BY}),
        },
        {"output": list(dates), "quantile": list(_LEVELS)},
    )


def moves(older: _Dates, alone: Mapping[str, _Dates], newer: _Dates) -> xr.Dataset:
    """Return forecast revisions due to new evidence, for each module alone and for all together.

    Parameters
    ----------
    older, newer
        The forecast where all modules know the older evidence, and where all know the newer.
    alone
        For each module the forecast where it alone knows the newer.

    Returns
    -------
    xarray.Dataset
        By output: ``before``, the median with the older evidence; by output and module ``shift`` of the
        median [years] and ``probability_shift``; by output the same when all learn, ``joint_…``, and this
        less the sum of the single ones, ``rest_…``; each with ``…_mcse``. A shift from or to a median that is
        past or never is not a number, unless no draw moved. ``most`` names the module with the largest shift:
        of the median, or where one of them is not a number of the probability; empty where nothing moved.
    """
    joint = _apart(older, newer)
    single = np.stack([_apart(older, one) for one in alone.values()], axis=1)
    parts = {
        "": (("output", "module"), single),
        "joint_": (("output",), joint),
        "rest_": (("output",), joint - single.sum(axis=1)),
    }
    variables: dict[str, tuple] = {"before": ("output", _measures(older)[:, 0, 0], {"unit": "year"})}
    for prefix, (dims, rows) in parts.items():
        for place, (measure, unit) in enumerate(_MEASURES.items()):
            own = rows[..., place, :]
            variables[f"{prefix}{measure}"] = (dims, own[..., 0], {"unit": unit})
            variables[f"{prefix}{measure}_mcse"] = (dims, _error(own), {"unit": unit})
    variables["most"] = ("output", _most(single[..., 0], list(alone)))
    return xr.Dataset(variables, {"output": list(older), "module": list(alone)})


def _most(shifts: np.ndarray, modules: Sequence[str]) -> list[str]:
    """Return the module with the largest shift of each output, from shape (output, module, measure)."""
    comparable = np.isfinite(shifts[..., 0]).all(axis=1)
    size = np.abs(np.where(comparable[:, None], shifts[..., 0], shifts[..., 1]))
    return [modules[int(row.argmax())] if row.any() else "" for row in size]


def _measures(dates: _Dates) -> np.ndarray:
    """Return the median and probability over all draws and in each replicate, shape (output, 2, 1 + R)."""
    found = [
        (_in_replicates(one, _median), _in_replicates(one, lambda part: float(np.mean(part <= BY))))
        for one in dates.values()
    ]
    return np.array(found)


def _apart(older: _Dates, newer: _Dates) -> np.ndarray:
    """Return paired differences between two forecasts; zero where no draw changed."""
    with np.errstate(invalid="ignore"):
        apart = _finite(_measures(newer) - _measures(older))
    same = [np.array_equal(older[name], newer[name]) for name in older]
    return np.where(np.array(same)[:, None, None], 0.0, apart)


def _finite(values: np.ndarray) -> np.ndarray:
    return np.where(np.isfinite(values), values, np.nan)


def _in_replicates(values: np.ndarray, statistic: Callable[[np.ndarray], float]) -> list[float]:
    """Return a statistic of all draws and of each replicate; draw i belongs to replicate i modulo R."""
    return [statistic(values), *(statistic(values[k::REPLICATES]) for k in range(REPLICATES))]


def _median(values: np.ndarray) -> float:
    return float(_quantile(values, 0.5))


def _quantile(values: np.ndarray, levels: float | Sequence[float]) -> np.ndarray:
    # an order statistic: a date and infinity cannot be interpolated
    return np.quantile(values, levels, axis=-1, method="inverted_cdf")


def _error(rows: np.ndarray) -> np.ndarray:
    """Return the standard error from the spread of the replicates, shape (...) from (..., 1 + R)."""
    return rows[..., 1:].std(axis=-1, ddof=1) / np.sqrt(REPLICATES)


DRAWS_OF_MEDIANS = 1024
"""Fewest draws for medians: below it a replicate has less than 64 draws, too few for a median."""


def revision(
    name: str | Path,
    origins: Sequence[float],
    draws: int,
    seed: int = 0,
    progress: Callable[[int, int], None] = lambda *_: None,
    *,
    posterior: PosteriorSource = known_by,
) -> xr.DataTree:
    """Return the forecast revisions of a scenario between origins, and the evidence behind them.

    Parameters
    ----------
    name
        A scenario that ships, or the path of one; it must use evidence.
    origins
        The dates of the forecasts, increasing, at least two [decimal year].
    draws, seed
        Of each forecast.
    progress
        Called with (forecasts done, all).
    posterior
        Source of posteriors, called for each module as of each origin.

    Returns
    -------
    xarray.DataTree
        ``quantiles``, by origin: see `quantiles`; and by origin and module ``state``, ``"fitted"`` or why the
        stated priors stay (``"too little known"``, ``"untrusted"``).

        ``moves``, by pair of consecutive origins, which are the coordinates `since` and `until`: see `moves`;
        and by pair and module ``evidence``, what became known in between in a few words. Both sides of a pair
        are forecasts as of the newer origin, so the clock moves nothing.

    Raises
    ------
    DatawallError
        If the scenario, the origins, `draws` or `seed` cannot be used.
    """
    _check(origins, draws, seed)
    modules = _modules(name)
    forecasts = _DatedForecasts(name, draws, seed, _cached(posterior))
    pairs = list(itertools.pairwise(origins))
    steps = len(origins) + len(pairs) * (len(modules) + 1)
    done = itertools.count(1)

    def at(clock: float, known: dict[str, float]) -> dict[str, np.ndarray]:
        found = forecasts(clock, known)
        progress(next(done), steps)
        return found

    full = {origin: at(origin, dict.fromkeys(modules, origin)) for origin in origins}
    moved = []
    for since, until in pairs:
        known = dict.fromkeys(modules, since)
        older = at(until, known)
        moved.append(moves(older, {one: at(until, known | {one: until}) for one in modules}, full[until]))
    states = [[forecasts.posteriors(module, origin)[0] for module in modules] for origin in origins]
    news = [[told(module, *pair) for module in modules] for pair in pairs]
    since, until = zip(*pairs, strict=True)
    groups = {
        "quantiles": xr.concat(map(quantiles, full.values()), "origin").assign_coords(
            origin=list(origins), module=list(modules)
        ),
        "moves": xr.concat(moved, "pair").assign_coords(
            since=("pair", list(since)), until=("pair", list(until))
        ),
    }
    groups["quantiles"]["state"] = ("origin", "module"), np.array(states)
    groups["moves"]["evidence"] = ("pair", "module"), np.array(news)
    tree = xr.DataTree.from_dict(groups)
    facts = {"scenario": str(name), "draws": draws, "seed": seed, "sampler": SOBOL.name}
    tree.attrs = {"manifest": json.dumps(facts), "creation_library": "datawall"}
    return tree


def _check(origins: Sequence[float], draws: int, seed: int) -> None:
    check_draws(draws)
    check_seed(seed)
    if draws < DRAWS_OF_MEDIANS:
        raise DatawallError(f"revision: need at least {DRAWS_OF_MEDIANS} draws, got {draws}; ask for more")
    if len(origins) < 2 or list(origins) != sorted(set(origins)):
        raise DatawallError(f"revision: need two or more increasing origins, got {list(origins)}")


def _modules(name: str | Path) -> tuple[str, ...]:
    """Return the evidence models that a scenario uses."""
    modules = scenario.load_scenario(name, posterior=silent).modules
    if not modules:
        raise DatawallError(f"revision: {name} uses no evidence that could move it; choose one that does")
    return modules
