"""`datawall.fit`: a module by name, its evidence, its rivals."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import xarray as xr
from pydantic import TypeAdapter, ValidationError

from datawall.arguments import LARGEST_SEED, check_seed
from datawall.errors import DatawallError
from datawall.inference import bootstrap, stacking
from datawall.inference.fit import SEEDS_OF_A_FIT, Fit
from datawall.inference.fit import fit as fit_evidence
from datawall.inference.models import MODULES
from datawall.inference.summary import with_summary
from datawall.product import Request
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
        ``manifest`` of the root says, in JSON, whether the posterior can be trusted; ``summary`` has what a
        forecast takes from it.

    Raises
    ------
    DatawallError
        If there is no such module, or its evidence cannot be used.
    """
    return run(make_plan(module, data=data, as_of=as_of, seed=seed))


@dataclass(frozen=True)
class Plan:
    """Fit to be made.

    Attributes
    ----------
    name
        Of the module.
    files
        Tables to fit in place of the shipped evidence.
    as_of
        When what is left out was not yet known, as a decimal year.
    seed
        Of the chains.
    request
        All of this as options.
    """

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
) -> Plan:
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
    return Plan(module, tuple(map(Path, data)), moment(as_of), seed, Request("fit", options))


def run(plan: Plan) -> xr.DataTree:
    """Return the fit of a plan, its summary in the attribute ``summary`` of the root as JSON."""
    return with_summary(fit_of(plan))


def fit_of(plan: Plan) -> Fit:
    """Return the fit of a module with its rivals, and its bootstrap where that makes sense."""
    module, seed = MODULES[plan.name], plan.seed
    if plan.files and module.on_files is not None:
        module = module.on_files
    evidence = module.load(plan.as_of, plan.files)
    found = fit_evidence(module, evidence, seed=seed, options=plan.request.options)
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
