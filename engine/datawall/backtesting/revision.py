"""Forecast revisions: paired differences between forecasts as evidence arrived, and the evidence behind them.

Only evidence varies here: each evidence model is fitted to the data vintage of the origin, and priors stated
by hand stay at their present values. All forecasts use common random numbers, so that a shift is a paired
difference of draws, and zero where the evidence is the same.
"""

import itertools
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
import xarray as xr

from datawall import scenario
from datawall.arguments import check_draws, check_seed
from datawall.backtesting.dated_forecasts import DatedForecasts, Dates, Posteriors
from datawall.backtesting.vintage import told
from datawall.errors import DatawallError
from datawall.inference.scenario_with_evidence import known_by
from datawall.sampling.replicates import REPLICATES
from datawall.sampling.samplers import SOBOL
from datawall.scenario.posterior import PosteriorSource, silent

LEVELS = (0.1, 0.25, 0.5, 0.75, 0.9)
BY = 2030.0
"""The date by which probabilities are compared, as medians may be past or never [decimal year]."""
MEASURES = {"shift": "years", "probability_shift": "probability"}
"""Measures of a forecast revision, medians and probabilities by that date, and their units."""


def quantiles(dates: Dates) -> xr.Dataset:
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
            "date": (("output", "quantile"), _quantile(draws, LEVELS).T, {"unit": "year"}),
            "mcse": ("output", _error(_finite(medians)), {"unit": "year"}),
            "p_past": ("output", np.mean(draws == -np.inf, axis=-1), share),
            "p_never": ("output", np.mean(draws == np.inf, axis=-1), share),
            "p_by": ("output", np.mean(draws <= BY, axis=-1), share | {"by": BY}),
        },
        {"output": list(dates), "quantile": list(LEVELS)},
    )


def moves(older: Dates, alone: Mapping[str, Dates], newer: Dates) -> xr.Dataset:
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
        for place, (measure, unit) in enumerate(MEASURES.items()):
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


def _measures(dates: Dates) -> np.ndarray:
    """Return the median and probability over all draws and in each replicate, shape (output, 2, 1 + R)."""
    found = [
        (_in_replicates(one, _median), _in_replicates(one, lambda part: float(np.mean(part <= BY))))
        for one in dates.values()
    ]
    return np.array(found)


def _apart(older: Dates, newer: Dates) -> np.ndarray:
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
        ``quantiles``, by origin: see `datawall.backtesting.forecast_differences.quantiles`; and by origin
        and module ``state``, ``"fitted"`` or why the stated priors stay (``"too little known"``,
        ``"untrusted"``).

        ``moves``, by pair of consecutive origins, which are the coordinates `since` and `until`: see
        `datawall.backtesting.forecast_differences.moves`; and by pair and module ``evidence``, what became
        known in between in a few words. Both sides of a pair are forecasts as of the newer origin, so the
        clock moves nothing.

    Raises
    ------
    DatawallError
        If the scenario, the origins, `draws` or `seed` cannot be used.
    """
    _check(origins, draws, seed)
    modules = _modules(name)
    forecasts = DatedForecasts(name, draws, seed, Posteriors(posterior))
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
    states = [[forecasts.posteriors.state(module, origin) for module in modules] for origin in origins]
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
