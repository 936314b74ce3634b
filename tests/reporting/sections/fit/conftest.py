"""Saved fits of toys: a sound one, one of a date, and one that no sampler gets through."""

from dataclasses import replace

import numpyro
import numpyro.distributions as dist
import pytest
import xarray as xr

from datawall.inference import fit as fitting
from datawall.inference.evidence_model import Evidence
from datawall.inference.summary import with_summary
from datawall.reporting import products
from datawall.reporting.saved import saved_fit
from support import toy_models as toys

DATES = (2026.1, 2026.9, 2027.6, 2028.2, 2028.8, 2027.1)


def dated(given: Evidence, observed):
    """State dates around an unknown year, with unknown scatter."""
    year = numpyro.sample("year", dist.Normal(2027.0, 3.0))
    scatter = numpyro.sample("scatter", dist.LogNormal(0.0, 0.5))
    with numpyro.plate("row", len(given.coords["row"])):
        numpyro.sample("y", dist.Normal(year, scatter), obs=None if observed is None else observed["y"])


@pytest.fixture(scope="session")
def fits_folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("fits")
    dates = replace(toys.module(dated), name="dates", headline=("year", "scatter"), inputs=lambda *_: {})
    torn = replace(toys.module(toys.two_modes), name="torn", inputs=lambda *_: {})
    for module, values in ((toys.module(), (1.0, 2.0, 4.0, 3.0)), (dates, DATES), (torn, (9.0,) * 6)):
        found = fitting.fit(module, toys.evidence(values))
        products.save(with_summary(found), folder)
    return folder


@pytest.fixture(scope="session")
def fits(fits_folder):
    return {fit.name: fit for fit in map(saved_fit, products.load(fits_folder))}


@pytest.fixture(scope="session")
def alpha(fits):
    """A fit with a parameter of the name that ArviZ gives to a dimension of its own."""
    dates = fits["dates"]
    groups = {name: dates.group(name) for name in dates.tree.children}
    renamed = {n: group.rename({"year": "alpha"} if "year" in group else {}) for n, group in groups.items()}
    renamed["posterior"]["alpha"].attrs["unit"] = "years"
    headline = {"alpha": {}, "scatter": {}}
    tree = xr.DataTree.from_dict(renamed)
    return replace(dates, summary={**dates.summary, "headline": headline}, tree=tree)
