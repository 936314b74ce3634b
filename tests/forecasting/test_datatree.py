"""Results as ArviZ groups: names, units, and what must hold between them."""

import arviz as az
import numpy as np
import pytest

from datawall.forecasting.datatree import cdf_dates
from datawall.reporting import products
from support.forecasts import of_the_baseline


@pytest.fixture(scope="module")
def tree():
    return of_the_baseline()


def test_groups_are_arviz_shaped(tree):
    assert set(tree.children) == {"prior", "prior_predictive", "summary", "cdf", "constant_data"}
    for group in ("prior", "prior_predictive"):
        for name, values in tree[group].data_vars.items():
            assert values.dims[:2] == ("chain", "draw"), name
            assert values.attrs["unit"], name


def test_every_variable_has_a_unit(tree):
    for node in tree.leaves:
        assert all(variable.attrs.get("unit") for variable in node.data_vars.values()), node.path


def test_arviz_reads_the_file(tree, tmp_path):
    products.save(tree, tmp_path)
    found = az.from_netcdf(tmp_path / "forecast.nc")
    table = az.summary(found, group="prior", var_names=["mfu"], kind="stats", round_to="6g")
    assert 0.2 < table.loc["mfu", "mean"] < 0.5
    found.close()


def test_summary_agrees_with_the_kept_draws(tree):
    # 4096 of 6000 draws are kept, so the two differ by sampling error only: 6 standard errors of the smaller
    kept = tree["prior_predictive/release"].sel(compute="raw", generation=5.5).values.ravel()
    row = tree["summary"].to_dataset().sel(compute="raw", generation=5.5)
    at = row.sel(quantile=0.5)
    found = np.quantile(np.where(kept <= 2026.8329, -np.inf, kept), 0.5, method="inverted_cdf")
    assert abs(found - at["release"]) < 6 * at["release_mcse"]


def test_masses_and_probabilities_are_shares(tree):
    data = tree["summary"].to_dataset()
    inside = tree["cdf/wall_date"].isel(date=-1)
    np.testing.assert_allclose(inside + data["wall_date_never"], 1.0, atol=1e-12)
    np.testing.assert_allclose(tree["cdf/wall_date"].isel(date=0), data["wall_date_past"], atol=2e-3)
    np.testing.assert_allclose(data["binding_ceiling"].sum("ceiling"), 1.0, atol=1e-12)
    assert (np.diff(tree["cdf/release"], axis=-1) >= 0).all()


def test_ordering_of_criteria(tree):
    """More passes come later; what passes are worth is never more than their number."""
    walls = tree["prior_predictive/wall_date"].isel(chain=0)
    assert (walls.sel(wall="tokens[1]") <= walls.sel(wall="tokens[4]")).all()
    assert (walls.sel(wall="tokens[4]") <= walls.sel(wall="tokens[16]")).all()
    assert (walls.sel(wall="effective[16]") <= walls.sel(wall="tokens[16]") + 1e-4).all()
    assert (walls.sel(wall="efficiency[0.5]") <= walls.sel(wall="efficiency[0.1]")).all()


def test_releases_follow_starts_and_generations(tree):
    release = tree["prior_predictive/release"]
    assert (release.diff("generation").fillna(0.0) >= 0).all()
    assert (release.sel(compute="effective") <= release.sel(compute="raw")).mean() > 0.99


@pytest.mark.parametrize("as_of", [2026.9, 2026.5, 2026.0, 2024.497, 2026.8329, 2026.0 + 1e-9, 2027.0 - 1e-9])
@pytest.mark.parametrize("horizon", [2050.0, 2041.3])
def test_dates_are_apart_and_whole_years_exact(as_of, horizon):
    dates = cdf_dates(as_of, horizon)
    assert np.diff(dates).min() > 1e-6
    assert np.diff(dates).max() < 0.0501
    assert set(range(int(np.ceil(as_of)), int(horizon) + 1)) <= set(dates)
    assert (dates[0], dates[-1]) == pytest.approx((as_of, horizon), abs=1e-8)
    assert dates[0] >= as_of
