"""How the answers of a scenario moved as evidence arrived, and which evidence moved them.

Only evidence moves here: at each origin the modules of inference know what was known by then, and priors that
are stated by hand stay as they stand today. All forecasts are made on common random numbers, so that a shift
is that of each draw, and none where the evidence is the same.
"""

import itertools
import json
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import xarray as xr

from datawall import scenario
from datawall.arguments import check_draws, check_seed
from datawall.backtesting.dated_forecasts import DatedForecasts, Posteriors
from datawall.backtesting.evidence_updates import told
from datawall.backtesting.forecast_differences import moves, quantiles
from datawall.errors import DatawallError
from datawall.inference.scenario_with_evidence import known_by
from datawall.sampling.samplers import SOBOL
from datawall.scenario.posterior import PosteriorSource, silent

DRAWS_OF_MEDIANS = 1024
"""With fewer, a replicate has less than 64 draws, of which a median says little."""


def revision(
    name: str | Path,
    origins: Sequence[float],
    draws: int,
    seed: int = 0,
    progress: Callable[[int, int], None] = lambda *_: None,
    *,
    posterior: PosteriorSource = known_by,
) -> xr.DataTree:
    """Return how the forecasts of a scenario moved from origin to origin, and which evidence moved them.

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
        Where posteriors come from; it is asked for each module as of each origin.

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
    """Return the modules of inference that a scenario uses."""
    modules = scenario.load_scenario(name, posterior=silent).modules
    if not modules:
        raise DatawallError(f"revision: {name} uses no evidence that could move it; choose one that does")
    return modules
