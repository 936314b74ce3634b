"""Fit by name (`datawall.fit`): an evidence model, its rivals and its bootstrap."""

import datetime as dt
import json
import warnings
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import xarray as xr
from numpyro import handlers
from pydantic import TypeAdapter, ValidationError

from datawall.arguments import LARGEST_SEED, check_seed
from datawall.errors import DatawallError
from datawall.inference.density import double_precision, log_density
from datawall.inference.fit import SAMPLES, SEEDS_OF_A_FIT, Fit, dataset, plain, plates_of
from datawall.inference.fit import fit as fit_evidence
from datawall.inference.models import MODULES
from datawall.inference.nuts import each_key, mode_near
from datawall.inference.summary import with_summary
from datawall.product import Request
from datawall.validation import Moment

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
    import arviz as az  # slow to import, and few fits have rivals

    trees = {fit.module.name: fit.tree for fit in fits}
    with warnings.catch_warnings():
        # the column bad_k holds their content
        warnings.simplefilter("ignore")
        loos: dict[str, Any] = {name: az.loo(tree, pointwise=True) for name, tree in trees.items()}
        table = az.compare(loos, method="stacking", round_to="none").loc[list(trees)]
    columns = {
        name: table[name].to_numpy(float) for name in ("elpd", "se", "elpd_diff", "dse", "p", "weight")
    }
    bad = [int(np.sum(np.asarray(loo.pareto_k) > KHAT)) for loo in loos.values()]
    variables = {name: ("rival", values) for name, values in (columns | {"bad_k": bad}).items()}
    return xr.Dataset(variables, {"rival": list(trees)})


def _with_rivals(fit: Fit, rivals: Sequence[Fit]) -> Fit:
    """Return a fit with its rivals: groups ``comparison`` and ``rivals`` are added to its tree.

    The manifest of the tree gets their diagnoses, since an untrusted rival invalidates the comparison.
    """
    fit.tree["comparison"] = xr.DataTree(compare([fit, *rivals]))
    for rival in rivals:
        fit.tree[f"rivals/{rival.module.name.rpartition('.')[2]}"] = rival.tree
    diagnoses = {rival.module.name: rival.diagnosis.as_data() for rival in rivals}
    fit.tree.attrs["manifest"] = json.dumps(json.loads(fit.tree.attrs["manifest"]) | {"rivals": diagnoses})
    return replace(fit, rivals=tuple(rivals))


_RESAMPLES = 400


@double_precision
def _resampled_modes(fit: Fit, seed: int) -> dict[str, np.ndarray]:
    """Return the posterior mode of each bootstrap resample of the rows: values by name, resamples first.

    References
    ----------
    Efron 1979, doi:10.1214/aos/1176344552.
    """
    module, evidence = fit.module, fit.evidence
    density = log_density(module, evidence)
    (site,) = evidence.observed
    rows = len(evidence.observed[site])

    def log_likelihood(x: Any) -> Any:
        model = handlers.substitute(handlers.seed(module.model, 0), data=density.values(x))
        found = handlers.trace(model).get_trace(evidence, evidence.observed)[site]
        return found["fn"].log_prob(found["value"])

    def potential(counts: Any, x: Any) -> Any:
        # the potential counts every row once
        return density.potential(evidence.observed, x) - jnp.sum((counts - 1.0) * log_likelihood(x))

    start = mode_near(lambda x: potential(jnp.ones(rows), x), jnp.zeros(density.size)).x

    def one(key: Any) -> dict[str, Any]:
        counts = jnp.bincount(jax.random.randint(key, (rows,), 0, rows), length=rows)
        return density.values(mode_near(lambda x: potential(counts, x), start).x)

    return each_key(one, jax.random.split(jax.random.key(seed), _RESAMPLES))


