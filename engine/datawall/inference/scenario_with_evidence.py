"""Loading a scenario together with its evidence."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from datawall import scenario
from datawall.scenario.posterior import Posterior, is_file, own, shipped


def load_scenario(
    name_or_path: str | Path,
    overrides: Mapping[str, Any] | None = None,
    as_of: dt.date | float | str | None = None,
    *,
    refit: bool = False,
) -> scenario.Scenario:
    """Load a scenario, with posteriors in place of priors where it asks for them.

    The posteriors that ship stand for all evidence. Where the as-of date lies before some of it, the module
    is fitted again to what was known by then.

    Parameters
    ----------
    name_or_path, overrides, as_of
        See `datawall.scenario.load_scenario`.
    refit
        Fit every module that the scenario asks for, in place of the posteriors that ship.

    Returns
    -------
    Scenario
        Complete and consistent.

    Raises
    ------
    ScenarioError
        At the first mistake.
    UntrustedPosteriorError
        If a posterior had to be fitted and cannot be trusted.
    """
    found = scenario.load_scenario(name_or_path, overrides, as_of, posterior=_refitted if refit else known_by)
    return replace(found, refit=refit)


def known_by(module: str, as_of: float) -> Posterior:
    """Return the posterior of a module that ships, or where that knows too much a fit to what was known.

    Raises
    ------
    UntrustedPosteriorError
        If it had to be fitted and cannot be trusted.
    """
    if is_file(module):
        return own(module, as_of)
    found = shipped(module)
    return found if found.newest <= as_of else _refitted(module, as_of)


def _refitted(module: str, as_of: float) -> Posterior:
    if is_file(module):  # the data that it was fitted to are not at hand
        return own(module, as_of)
    from datawall.inference.refit import refitted  # loads JAX and NumPyro, which most forecasts need not

    return refitted(module, as_of)
