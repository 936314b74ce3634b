"""The forecast: a scenario's draws through the world, summarised."""

from dataclasses import dataclass, replace
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import xarray as xr

from datawall.checks import DRAWS, SAMPLER, check_draws, check_sampler, check_seed, check_supply
from datawall.compilation import code_digest, keep_compiled_programs
from datawall.loading import load_scenario
from datawall.model.clock import clock_at
from datawall.model.inputs import Inputs
from datawall.model.questions import Questions
from datawall.model.world import Future, simulate
from datawall.precision import PRECISION_DRAWS, Precision, headline_errors
from datawall.reached import ESTIMATES, knot_places, knots_between, reached_by_date
from datawall.results import (
    COMPUTE,
    REACHED,
    SOURCES,
    Labels,
    cdf_group,
    outputs_of,
    results,
    summary_group,
)
from datawall.sampling.pushforward import Control, Pushed, push
from datawall.sampling.samplers import SAMPLERS, Sampler
from datawall.scenario import Scenario
from datawall.scenario.conditional import Integration, integration
from datawall.scenario.dependence import INTEGRATED
from datawall.scenario.importance import ranks
from datawall.scenario.joint import inputs_from_scores

if TYPE_CHECKING:
    from datawall.sampling.program import Spec

LOOKBACK_YEARS = 3
"""A release that is still to come may belong to a run that started before the as-of date."""
PATHS_UNTIL = 2040.0
"""Last year for which paths are reported, when the horizon reaches so far [year]."""
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
    integration
        How an input is integrated out of the walls of tokens, if it is.
    """

    structure: Any
    questions: Questions
    reported: tuple[int, int]
    integration: Integration | None = None

    def __call__(self, params: dict[str, Any], z: jax.Array) -> dict[str, jax.Array]:
        """Return the outputs of the draws whose scores are the columns of `z`."""
        inputs = Inputs(**inputs_from_scores(self.structure, params["joint"], z))
        future = simulate(inputs, params["clock"], params["grid"], self.questions)
        reached = {}
        if self.integration is not None:
            estimates = reached_by_date(
                self.integration, params["integration"], z, inputs, future, self.questions.token_passes
            )
            reached[REACHED] = estimates[:, LOOKBACK_YEARS:]
        # one array: an output apiece would be a kernel apiece
        values = jnp.concatenate(
            [jnp.atleast_2d(value) for value in vars(inputs).values() if value is not None]
        )
        return reached | {"inputs": values} | outputs_of_future(future, self.reported)


def outputs_of_future(future: Future, reported: tuple[int, int]) -> dict[str, jax.Array]:
    """Return what is counted of futures, by name: dates, the fall of prices, and the paths that are reported.

    Parameters
    ----------
    future
        Of many draws.
    reported
        First and last + 1 grid row for which paths are reported.
    """
    return {
        "wall_date": future.walls,
        "training_start": jnp.stack([future.starts[kind] for kind in COMPUTE]),
        "release": jnp.stack([future.releases[kind] for kind in COMPUTE]),
        "compute_date": future.compute_levels,
        "price_gain": future.price_gains,
        "price_decline": future.price.pace.oom_per_year,
        "price_share": jnp.stack([getattr(future.price, f"{source}_share") for source in SOURCES]),
        **{name: path[slice(*reported)] for name, path in future.paths.items()},
    }


def reported_rows(grid: np.ndarray, as_of: float, horizon: float) -> tuple[int, int]:
    """Return the first and last + 1 row of a grid of dates for which paths are reported."""
    until = PATHS_UNTIL if as_of < PATHS_UNTIL < horizon else horizon
    return LOOKBACK_YEARS, int(np.searchsorted(grid, until, side="right"))


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
    draws: int | None = None,
    seed: int = 0,
    sampler: str = SAMPLER,
    precision: Precision | None = None,
    control: Control | None = None,
    store: Path | None = None,
) -> xr.DataTree:
    """Forecast the data wall and the release dates of model generations.

    Parameters
    ----------
    scenario
        A loaded scenario, the name of one that ships, or a path to a TOML file.
    draws
        Number of futures drawn, a million by default. The first draws of a longer run are those of a shorter
        one. The most of them where a precision is ordered, by default 2^30.
    seed
        0 to 2^32 - 1. Draw i depends on the seed, the sampler and i, and on nothing else.
    sampler
        How draws are spread: ``"random"``, or evenly by ``"sobol"`` or ``"lattice"`` points. With even ones
        the standard errors come from 16 independent randomisations, and the walls of tokens from conditional
        Monte Carlo where the prior of the parameter exponent permits.
    precision
        Draw until the headline numbers are as precise as this.
    control
        Who does the run, where it is continued from, and how it is watched; it changes no number.
    store
        Where to write every draw as a Zarr store, if anywhere.

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
        If the scenario, `draws`, `seed` or `sampler` cannot be used.

    Examples
    --------
    >>> tree = forecast("baseline", draws=4096)
    >>> tree["summary/wall_date"].sel(wall="tokens[1]", quantile=0.5).item() > 2026
    True
    """
    if not isinstance(scenario, Scenario):
        scenario = load_scenario(scenario)
    asked = draws if draws is not None else PRECISION_DRAWS if precision else DRAWS
    check_draws(asked)
    check_sampler(sampler)
    check_supply(asked, sampler)
    check_seed(seed)
    spread = SAMPLERS[sampler]
    keep_compiled_programs()

    question = question_of(scenario, spread)
    identity = {
        "scenario": scenario.digest,
        "code": code_digest(),
        "versions": {name: version(name) for name in ("jax", "jaxlib")},
        "precision": str(precision or ""),
    }
    drawn = None
    if store is not None:
        from datawall.storage import DrawStore  # loads Zarr

        drawn = DrawStore(store, question.labels, {**identity, "seed": seed, "draws": asked}, asked)
        control = replace(control or Control(), store=drawn.write)
    # draws are single precision whatever the caller's setting, so that a forecast is the same everywhere
    with jax.enable_x64(False):
        pushed = push(
            question.world,
            question.params,
            asked,
            seed=seed,
            streams=question.streams,
            sketches=question.sketches,
            sampler=spread,
            keep=KEPT_DRAWS,
            enough=partial(_is_precise, precision, question.labels) if precision else None,
            identity=identity,
            control=control,
        )
    tree = results(
        pushed, question.labels, seed, spread, _precision_facts(precision, pushed, question.labels)
    )
    if drawn is not None:
        drawn.sign(tree.attrs["manifest"])
        if not pushed.partial:  # else the rest is still to come
            drawn.cut(pushed.draws)
    return tree


class Question(NamedTuple):
    """A scenario as `push` takes it."""

    world: World
    params: dict[str, Any]
    streams: np.ndarray
    sketches: "dict[str, Spec]"
    labels: Labels


def question_of(scenario: Scenario, spread: Sampler) -> Question:
    """Return a scenario as `push` takes it, with draws spread by a sampler."""
    grid = time_grid(scenario.as_of, scenario.horizon)
    reported = reported_rows(grid, scenario.as_of, scenario.horizon)
    joint = scenario.joint()
    knots = knots_between(grid, scenario.as_of)
    labels = Labels(scenario, grid[slice(*reported)], knots[knots >= scenario.as_of])
    params = {
        "joint": joint.params,
        "clock": clock_at(scenario.as_of, scenario.anchors),
        "grid": np.asarray(grid - scenario.as_of, np.float32),
    }
    sketches: dict[str, Spec] = {output.name: output.histogram for output in outputs_of(labels)}
    # the spread between replicates is what tells how sure an average is
    exponent = scenario.priors[INTEGRATED].distribution
    integrated = integration(exponent, joint) if spread.replicates > 1 else None
    if integrated is not None:
        params["integration"] = integrated.params | knot_places(knots, grid, scenario.as_of)
        sketches[REACHED] = ESTIMATES
    return Question(
        World(joint.structure, scenario.questions, reported, integrated and integrated.static),
        params,
        spread.address(joint.streams, ranks(joint.streams)),
        sketches,
        labels,
    )


def _errors(pushed: Pushed, labels: Labels) -> Precision:
    return headline_errors(summary_group(pushed, labels), cdf_group(pushed, labels))


def _is_precise(precision: Precision, labels: Labels, pushed: Pushed) -> bool:
    return precision.is_met(_errors(pushed, labels))


def _precision_facts(precision: Precision | None, pushed: Pushed, labels: Labels) -> dict[str, Any]:
    """Return what the manifest says of a precision that was ordered."""
    if precision is None:
        return {}
    errors = _errors(pushed, labels)
    return {
        "ordered_precision": {
            "ordered": str(precision),
            "largest_error_years": errors.years,
            "largest_error_probability": errors.probability,
            "met": precision.is_met(errors),
        }
    }
