"""The forecast: a scenario's draws through the world, summarised."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import xarray as xr

from datawall.checks import check_draws, check_seed
from datawall.compilation import keep_compiled_programs
from datawall.loading import load_scenario
from datawall.model.clock import clock_at
from datawall.model.inputs import Inputs
from datawall.model.questions import Questions
from datawall.model.world import simulate
from datawall.results import COMPUTE, SOURCES, Labels, outputs_of, results
from datawall.sampling.points import stream_ids
from datawall.sampling.pushforward import push
from datawall.scenario import Scenario
from datawall.scenario.joint import inputs_from_scores

LOOKBACK_YEARS = 3
"""A release that is still to come may belong to a run that started before the as-of date."""
PATHS_UNTIL = 2040.0
"""Last year for which paths are reported, when the horizon reaches so far [year]."""
DRAWS = 1_000_000
KEPT_DRAWS = 4096


@dataclass(frozen=True)
class World:
    """Maps standard normal scores to everything that is counted or kept of a draw.

    Its attributes shape the compiled program; numbers travel in the parameters.

    Attributes
    ----------
    structure
        Of the joint distribution of the inputs.
    questions
        What is asked.
    reported
        First and last + 1 grid row for which paths are reported.
    """

    structure: Any
    questions: Questions
    reported: tuple[int, int]

    def __call__(self, params: dict[str, Any], z: jax.Array) -> dict[str, jax.Array]:
        """Return the outputs of the draws whose scores are the columns of `z`."""
        inputs = Inputs(**inputs_from_scores(self.structure, params["joint"], z))
        future = simulate(inputs, params["clock"], params["grid"], self.questions)
        return {
            # one array: an output apiece would be a kernel apiece
            "inputs": jnp.concatenate([jnp.atleast_2d(value) for value in vars(inputs).values()]),
            "wall_date": future.walls,
            "training_start": jnp.stack([future.starts[kind] for kind in COMPUTE]),
            "release": jnp.stack([future.releases[kind] for kind in COMPUTE]),
            "price_gain": future.price_gains,
            "price_decline": jnp.log10(future.price.factor_per_year),
            "price_share": jnp.stack([getattr(future.price, f"{source}_share") for source in SOURCES]),
            **{name: path[slice(*self.reported)] for name, path in future.paths.items()},
        }


def time_grid(as_of: float, horizon: float) -> np.ndarray:
    """Return the dates of the model's grid.

    Parameters
    ----------
    as_of, horizon
        Start and end of the forecast [decimal year].

    Returns
    -------
    ndarray
        Some years before the as-of date, the as-of date, every first of January after it, and the horizon, in
        decimal years.

    Examples
    --------
    >>> time_grid(2026.5, 2028.5)
    array([2023.5, 2024.5, 2025.5, 2026.5, 2027. , 2028. , 2028.5])
    """
    before = as_of - np.arange(LOOKBACK_YEARS, 0, -1)
    januaries = np.arange(np.floor(as_of) + 1.0, horizon)
    return np.concatenate([before, [as_of], januaries, [horizon]])


def forecast(
    scenario: Scenario | str | Path,
    *,
    draws: int = DRAWS,
    seed: int = 0,
    progress: Callable[[int, int], None] | None = None,
) -> xr.DataTree:
    """Forecast the data wall and the release dates of model generations.

    Parameters
    ----------
    scenario
        A loaded scenario, the name of one that ships, or a path to a TOML file.
    draws
        Number of futures drawn. The first draws of a longer run are those of a shorter one.
    seed
        0 to 2^32 - 1. Draw i depends on the seed and on i, and on nothing else.
    progress
        Called with (draws done, draws asked) from time to time.

    Returns
    -------
    xarray.DataTree
        Groups `prior` (inputs) and `prior_predictive` (dates and paths) with the first draws, `summary`
        with quantiles, masses and Monte Carlo standard errors over all of them, `cdf` with the distributions
        of the dates, and `constant_data`. Dates are decimal years; -inf is past, inf is never within the
        horizon.

    Raises
    ------
    DatawallError
        If the scenario, `draws` or `seed` cannot be used.

    Examples
    --------
    >>> tree = forecast("baseline", draws=4096)
    >>> tree["summary/wall_date"].sel(wall="tokens[1]", quantile=0.5).item() > 2026
    True
    """
    if not isinstance(scenario, Scenario):
        scenario = load_scenario(scenario)
    check_draws(draws)
    check_seed(seed)
    keep_compiled_programs()

    grid = time_grid(scenario.as_of, scenario.horizon)
    until = PATHS_UNTIL if scenario.as_of < PATHS_UNTIL < scenario.horizon else scenario.horizon
    reported = (LOOKBACK_YEARS, int(np.searchsorted(grid, until, side="right")))
    joint = scenario.joint()
    labels = Labels(scenario, grid[slice(*reported)])
    params = {
        "joint": joint.params,
        "clock": clock_at(scenario.as_of, scenario.anchors),
        "grid": np.asarray(grid - scenario.as_of, np.float32),
    }
    # draws are single precision whatever the caller's setting, so that a forecast is the same everywhere
    with jax.enable_x64(False):
        pushed = push(
            World(joint.structure, scenario.questions, reported),
            params,
            draws,
            seed=seed,
            streams=stream_ids(joint.streams),
            sketches={output.name: output.histogram for output in outputs_of(labels)},
            keep=KEPT_DRAWS,
            progress=progress,
        )
    return results(pushed, labels, seed)
