"""`datawall.fit`: a module by name, its evidence, its rivals."""

import datetime as dt
from collections.abc import Sequence
from pathlib import Path

import xarray as xr
from pydantic import TypeAdapter, ValidationError

from datawall.arguments import LARGEST_SEED
from datawall.errors import DatawallError
from datawall.inference import bootstrap, stacking
from datawall.inference.fit import SEEDS_OF_A_FIT, Fit
from datawall.inference.fit import fit as fit_evidence
from datawall.inference.models import MODULES
from datawall.validation import Moment

MOMENT = TypeAdapter(Moment)


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
        ``manifest`` of the root says, in JSON, whether the posterior can be trusted.

    Raises
    ------
    DatawallError
        If there is no such module, or its evidence cannot be used.
    """
    return fit_by_name(module, tuple(map(Path, data)), as_of, seed).tree


def fit_by_name(name: str, files: tuple[Path, ...], as_of: dt.date | float | str | None, seed: int) -> Fit:
    """Return the fit of a module with its rivals, and its bootstrap where that makes sense."""
    module = MODULES[name]
    if files and module.on_files is not None:
        module = module.on_files
    evidence = module.load(moment(as_of), files)
    found = fit_evidence(module, evidence, seed=seed)
    if module.rivals:
        rivals = [
            fit_evidence(rival, evidence, seed=seed_of_rival(seed, place))
            for place, rival in enumerate(module.rivals, start=1)
        ]
        found = stacking.with_rivals(found, rivals)
    if module.bootstrap:
        bootstrap.add_to(found, seed=seed)
    return found


def seed_of_rival(seed: int, place: int) -> int:
    """Return the seed of a rival's chains, from that of the module and its place among the rivals, from 1.

    Chains of like models under one seed move alike, and their posteriors come out correlated.
    """
    return (seed + SEEDS_OF_A_FIT * place) % (LARGEST_SEED + 1)


def moment(as_of: dt.date | float | str | None) -> float | None:
    """Return a moment as a decimal year.

    Raises
    ------
    DatawallError
        If it is none.
    """
    try:
        return None if as_of is None else MOMENT.validate_python(as_of)
    except ValidationError as error:
        raise DatawallError(f"as-of: {error.errors()[0]['msg']}") from None
