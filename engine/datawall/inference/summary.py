"""Summaries of posteriors, which ship in ``priors/posteriors/`` and stand in for a scenario's priors."""

import json
from itertools import combinations
from typing import Any

import numpy as np
import xarray as xr
from scipy.special import ndtr, ndtri
from scipy.stats import rankdata

from datawall.inference.fit import Fit
from datawall.model.inputs import DECLARATIONS
from datawall.scenario.posterior import SCORES

_DIGITS = 5
_WEAKEST = 0.05
"""Smallest absolute rank correlation that is kept."""


def summary(fit: Fit) -> dict[str, Any]:
    """Return the summary of a fit, ready for JSON.

    Parameters
    ----------
    fit
        The posterior of a module.

    Returns
    -------
    dict
        For each input that the module informs its quantiles at `SCORES` or the weights of its options, their
        rank correlations, the anchors at which levels are stated, the headline parameters, and the manifest
        of the fit.
    """
    draws = fit.inputs()
    rivals = {"comparison": _comparison(fit)} if "comparison" in fit.tree else {}
    manifest = json.loads(fit.tree.attrs["manifest"])
    anchors = {"anchors": dict(fit.evidence.anchors)} if fit.evidence.anchors else {}
    return {
        "module": fit.module.name,
        "title": fit.module.title,
        "newest": manifest["newest"],
        **anchors,
        "inputs": {name: _content(name, values) for name, values in draws.items()},
        "correlations": _correlations(draws),
        "headline": headline(fit),
        **rivals,
        "manifest": manifest,
    }


def _comparison(fit: Fit) -> dict[str, dict[str, float]]:
    table = fit.tree["comparison"].to_dataset()
    return {
        str(name): {str(key): _rounded(column.sel(rival=name)) for key, column in table.data_vars.items()}
        for name in table["rival"].values
    }


def headline(fit: Fit) -> dict[str, dict[str, float]]:
    """Return mean, standard deviation and quantiles of each element of the parameters worth printing.

    Parameters that the evidence does not inform are left out, as the model then has none of that name. Those
    of rivals are listed under the rival's name and their own.
    """
    posterior = fit.tree["posterior"].to_dataset()
    found = {}
    for name in (name for name in fit.module.headline if name in posterior):
        values = posterior[name].stack(sample=("chain", "draw")).transpose(..., "sample")
        for place in np.ndindex(values.shape[:-1]):
            labels = [str(values[dim].values[k]) for dim, k in zip(values.dims, place, strict=False)]
            label = f"{name}[{', '.join(labels)}]" if labels else name
            found[label] = _statistics(values.values[place])
            if "bootstrap" in fit.tree:
                inflation = np.asarray(fit.tree["bootstrap"].to_dataset()[name].attrs["inflation"])
                found[label]["inflation"] = float(inflation[place])
    for rival in fit.rivals:
        own = rival.module.name.rpartition(".")[2]
        found |= {f"{own}.{label}": row for label, row in headline(rival).items()}
    return found


def _statistics(draws: np.ndarray) -> dict[str, float]:
    levels = {f"q{round(100 * u):02}": np.quantile(draws, u) for u in (0.05, 0.25, 0.5, 0.75, 0.95)}
    numbers = {"mean": np.mean(draws), "sd": np.std(draws), **levels}
    return {name: _rounded(value) for name, value in numbers.items()}


def _content(name: str, values: np.ndarray) -> dict[str, Any]:
    options = DECLARATIONS[name].options
    if options:
        weights = np.bincount(values.astype(int), minlength=len(options)) / len(values)
        return {"weights": {option: _rounded(w) for option, w in zip(options, weights, strict=True)}}
    return {"quantiles": [_rounded(value) for value in np.quantile(values, ndtr(SCORES))]}


def _correlations(draws: dict[str, np.ndarray]) -> list[dict[str, Any]]:
    """Return the rank correlations of the Gaussian copula fitted to the draws."""
    single = [name for name in draws if not (DECLARATIONS[name].options or DECLARATIONS[name].per)]
    scores = {name: ndtri((rankdata(draws[name]) - 0.5) / len(draws[name])) for name in single}
    found = []
    for pair in combinations(single, 2):
        pearson = float(np.corrcoef(scores[pair[0]], scores[pair[1]])[0, 1])
        spearman = 6.0 / np.pi * np.arcsin(pearson / 2.0)
        if abs(spearman) >= _WEAKEST:
            found.append({"inputs": list(pair), "spearman": round(float(spearman), 3)})
    return found


def _rounded(value: Any) -> float:
    return float(f"{float(value):.{_DIGITS}g}")


def with_summary(fit: Fit) -> xr.DataTree:
    """Return the tree of a fit, with its summary as JSON in the attribute ``summary`` of the root."""
    fit.tree.attrs["summary"] = json.dumps(summary(fit))
    return fit.tree
