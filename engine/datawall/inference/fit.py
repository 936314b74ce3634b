"""Fit of an evidence model: its posterior, diagnostics and predictive draws of inputs."""

import hashlib
import math
import time
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import jax
import numpy as np
import xarray as xr

from datawall.arguments import check_seed
from datawall.caching import keep_compiled_programs
from datawall.inference.density import log_density, prior_draws, replay, sites_of
from datawall.inference.diagnostics import Diagnosis, diagnose
from datawall.inference.evidence_model import Arrays, Evidence, Module
from datawall.inference.latents import SCORE, declared
from datawall.inference.nuts import Settings, sample
from datawall.product import Request

SAMPLES = ("chain", "draw")
type _Dims = Mapping[str, tuple[str, ...]]

CAREFUL = Settings(acceptance=0.998)
"""Smaller steps, for a posterior with corners that the usual steps miss."""
SEEDS_OF_A_FIT = 3
"""Number of seeds of a fit: of the chains, of the prior draws and of the posterior predictive draws."""


@dataclass(frozen=True)
class Fit:
    """The posterior of a module.

    Attributes
    ----------
    module
        The model.
    evidence
        Its data.
    tree
        Draws, densities and posterior predictive in ArviZ's groups.
    diagnosis
        Convergence diagnostics of the draws.
    rivals
        Fits of the rivals, where they were compared: then the tree has a group ``comparison``.
    """

    module: Module
    evidence: Evidence
    tree: xr.DataTree
    diagnosis: Diagnosis
    rivals: tuple["Fit", ...] = ()

    @property
    def faults(self) -> list[str]:
        """Reasons against this posterior, or those of its rivals, in words; empty if there are none."""
        others = (f"{rival.module.name}: {fault}" for rival in self.rivals for fault in rival.faults)
        return [*self.diagnosis.faults, *others]

    def draws(self) -> dict[str, np.ndarray]:
        """Return the posterior with the chains joined: one leading axis."""
        flat = self.tree["posterior"].to_dataset().stack(sample=SAMPLES)
        return {str(n): v.transpose("sample", ...).to_numpy() for n, v in flat.data_vars.items()}

    def inputs(self) -> dict[str, np.ndarray]:
        """Return predictive draws of the inputs of the forecast that this posterior and its rivals inform."""
        key = jax.random.key(0)
        found = self._own_inputs(key)
        if self.rivals:
            size = len(next(iter(self.draws().values())))
            with jax.enable_x64(True):
                found |= self.module.choice(self.evidence, self.weights(), size, jax.random.key(1))
        for place, rival in enumerate(self.rivals, start=1):
            # under one key the new effects of a run would be alike in all laws, and correlate their inputs
            found = rival._own_inputs(jax.random.fold_in(key, place)) | found
        return {name: np.asarray(values) for name, values in found.items()}

    def _own_inputs(self, key: jax.Array) -> dict[str, np.ndarray]:
        """Return predictive draws of the inputs that this posterior alone informs."""
        with jax.enable_x64(True):
            return dict(self.module.inputs(self.evidence, self.draws(), key))

    def weights(self) -> dict[str, float]:
        """Return the stacking weight of this model and of each rival, by name."""
        weight = self.tree["comparison"].to_dataset()["weight"]
        return dict(zip(weight["rival"].values.tolist(), weight.values.tolist(), strict=True))


def evidence_digest(evidence: Evidence) -> str:
    """Return the SHA-256 of all evidence visible to a model, in hexadecimal."""
    found = hashlib.sha256()
    for part in (evidence.observed, evidence.constants):
        for name in sorted(part):
            found.update(name.encode() + np.ascontiguousarray(part[name], float).tobytes())
    return found.hexdigest()


