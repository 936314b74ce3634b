"""Stacking: rival models of the same evidence, compared by leave-one-out cross-validation."""

import json
import warnings
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import xarray as xr

from datawall.inference.fit import Fit

KHAT = 0.7
"""Above this Pareto shape the importance weights of a datum are too uneven to trust."""


def compare(fits: Sequence[Fit]) -> xr.Dataset:
    """Return the comparison of models by Pareto-smoothed leave-one-out cross-validation.

    Parameters
    ----------
    fits
        Of rival models to the same evidence, with one observed site.

    Returns
    -------
    xarray.Dataset
        Over the dimension ``rival``, in the order given: ``elpd`` (expected log predictive density) and its
        ``se`` [nats], ``elpd_diff`` to the best and its ``dse``, ``p`` (effective number of parameters), the
        stacking ``weight``, and ``bad_k``, how many data have a Pareto shape above 0.7.

    References
    ----------
    Vehtari et al. 2017, arXiv 1507.04544 (PSIS-LOO); Yao et al. 2018, arXiv 1704.02030 (stacking).
    """
    import arviz as az  # slow to load, and few fits have rivals

    trees = {fit.module.name: fit.tree for fit in fits}
    with warnings.catch_warnings():
        # what they say stands in the column bad_k
        warnings.simplefilter("ignore")
        loos: dict[str, Any] = {name: az.loo(tree, pointwise=True) for name, tree in trees.items()}
        table = az.compare(loos, method="stacking", round_to="none").loc[list(trees)]
    columns = {
        name: table[name].to_numpy(float) for name in ("elpd", "se", "elpd_diff", "dse", "p", "weight")
    }
    bad = [int(np.sum(np.asarray(loo.pareto_k) > KHAT)) for loo in loos.values()]
    variables = {name: ("rival", values) for name, values in (columns | {"bad_k": bad}).items()}
    return xr.Dataset(variables, {"rival": list(trees)})


def with_rivals(fit: Fit, rivals: Sequence[Fit]) -> Fit:
    """Return a fit with its rivals: groups ``comparison`` and ``rivals`` are added to its tree.

    The manifest of the tree gets their diagnoses, for a rival that cannot be trusted spoils the comparison.
    """
    fit.tree["comparison"] = xr.DataTree(compare([fit, *rivals]))
    for rival in rivals:
        fit.tree[f"rivals/{rival.module.name.rpartition('.')[2]}"] = rival.tree
    diagnoses = {rival.module.name: rival.diagnosis.as_data() for rival in rivals}
    fit.tree.attrs["manifest"] = json.dumps(json.loads(fit.tree.attrs["manifest"]) | {"rivals": diagnoses})
    return replace(fit, rivals=tuple(rivals))
