"""Results of the learning-order experiment, and the posterior of the delay of each further sign."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import jax
import jax.numpy as jnp
import numpy as np
import numpyro
import numpyro.distributions as dist
import xarray as xr
from numpyro.diagnostics import effective_sample_size, split_gelman_rubin
from numpyro.infer import MCMC, NUTS

from datawall.arguments import check_seed
from datawall.caching import keep_compiled_programs
from datawall.errors import DatawallError
from datawall.product import Request
from datawall.reporting.products import Product, none_of
from datawall.studies.learning_order import experiment
from datawall.studies.learning_order.experiment import BLIND_ACCURACY, leading_hermite_coefficient

if TYPE_CHECKING:
    from collections.abc import Iterator

    from matplotlib.figure import Figure

    from datawall.reporting.document import Page
    from datawall.studies.learning_order.experiment import Curves, Progress

CENTRE = 4.5
"""Reference k of the intercept: the middle of 1 to 8, where it depends least on the slope."""
_LOG_SPREAD = float(np.log(0.1))
"""Logarithm of the median prior spread."""
CHAINS, WARMUP, DRAWS = 4, 500, 1000
STATISTICS = {
    "diverging": ("diverging", "1"),
    "accept_prob": ("acceptance_rate", "probability"),
    "num_steps": ("n_steps", "leapfrog steps"),
    "energy": ("energy", "nats"),
}
"""NumPyro's name of each statistic: ArviZ's name and the unit."""


@dataclass(frozen=True)
class _DelayFit:
    """Posterior draws with MCMC diagnostics.

    Attributes
    ----------
    posterior, statistics
        Arrays of shape (chain, draw, …) by name.
    r_hat, ess
        Largest split R-hat and smallest effective sample size over all quantities.
    divergences
        Transitions that diverged.
    """

    posterior: dict[str, np.ndarray]
    statistics: dict[str, np.ndarray]
    r_hat: float
    ess: float
    divergences: int


def _delay_model(log10_steps: np.ndarray, censored: np.ndarray) -> None:
    """State log10 steps as a + s·(k - 4.5) + bend of k + noise of the seed, right-censored.

    A network stopped by the budget adds the probability that it needs longer. The bends keep departures from
    a straight line out of the noise, so that many seeds do not make the slope falsely certain.

    Parameters
    ----------
    log10_steps
        Of shape (k, seed), for k of 1, 2, …; where censored, of the budget.
    censored
        True where the budget ran out, of the same shape.

    Notes
    -----
    Priors: slope Normal(0, 1), which favours no direction and covers two orders of magnitude a sign;
    intercept Normal(3, 2); the spreads of the seeds and of the bends lognormal with median 0.1 and a standard
    deviation of 1 in the logarithm.
    """
    k = np.arange(1, len(log10_steps) + 1)
    intercept = numpyro.sample("intercept", dist.Normal(3.0, 2.0))
    slope = numpyro.sample("slope", dist.Normal(0.0, 1.0))
    seed_spread = numpyro.sample("seed_spread", dist.LogNormal(_LOG_SPREAD, 1.0))
    bend_spread = numpyro.sample("bend_spread", dist.LogNormal(_LOG_SPREAD, 1.0))
    with numpyro.plate("k", len(k)):
        bend = bend_spread * numpyro.sample("bend_standardized", dist.Normal(0.0, 1.0))
    level = intercept + slope * (k - CENTRE) + bend
    distance = (log10_steps - level[:, None]) / seed_spread
    density = dist.Normal(level[:, None], seed_spread).log_prob(log10_steps)
    numpyro.factor("steps", jnp.where(censored, 0.0, density))
    numpyro.factor("stopped", jnp.where(censored, jax.scipy.stats.norm.logsf(distance), 0.0))
    numpyro.deterministic("ooms_per_two", 2.0 * slope)


def fit_delay(log10_steps: np.ndarray, censored: np.ndarray, seed: int = 0) -> _DelayFit:
    """Return the posterior of `_delay_model` with the same arguments, drawn by NUTS.

    It has draws of intercept, slope, spreads, bends and ``ooms_per_two`` [log10 of training steps].

    References
    ----------
    Hoffman and Gelman 2014, arXiv 1111.4246.
    """
    kernel = NUTS(_delay_model, target_accept_prob=0.95)
    chains = MCMC(
        kernel,
        num_warmup=WARMUP,
        num_samples=DRAWS,
        num_chains=CHAINS,
        chain_method="vectorized",
        progress_bar=False,
        jit_model_args=True,
    )
    with jax.enable_x64(True):
        chains.run(jax.random.key(seed), log10_steps, censored, extra_fields=tuple(STATISTICS))
        posterior = {name: np.asarray(x) for name, x in chains.get_samples(group_by_chain=True).items()}
        found = chains.get_extra_fields(group_by_chain=True)
    statistics = {name: np.asarray(found[name]) for name in STATISTICS}
    return _DelayFit(
        posterior,
        statistics,
        r_hat=max(float(np.max(split_gelman_rubin(x))) for x in posterior.values()),
        ess=min(float(np.min(effective_sample_size(x))) for x in posterior.values()),
        divergences=int(statistics["diverging"].sum()),
    )


_DEFAULT_SEEDS = 4
_DEFAULT_STEPS = 50_000
_SIGNS = np.arange(1, experiment.INPUTS + 1)
_LOG10_STEPS = "log10(training steps)"
_POSTERIOR = {
    "intercept": ((), _LOG10_STEPS, f"fitted log10 steps at k = {CENTRE}"),
    "slope": ((), f"{_LOG10_STEPS}/sign", "delay of one more sign"),
    "ooms_per_two": ((), _LOG10_STEPS, "delay of two more signs"),
    "seed_spread": ((), _LOG10_STEPS, "spread between seeds"),
    "bend_spread": ((), _LOG10_STEPS, "spread of each k about the straight line"),
    "bend_standardized": (("k",), "1", "each k's distance from the line, in units of their spread"),
}


def _variable(dims: tuple[str, ...], values: Any, unit: str, description: str) -> xr.Variable:
    return xr.Variable(dims, np.asarray(values), {"unit": unit, "description": description})


def _posterior_group(fit: _DelayFit) -> xr.Dataset:
    return xr.Dataset(
        {
            name: _variable(("chain", "draw", *dims), fit.posterior[name], unit, description)
            for name, (dims, unit, description) in _POSTERIOR.items()
        }
    )


def _statistics_group(fit: _DelayFit) -> xr.Dataset:
    return xr.Dataset(
        {
            name: _variable(("chain", "draw"), fit.statistics[key], unit, "")
            for key, (name, unit) in STATISTICS.items()
        }
    )


def _constants_group(censored: np.ndarray, budget: int) -> xr.Dataset:
    """Return the constants of the fit, and quantities known exactly."""
    hermite = [leading_hermite_coefficient(int(k)) for k in _SIGNS]
    return xr.Dataset(
        {
            "censored": _variable(("k", "seed"), censored, "1", "the budget ran out before it was learned"),
            "budget": _variable((), budget, "training steps", "steps that every network had"),
            "threshold": _variable(
                (), experiment.THRESHOLD, "probability", "accuracy that counts as learned"
            ),
            "centre": _variable((), CENTRE, "signs", "k of the fitted intercept"),
            "blind_accuracy": _variable(
                (), BLIND_ACCURACY, "probability", "of any predictor blind to one input"
            ),
            "hermite_coefficient": _variable(("k",), hermite, "1", "leading Hermite coefficient"),
        }
    )


def _facts(fit: _DelayFit, curves: Curves, seed: int) -> dict[str, Any]:
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
    seeds: int = _DEFAULT_SEEDS,
    steps: int = _DEFAULT_STEPS,
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


def make_request(seeds: int = _DEFAULT_SEEDS, steps: int = _DEFAULT_STEPS, seed: int = 0) -> Request:
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
    fit = fit_delay(log10_steps, censored, seed)
    observed = _variable(("k", "seed"), log10_steps, _LOG10_STEPS, "steps to learn, or the budget")
    accuracy = _variable(("k", "seed", "step"), curves.accuracy, "probability", "accuracy on held-out data")
    labels = {"k": _SIGNS, "seed": np.arange(seeds)}
    draws = {"chain": np.arange(CHAINS), "draw": np.arange(DRAWS)}
    tree = xr.DataTree.from_dict(
        {
            "posterior": _posterior_group(fit).assign_coords(draws | {"k": _SIGNS}),
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
        for k, stopped, m in zip(_SIGNS, censored, medians, strict=True)
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