def fit(
    module: Module,
    evidence: Evidence,
    *,
    settings: Settings | None = None,
    seed: int = 0,
    options: Mapping[str, Any] = MappingProxyType({}),
) -> Fit:
    """Return the posterior of a module given evidence; check its `faults` before you use it.

    Parameters
    ----------
    module
        The model.
    evidence
        Its data, as ``module.load`` returns them.
    settings
        Sampler settings. By default four chains of 1500 draws, drawn again with smaller steps where
        transitions diverge.
    seed
        Of the chains. The same seed gives the same draws.
    options
        Selection of the evidence, as options of ``datawall fit``.

    References
    ----------
    Betancourt 2017, arXiv 1701.02434 (smaller steps against divergent transitions).
    """
    check_seed(seed)
    keep_compiled_programs()
    begun = time.perf_counter()
    density = log_density(module, evidence)
    used = settings or Settings()
    values, statistics = sample(density, evidence.observed, used, seed)
    if settings is None and np.any(statistics["diverging"]):
        used = CAREFUL
        values, statistics = sample(density, evidence.observed, used, seed)
    prior, prior_data = prior_draws(density, seed + 1)
    again = replay(module, evidence, values, seed + 2)
    diagnosis = diagnose(plain(values), statistics)
    groups = {
        "posterior": plain(values),
        "sample_stats": statistics,
        "log_likelihood": again.log_likelihood,
        "log_prior": again.log_prior,
        "posterior_predictive": again.predictive,
        "prior": plain(prior),
        "prior_predictive": prior_data,
    }
    facts = {
        "module": module.name,
        "sources": list(evidence.sources),
        # JSON has no infinity
        "newest": evidence.newest if math.isfinite(evidence.newest) else None,
        "dropped": evidence.dropped,
        "evidence_digest": evidence_digest(evidence),
        "seed": seed,
        "settings": vars(used),
        "diagnosis": diagnosis.as_data(),
    }
    request = Request("fit", {"modules": [module.name], "seed": seed, **options})
    tree = _tree(module, evidence, groups)
    tree.attrs = request.attributes(facts, time.perf_counter() - begun)
    return Fit(module, evidence, tree, diagnosis)


def plates_of(module: Module, evidence: Evidence) -> _Dims:
    """Return the plates around every site, as the dimensions of its elements."""
    sites = sites_of(module, evidence, evidence.observed)
    plates = {
        name: tuple(f.name for f in sorted(site["cond_indep_stack"], key=lambda frame: frame.dim))
        for name, site in sites.items()
        if site["type"] in ("sample", "deterministic")
    }
    return plates | {name.removesuffix(SCORE): dims for name, dims in plates.items()}


def plain(values: Arrays) -> dict[str, Any]:
    """Return the values without their normal scores."""
    return {n: v for n, v in values.items() if not (n.endswith(SCORE) and n.removesuffix(SCORE) in values)}


def dataset(module: Module, evidence: Evidence, arrays: Arrays, plates: _Dims, *samples: str) -> xr.Dataset:
    """Return arrays as a data set, labelled by the evidence; `samples` are their leading dimensions."""
    variables = {}
    for name, values in arrays.items():
        about = declared().get(f"{module.name.partition('.')[0]}.{name}")
        attrs = {} if about is None else {"unit": about.unit, "description": about.meaning}
        dims = _dims(name, np.ndim(values) - len(samples), evidence.dims, plates)
        variables[name] = xr.Variable((*samples, *dims), np.asarray(values), attrs)
    data = xr.Dataset(variables)
    for dim, size in data.sizes.items():
        data.coords[dim] = evidence.coords.get(str(dim), np.arange(size))
    return data


def _dims(name: str, count: int, stated: _Dims, plates: _Dims) -> tuple[str, ...]:
    """Return dimension names for `count` axes: a density has those of the plates, a value may have more."""
    for known in (stated.get(name), plates.get(name)):
        if known is not None and len(known) == count:
            return known
    outer = plates.get(name, ())[:count]
    return (*outer, *(f"{name}_dim_{k}" for k in range(count - len(outer))))


def _tree(module: Module, evidence: Evidence, groups: Mapping[str, Arrays]) -> xr.DataTree:
    """Return the results of a fit in ArviZ's groups.

    Parameters
    ----------
    module, evidence
        The fitted model and its data.
    groups
        The arrays of each group with leading axes (chains, draws), by name.
    """
    plates = plates_of(module, evidence)
    datasets = {name: dataset(module, evidence, arrays, plates, *SAMPLES) for name, arrays in groups.items()}
    datasets["observed_data"] = dataset(module, evidence, evidence.observed, plates)
    datasets["constant_data"] = dataset(module, evidence, evidence.constants, plates)
    found = xr.DataTree.from_dict(datasets)
    about = {"creation_library": "datawall", "inference_library": "numpyro", "sample_dims": list(SAMPLES)}
    for node in found.children.values():
        node.attrs |= about
    return found
