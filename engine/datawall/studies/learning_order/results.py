"""Results of the learning-order experiment and its fit, labelled in ArviZ's groups."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr

from datawall.arguments import check_seed
from datawall.caching import keep_compiled_programs
from datawall.errors import DatawallError
from datawall.product import Request
from datawall.reporting.products import Product, none_of
from datawall.studies.learning_order import delay, experiment
from datawall.studies.learning_order.experiment import BLIND_ACCURACY, leading_hermite_coefficient

if TYPE_CHECKING:
    from collections.abc import Iterator

    from matplotlib.figure import Figure

    from datawall.reporting.document import Page
    from datawall.studies.learning_order.delay import DelayFit
    from datawall.studies.learning_order.experiment import Curves, Progress

DEFAULT_SEEDS = 4
DEFAULT_STEPS = 50_000
SIGNS = np.arange(1, experiment.INPUTS + 1)
LOG10_STEPS = "log10(training steps)"
POSTERIOR = {
    "intercept": ((), LOG10_STEPS, f"fitted log10 steps at k = {delay.CENTRE}"),
    "slope": ((), f"{LOG10_STEPS}/sign", "delay of one more sign"),
    "ooms_per_two": ((), LOG10_STEPS, "delay of two more signs"),
    "seed_spread": ((), LOG10_STEPS, "spread between seeds"),
    "bend_spread": ((), LOG10_STEPS, "spread of each k about the straight line"),
    "bend_standardized": (("k",), "1", "each k's distance from the line, in units of their spread"),
}
STATISTICS = {
    "diverging": ("diverging", "1"),
    "accept_prob": ("acceptance_rate", "probability"),
    "num_steps": ("n_steps", "leapfrog steps"),
    "energy": ("energy", "nats"),
}
"""NumPyro's name of each statistic: ArviZ's name and the unit."""


def _variable(dims: tuple[str, ...], values: Any, unit: str, description: str) -> xr.Variable:
    return xr.Variable(dims, np.asarray(values), {"unit": unit, "description": description})


def _posterior_group(fit: DelayFit) -> xr.Dataset:
    """Return the draws of the posterior."""
    return xr.Dataset(
        {
            name: _variable(("chain", "draw", *dims), fit.posterior[name], unit, description)
            for name, (dims, unit, description) in POSTERIOR.items()
        }
    )


def _statistics_group(fit: DelayFit) -> xr.Dataset:
    """Return the sampler statistics of each draw."""
    return xr.Dataset(
        {
            name: _variable(("chain", "draw"), fit.statistics[key], unit, "")
            for key, (name, unit) in STATISTICS.items()
        }
    )


def _constants_group(censored: np.ndarray, budget: int) -> xr.Dataset:
    """Return the constants of the fit, and quantities known exactly."""
    return xr.Dataset(
        {
            "censored": _variable(("k", "seed"), censored, "1", "the budget ran out before it was learned"),
            "budget": _variable((), budget, "training steps", "steps that every network had"),
            "threshold": _variable(
                (), experiment.THRESHOLD, "probability", "accuracy that counts as learned"
            ),
            "centre": _variable((), delay.CENTRE, "signs", "k of the fitted intercept"),
            "blind_accuracy": _variable(
                (), BLIND_ACCURACY, "probability", "of any predictor blind to one input"
            ),
            "hermite_coefficient": _variable(
                ("k",),
                [leading_hermite_coefficient(int(k)) for k in SIGNS],
                "1",
                "leading Hermite coefficient",
            ),
        }
    )


def _facts(fit: DelayFit, curves: Curves, seed: int) -> dict[str, Any]:
    """Return the entries of the manifest besides the request."""
    return {
        "seeds": curves.accuracy.shape[1],
        "steps": int(curves.steps[-1]),
        "seed": seed,
        "widths": list(experiment.WIDTHS),
        "batch": experiment.BATCH,
        "learning_rate": experiment.LEARNING_RATE,
        "r_hat": fit.r_hat,
        "ess": fit.ess,
        "divergences": fit.divergences,
    }


def learning_order(
    *,
    seeds: int = DEFAULT_SEEDS,
    steps: int = DEFAULT_STEPS,
    seed: int = 0,
    progress: Progress | None = None,
) -> xr.DataTree:
    """Train on the sign of the product of k normals, and fit how much each sign delays learning.

    Parameters
    ----------
    seeds
        Networks for each k of 1 to 8.
    steps
        Budget of every network [training steps].
    seed
        Of all randomness.
    progress
        Called with the steps done and the budget.

    Returns
    -------
    xarray.DataTree
        Groups ``posterior``, ``sample_stats``, ``observed_data`` (log10 steps to learn, of the budget where
        censored), ``constant_data`` and ``curves`` (held-out accuracy). The root carries the manifest as JSON
        in the attribute ``manifest``.

    Raises
    ------
    DatawallError
        If there is no network, no step, or the seed does not fit in 32 bits.
    """
    return run(make_request(seeds, steps, seed), progress)


def make_request(seeds: int = DEFAULT_SEEDS, steps: int = DEFAULT_STEPS, seed: int = 0) -> Request:
    """Return the request for an experiment; for the parameters see `learning_order`.

    Raises
    ------
    DatawallError
        If a parameter is invalid.
    """
    if seeds < 1:
        raise DatawallError(f"seeds: need at least 1, got {seeds}; give a positive number of networks")
    if steps < 1:
        raise DatawallError(f"steps: need at least 1, got {steps}; give a positive number of training steps")
    check_seed(seed)
    return Request("learning-order", {"seeds": seeds, "steps": steps, "seed": seed})


def run(request: Request, progress: Progress | None = None) -> xr.DataTree:
    """Return the experiment of a request from `make_request`."""
    seeds, steps, seed = (request.options[name] for name in ("seeds", "steps", "seed"))
    keep_compiled_programs()
    begun = time.perf_counter()
    curves = experiment.train(seeds=seeds, steps=steps, seed=seed, progress=progress)
    taken = experiment.steps_to_learn(curves)
    censored = np.isinf(taken)
    log10_steps = np.log10(np.where(censored, steps, taken))
    fit = delay.fit(log10_steps, censored, seed)
    observed = _variable(("k", "seed"), log10_steps, LOG10_STEPS, "steps to learn, or the budget")
    accuracy = _variable(("k", "seed", "step"), curves.accuracy, "probability", "accuracy on held-out data")
    labels = {"k": SIGNS, "seed": np.arange(seeds)}
    draws = {"chain": np.arange(delay.CHAINS), "draw": np.arange(delay.DRAWS)}
    tree = xr.DataTree.from_dict(
        {
            "posterior": _posterior_group(fit).assign_coords(draws | {"k": SIGNS}),
            "sample_stats": _statistics_group(fit).assign_coords(draws),
            "observed_data": xr.Dataset({"log10_steps": observed}, labels),
            "constant_data": _constants_group(censored, steps).assign_coords(labels),
            "curves": xr.Dataset({"accuracy": accuracy}, {**labels, "step": curves.steps}),
        }
    )
    tree.attrs = request.attributes(_facts(fit, curves, seed), time.perf_counter() - begun)
    return tree


def summary(tree: xr.DataTree) -> dict[str, Any]:
    """Return the results as flat named numbers, ready for JSON.

    Parameters
    ----------
    tree
        As `learning_order` returns it.

    Returns
    -------
    dict
        ``learned``: for each k the networks that learned it, and the median steps (None where half did not);
        ``ooms_per_two`` and ``slope``: quantiles ``q10``, ``q50``, ``q90``; ``manifest``.
    """
    taken, censored = (
        tree["observed_data"].to_dataset()["log10_steps"].values,
        tree["constant_data"].to_dataset()["censored"].values,
    )
    medians = np.median(np.where(censored, np.inf, 10.0**taken), axis=1)
    learned = {
        int(k): {"networks": int(np.sum(~stopped)), "median_steps": float(m) if np.isfinite(m) else None}
        for k, stopped, m in zip(SIGNS, censored, medians, strict=True)
    }
    found: dict[str, Any] = {"learned": learned}
    for name in ("ooms_per_two", "slope"):
        levels = np.quantile(tree["posterior"].to_dataset()[name].values, [0.1, 0.5, 0.9])
        found[name] = dict(zip(("q10", "q50", "q90"), map(float, levels), strict=True))
    return {**found, "manifest": json.loads(tree.attrs["manifest"])}


def _figures(tree: xr.DataTree, _: dict[str, Any]) -> Iterator[tuple[str, Figure]]:
    from datawall.studies.learning_order.figures import draw  # training does not need matplotlib

    yield "learning_order", draw(tree)


def _document(_: xr.DataTree, flat: dict[str, Any]) -> Page:
    from datawall.studies.learning_order.figures import document  # training does not need matplotlib

    return document(flat)


PRODUCT = Product(
    "learning-order", "learning_order.nc", "summary.json", summary, none_of, _figures, _document
)
