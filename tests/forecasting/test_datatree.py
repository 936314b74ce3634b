"""Labels, groups, summaries, run folders and figures of a forecast."""

import csv
import io
import json

import arviz as az
import numpy as np
import pytest
import xarray as xr
from rich.console import Console

import datawall
from datawall import files
from datawall.errors import DatawallError
from datawall.files import csv_text
from datawall.forecasting.datatree import cdf_dates
from datawall.forecasting.export import summary
from datawall.forecasting.quantities import year_labels
from datawall.reporting import products
from datawall.reporting.figures.forecast import FIGURES
from datawall.reporting.figures.rows import quantile_dots
from datawall.reporting.render import terminal
from datawall.reporting.render.plain_text import prior_block, sparkline
from datawall.reporting.saved.forecast import SavedRun
from datawall.reporting.sections.forecast import document
from datawall.scenario import load_scenario


@pytest.fixture(scope="module")
def tree():
    return datawall.forecast("baseline", draws=6000)


@pytest.fixture(scope="module")
def other():
    """Return another scenario, from a date whose steps miss the whole years by rounding."""
    return datawall.forecast(load_scenario("seed2024", as_of=2026.9), draws=300)


@pytest.fixture(scope="module")
def flat(tree):
    return summary(tree)


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


def test_names_and_keys_of_the_summary(flat):
    row = flat["quantities"]["wall.tokens[1]"]
    assert {"unit", "q05", "q10", "q25", "q50", "q75", "q90", "q95", "mcse_q50", "p_past", "p_never"} <= set(
        row
    )
    assert {"release.raw[5.5]", "training_start.effective[7]", "frontier_flop[2030]"} <= set(
        flat["quantities"]
    )
    assert flat["quantities"]["frontier_flop[2030]"]["unit"] == "FLOP"
    assert {"wall.tokens[1]<=2030", "binding.power[2030]"} <= set(flat["probabilities"])
    assert set(flat["probabilities"]["wall.tokens[1]<=2030"]) == {"value", "mcse"}


def test_quantiles_in_the_mass_of_past_and_never_are_words(flat):
    words = {row[key] for row in flat["quantities"].values() for key in ("q05", "q50", "q95")}
    assert {"past", "never"} <= {word for word in words if isinstance(word, str)}
    json.dumps(flat, allow_nan=False)


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


def test_csv_has_one_line_a_quantity(flat):
    rows = list(csv.DictReader(io.StringIO(csv_text(products.named(flat["quantities"], "quantity")))))
    assert [row["quantity"] for row in rows] == list(flat["quantities"])


def test_run_folder_is_complete_and_loads(tree, tmp_path):
    folder = tmp_path / "deep" / "run"
    files.prepare(folder)
    products.save(tree, folder)
    names = {path.name for path in folder.iterdir()}
    pictures = {f"{name}.{kind}" for name in FIGURES for kind in ("png", "svg")}
    assert names == {"forecast.nc", "summary.json", "summary.csv", "manifest.json"} | pictures
    found = xr.open_datatree(folder / "forecast.nc", engine="h5netcdf")
    xr.testing.assert_identical(found.load(), tree)
    found.close()
    assert json.loads((folder / "summary.json").read_text())["manifest"]["draws"] == 6000