def add_to(fit: Fit, seed: int) -> None:
    """Add the group ``bootstrap`` to the tree of a fit: modes over the dimension ``resample``.

    Each variable has ``inflation``: its standard deviation relative to that of the posterior.
    """
    modes = plain(_resampled_modes(fit, seed))
    plates = plates_of(fit.module, fit.evidence)
    data = dataset(fit.module, fit.evidence, modes, plates, "resample")
    posterior = fit.tree["posterior"].to_dataset()
    for name, variable in data.data_vars.items():
        ratio = variable.std("resample") / posterior[name].std(SAMPLES)
        variable.attrs["inflation"] = ratio.values.round(3).tolist()
    fit.tree["bootstrap"] = xr.DataTree(data)


_MOMENT = TypeAdapter(Moment)


def fit(
    module: str,
    *,
    data: Sequence[str | Path] = (),
    as_of: dt.date | float | str | None = None,
    seed: int = 0,
) -> xr.DataTree:
    """Fit a module of inference to its evidence.

    Parameters
    ----------
    module
        Its name: ``"scaling"``, ``"compute"``, …
    data
        Tables to fit in place of the shipped evidence.
    as_of
        Leave out what was not known by this moment.
    seed
        Of the chains. The same seed gives the same draws.

    Returns
    -------
    xarray.DataTree
        Groups ``posterior``, ``sample_stats``, ``log_likelihood``, ``log_prior``, ``posterior_predictive``,
        ``prior``, ``prior_predictive``, ``observed_data`` and ``constant_data``, as ArviZ names them. A
        module with rivals adds ``comparison`` (PSIS-LOO and stacking weights) and ``rivals``. The attribute
        ``manifest`` of the root says, in JSON, whether the posterior can be trusted; ``summary`` has what a
        forecast takes from it.

    Raises
    ------
    DatawallError
        If there is no such module, or its evidence cannot be used.
    """
    return run(make_plan(module, data=data, as_of=as_of, seed=seed))


@dataclass(frozen=True)
class _Plan:
    """Fit to be made: the arguments of `fit`, checked, and the request for its manifest."""

    name: str
    files: tuple[Path, ...]
    as_of: float | None
    seed: int
    request: Request


def make_plan(
    module: str,
    *,
    data: Sequence[str | Path] = (),
    as_of: dt.date | float | str | None = None,
    seed: int = 0,
) -> _Plan:
    """Return the plan of a fit; for the parameters see `fit`.

    Raises
    ------
    DatawallError
        If there is no such module, the date is none, or the seed does not fit.
    """
    check_seed(seed)
    _ = MODULES[module]
    options = {
        "modules": [module],
        "data": list(map(str, data)),
        "as_of": None if as_of is None else str(as_of),
        "seed": seed,
    }
    return _Plan(module, tuple(map(Path, data)), _moment(as_of), seed, Request("fit", options))


def run(plan: _Plan) -> xr.DataTree:
    """Return the fit of a plan, its summary in the attribute ``summary`` of the root as JSON.

    Rivals are fitted too, and there is a bootstrap where the rows are exchangeable.
    """
    module, seed = MODULES[plan.name], plan.seed
    if plan.files and module.on_files is not None:
        module = module.on_files
    evidence = module.load(plan.as_of, plan.files)
    found = fit_evidence(module, evidence, seed=seed, options=plan.request.options)
    if module.rivals:
        rivals = [
            fit_evidence(rival, evidence, seed=_seed_of_rival(seed, place))
            for place, rival in enumerate(module.rivals, start=1)
        ]
        found = _with_rivals(found, rivals)
    if module.bootstrap:
        add_to(found, seed=seed)
    return with_summary(found)


def _seed_of_rival(seed: int, place: int) -> int:
    """Return the seed of a rival's chains, from that of the module and its place among the rivals, from 1.

    Chains of similar models under one seed move alike, which correlates their posteriors.
    """
    return (seed + SEEDS_OF_A_FIT * place) % (LARGEST_SEED + 1)


def _moment(as_of: dt.date | float | str | None) -> float | None:
    """Return a date as a decimal year."""
    try:
        return None if as_of is None else _MOMENT.validate_python(as_of)
    except ValidationError as error:
        raise DatawallError(f"as-of: {error.errors()[0]['msg']}") from None
