"""Classes of evidence without a row: their latents keep their priors."""

from dataclasses import replace

import numpy as np
import pytest
import xarray as xr
from numpyro.infer.util import log_density

from datawall.inference.fitting import fit
from datawall.inference.modules import MODULES
from datawall.inference.nuts import Settings
from datawall.inference.posteriors import summary
from datawall.inference.target import latents_of, sites_of

BEFORE_ANY_SLIP = 2026.5
SHORT = Settings(chains=2, warmup=20, draws=20)


def without(name, plate):
    """Return the evidence of a module with the rows of one plate left out."""
    evidence = MODULES[name].load(None, ())

    def cut(arrays):
        return {key: values[:0] if plate in evidence.dims[key] else values for key, values in arrays.items()}

    constants, coords = cut(evidence.constants), evidence.coords | {plate: []}
    return replace(evidence, observed=cut(evidence.observed), constants=constants, coords=coords)


def moved(model, evidence, latent):
    """Return what one standard deviation of a latent's prior, off its median, adds to the log density."""
    names = latents_of(sites_of(replace(MODULES["release"], model=model), evidence, evidence.observed))
    assert f"{latent}_score" in names
    middle = dict.fromkeys(names, np.zeros(()))
    densities = [
        log_density(
            model, (evidence, evidence.observed), {}, middle | {f"{latent}_score": np.asarray(score)}
        )[0]
        for score in (0.0, 1.0)
    ]
    return float(densities[1] - densities[0])


EMPTY = [
    ("release", "slip", "typical_slip"),
    ("release", "slip", "slip_spread"),
    ("release", "retry", "typical_retry"),
    ("release", "flagship", "cancelled_odds"),
    ("data_stock", "bound", "gap"),
    ("price", "series", "benchmark_spread"),
]


@pytest.mark.parametrize(("name", "plate", "latent"), EMPTY)
def test_a_class_without_rows_leaves_the_prior_in_place(name, plate, latent):
    model = MODULES[name].model
    # one standard deviation off the median of a standard normal score
    assert moved(model, without(name, plate), latent) == pytest.approx(-0.5, abs=1e-4)
    assert moved(model, MODULES[name].load(None, ()), latent) != pytest.approx(-0.5, abs=1e-2)


@pytest.mark.parametrize(("name", "plate"), [("data_stock", "estimate"), *(row[:2] for row in EMPTY)])
def test_a_class_without_rows_generates_none(name, plate):
    evidence = without(name, plate)
    sites = sites_of(MODULES[name], evidence)
    for site, rows in evidence.observed.items():
        assert np.shape(sites[site]["value"]) == rows.shape, site


@pytest.fixture(scope="module")
def early():
    return fit(MODULES["release"], MODULES["release"].load(BEFORE_ANY_SLIP, ()), settings=SHORT)


def test_releases_are_fitted_before_any_has_slipped(early, tmp_path):
    assert early.evidence.coords["slip"] == []
    assert set(summary(early)["inputs"]) >= {"slip_months", "release_outcome"}
    early.tree.to_netcdf(tmp_path / "early.nc", engine="h5netcdf")
    xr.testing.assert_identical(xr.load_datatree(tmp_path / "early.nc", engine="h5netcdf"), early.tree)