def test_unwritable_folder_is_named(tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    with pytest.raises(DatawallError, match=r"--out .*file/run"):
        files.prepare(blocked / "run")


def test_figures_draw_another_scenario(other):
    for draw in FIGURES.values():
        draw(other).canvas.draw()


def rendered(flat):
    console = Console(width=160)
    with console.capture() as captured:
        terminal.show(document([SavedRun(flat, xr.DataTree(), 0)], in_full=False), console)
    return captured.get()


def test_tables_render(flat):
    text = rendered(flat)
    titles = (
        "When is each data wall reached?",
        "What the criteria say",
        "Largest training run, FLOP",
        "Demand for tokens, if data were plenty, tokens",
        "Supply with synthetic and distilled tokens, tokens",
        "When does the first run of this size start?",
        "Which ceiling sets the largest run?",
        "Models trained above so many FLOP so far, median (10 % to 90 %)",
        "Model generations, raw compute",
        "Model generations, effective compute",
        "Times smaller at equal loss (<1: not at all)",
        "Price of a fixed capability against the as-of date",
    )
    places = [text.index(f"\n{title}") for title in titles]
    assert places == sorted(places)
    assert "±?: too near past or never to tell" in text[: places[0]]
    assert "Price of a fixed capability against the as-of date" in text


def test_a_size_factor_below_one_is_no_share_of_tokens(flat):
    after = rendered(flat).split("Times smaller at equal loss", 1)[1]
    rows = [line.split() for line in after.splitlines() if line.startswith("20")]
    assert "<1" in rows[-1]
    assert not any(cell.startswith("0.") for row in rows for cell in row[1:])
    # written out, the shares would be there
    assert flat["quantities"]["overtraining_headroom[2040]"]["q10"] < 1.0


def test_dots_share_out_past_and_never():
    dates, past, never = quantile_dots(np.array([2026.0, 2030.0, 2040.0]), np.array([0.25, 0.5, 0.75]))
    assert (len(dates), past, never) == (10, 5, 5)
    assert (np.diff(dates) > 0).all()


def test_dates_that_are_close_have_different_names(tree):
    assert list(year_labels([2026.8329, 2030.0]).values()) == ["2026.83", "2030"]
    data = tree["summary"].to_dataset()
    days = 2026.8329 + np.arange(data.sizes["year"]) / 365.0
    near = xr.DataTree.from_dict({"summary": data.assign_coords(year=days), "cdf": tree["cdf"].to_dataset()})
    near.attrs = tree.attrs
    found = summary(near)
    for kind, prefix in (("quantities", "loss["), ("probabilities", "binding.power[")):
        assert sum(name.startswith(prefix) for name in found[kind]) == len(days)


@pytest.mark.parametrize("as_of", [2026.9, 2026.5, 2026.0, 2024.497, 2026.8329, 2026.0 + 1e-9, 2027.0 - 1e-9])
@pytest.mark.parametrize("horizon", [2050.0, 2041.3])
def test_dates_are_apart_and_whole_years_exact(as_of, horizon):
    dates = cdf_dates(as_of, horizon)
    assert np.diff(dates).min() > 1e-6
    assert np.diff(dates).max() < 0.0501
    assert set(range(int(np.ceil(as_of)), int(horizon) + 1)) <= set(dates)
    assert (dates[0], dates[-1]) == pytest.approx((as_of, horizon), abs=1e-8)
    assert dates[0] >= as_of


def test_a_forecast_of_any_date_has_one_probability_a_year(other):
    years = {f"wall.tokens[1]<={year}" for year in range(2027, 2051)}
    assert years <= set(summary(other)["probabilities"])


def test_probabilities_go_to_the_horizon(tree, flat):
    at_the_end = flat["probabilities"]["wall.tokens[1]<=2050"]["value"]
    assert at_the_end == pytest.approx(1 - tree["summary/wall_date_never"].sel(wall="tokens[1]").item())


def test_a_prior_without_a_link_says_nothing_of_it():
    priors = load_scenario("baseline").priors
    ends = [prior_block(name, priors[name]).split()[-3:] for name in ("distillation_reading", "mfu")]
    assert ends[0] == ["(2024-07-01,", "low", "confidence)"]
    assert ends[1] == ["medium", "confidence,", "https://epoch.ai/data/ai-models)"]


@pytest.mark.parametrize("name", FIGURES)
def test_figures_say_what_arrows_and_missing_dots_mean(name, tree):
    words = " ".join(text.get_text() for text in FIGURES[name](tree).texts)
    assert ("arrow" in words) == (name in ("wall_intervals", "release_dates"))


def test_sparkline_peaks_where_the_density_does():
    from scipy.stats import norm

    bars = sparkline(norm(10.0, 1.0).ppf)
    assert bars[len(bars) // 2] in "▇█"
    assert bars[0] == bars[-1] == "▁"
