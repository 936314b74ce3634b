"""DataTree of a fit: labelled arrays in ArviZ's groups (posterior, prior, posterior predictive)."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import xarray as xr

from datawall.inference.density import sites_of
from datawall.inference.evidence_model import Arrays, Evidence, Module
from datawall.inference.latents import SCORE, declared

SAMPLES = ("chain", "draw")


type Dims = Mapping[str, tuple[str, ...]]


def plates_of(module: Module, evidence: Evidence) -> Dims:
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


def group(module: Module, evidence: Evidence, arrays: Arrays, plates: Dims, *samples: str) -> xr.Dataset:
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


def _dims(name: str, count: int, stated: Dims, plates: Dims) -> tuple[str, ...]:
    """Return dimension names for `count` axes: a density has those of the plates, a value may have more."""
    for known in (stated.get(name), plates.get(name)):
        if known is not None and len(known) == count:
            return known
    outer = plates.get(name, ())[:count]
    return (*outer, *(f"{name}_dim_{k}" for k in range(count - len(outer))))


def tree(module: Module, evidence: Evidence, groups: Mapping[str, Arrays]) -> xr.DataTree:
    """Return the results of a fit in ArviZ's groups.

    Parameters
    ----------
    module, evidence
        The fitted model and its data.
    groups
        The arrays of each group with leading axes (chains, draws), by name.
    """
    plates = plates_of(module, evidence)
    datasets = {name: group(module, evidence, arrays, plates, *SAMPLES) for name, arrays in groups.items()}
    datasets["observed_data"] = group(module, evidence, evidence.observed, plates)
    datasets["constant_data"] = group(module, evidence, evidence.constants, plates)
    found = xr.DataTree.from_dict(datasets)
    about = {"creation_library": "datawall", "inference_library": "numpyro", "sample_dims": list(SAMPLES)}
    for node in found.children.values():
        node.attrs |= about
    return found
