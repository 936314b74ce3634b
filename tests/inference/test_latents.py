"""Classes of evidence without a row: their latents keep their priors."""

from dataclasses import replace

import jax
import numpy as np
import numpyro
import numpyro.distributions as dist
import pytest
import xarray as xr
from numpyro.infer.util import log_density

from datawall.inference.density import latents_of, sites_of
from datawall.inference.fit import fit
from datawall.inference.latents import sample_rows
from datawall.inference.models import MODULES
from datawall.inference.nuts import Settings
from datawall.inference.summary import headline
from support import toy_models as toys


def without(name, plate):
    """Return the evidence of a module with the rows of one plate left out."""
    evidence = MODULES[name].load(None, ())

    def cut(arrays):
        return {key: values[:0] if plate in evidence.dims[key] else values for key, values in arrays.items()}

    constants, coords = cut(evidence.constants), evidence.coords | {plate: []}
    return replace(evidence, observed=cut(evidence.observed), constants=constants, coords=coords)


def slopes(name, evidence):
    """Return the gradient of the log density by latent, where every score is 1."""
    module = MODULES[name]

    def density(scores):
        return log_density(module.model, (evidence, evidence.observed), {}, scores)[0]

    off = dict.fromkeys(latents_of(sites_of(module, evidence, evidence.observed)), 1.0)
    return {latent: float(slope) for latent, slope in jax.jit(jax.grad(density))(off).items()}


EMPTY = [
    ("release", "slip", {"typical_slip", "slip_spread"}),
    ("release", "retry", {"typical_retry", "retry_spread"}),
    ("release", "flagship", {"staged_odds", "slipped_odds", "cancelled_odds"}),
    ("data_stock", "bound", {"gap"}),
    ("price", "series", {"benchmark_spread"}),
]


@pytest.mark.parametrize(("name", "plate", "latents"), EMPTY)
def test_a_class_without_rows_leaves_its_priors_in_place(name, plate, latents):
    whole, cut = slopes(name, MODULES[name].load(None, ())), slopes(name, without(name, plate))
    # the slope of a standard normal score where it is 1; all else is what the rows say
    freed = {latent for latent, slope in cut.items() if slope == -1.0 != whole[latent]}
    assert freed == {f"{latent}_score" for latent in latents}


@pytest.mark.parametrize(("name", "plate"), [("data_stock", "estimate"), *(row[:2] for row in EMPTY)])
def test_a_class_without_rows_generates_none(name, plate):
    evidence = without(name, plate)
    sites = sites_of(MODULES[name], evidence)
    for site, rows in evidence.observed.items():
        assert np.shape(sites[site]["value"]) == rows.shape, site


def two_classes(given, observed):
    """State two classes of rows that each tell a mean of their own."""
    for plate, site in (("row", "y"), ("other", "z")):
        mean = numpyro.sample(f"mean_of_{site}", dist.Normal(0.0, 1.0))
        sample_rows(plate, len(given.coords[plate]), site, dist.Normal(mean, 2.0), observed)


@pytest.fixture(scope="module")
def half():
    seen = toys.evidence()
    observed, dims = seen.observed | {"z": np.zeros(0)}, seen.dims | {"z": ("other",)}
    evidence = replace(seen, observed=observed, dims=dims, coords=seen.coords | {"other": []})
    module = replace(
        toys.module(two_classes), inputs=lambda *_: {}, headline=("mean_of_y", "mean_of_z", "mean_of_x")
    )
    return fit(module, evidence, settings=Settings(chains=2))


def test_the_posterior_without_rows_is_the_prior(half):
    # five standard errors: false alarm 6e-7 a number
    draws, error = half.draws(), 5.0 / np.sqrt(half.diagnosis.ess_bulk)
    assert draws["mean_of_z"].mean() == pytest.approx(0.0, abs=error)
    assert draws["mean_of_z"].std() == pytest.approx(1.0, abs=error)
    # as if there were no second class: precision 2 and mean 10/4/2
    assert draws["mean_of_y"].mean() == pytest.approx(1.25, abs=error)
    assert draws["mean_of_y"].std() == pytest.approx(np.sqrt(0.5), abs=error)


def test_a_fit_with_an_empty_class_is_kept_and_summarised(half, tmp_path):
    assert half.tree["observed_data/z"].sizes == {"other": 0}
    half.tree.to_netcdf(tmp_path / "half.nc", engine="h5netcdf")
    found = xr.load_datatree(tmp_path / "half.nc", engine="h5netcdf")
    xr.testing.assert_identical(found["posterior"].to_dataset(), half.tree["posterior"].to_dataset())
    # what the model has none of, for nothing is known about it, is not printed
    assert list(headline(half)) == ["mean_of_y", "mean_of_z"]
