"""Forecasts under conditions: the draws of a forecast that meet them, and what they say of the inputs."""

import csv
import json
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from rich.console import Console
from scipy import stats
from typer.testing import CliRunner

import datawall
from datawall.cli import app
from datawall.distributions.copula import pearson
from datawall.distributions.families import Distribution
from datawall.distributions.joint import tied_scores
from datawall.errors import DatawallError
from datawall.forecasting.conditioning import Conditions
from datawall.forecasting.conditioning_effect import SCORE_BINS, SCORES, given_group, is_hopeless
from datawall.forecasting.export import summary
from datawall.forecasting.plan import Precision, make_plan
from datawall.model.inputs import ranks
from datawall.model.outputs import OUTPUTS
from datawall.reporting import products
from datawall.reporting.render import terminal
from datawall.reporting.saved import SavedRun
from datawall.reporting.sections.forecast import document
from datawall.sampling.program import ACCEPTED
from datawall.sampling.run import propagate
from datawall.sampling.samplers import SOBOL
from datawall.scenario import load_scenario, observed

DRAWS = 4096
EARLY = "release[5.5]<2027.5"


@pytest.fixture(scope="module")
def everything():
    return datawall.forecast("baseline", draws=DRAWS)


@pytest.fixture(scope="module")
def early():
    return datawall.forecast("baseline", draws=DRAWS, given=EARLY)


def manifest(tree):
    return json.loads(tree.attrs["manifest"])


def test_they_are_the_draws_of_the_forecast_that_meet_the_condition(everything, early):
    release = everything["prior_predictive/release"].sel(compute="raw", generation=5.5).values[0]
    met = np.flatnonzero(release < 2027.5)
    for group in ("prior", "prior_predictive"):
        for name, values in early[group].data_vars.items():
            expected = everything[group][str(name)].isel(draw=met)
            np.testing.assert_array_equal(values, expected, err_msg=str(name))
    np.testing.assert_array_equal(early["prior"]["draw"], met)
    facts = manifest(early)["given"]
    assert (facts["draws_accepted"], facts["effective_sample_size"]) == (met.size, met.size)
    assert facts["acceptance"] == met.size / DRAWS
    assert manifest(early)["draws"] == DRAWS


def test_quantiles_are_those_of_these_draws(early):
    kept = early["prior_predictive/frontier_flop"].sel(year=2030.0).values.ravel()
    found = early["summary/frontier_flop"].sel(year=2030.0)
    expected = np.quantile(kept, found["quantile"], method="inverted_cdf")
    np.testing.assert_allclose(np.log10(found), np.log10(expected), atol=1 / 32)


def test_walls_keep_their_integral_where_the_exponent_has_no_say(early):
    """An integral over the exponent and a count of the draws estimate the same."""
    assert manifest(early)["integrated_out"]
    dates = early["prior_predictive/wall_date"].sel(wall="tokens[1]").values.ravel()
    cdf = early["cdf"].sel(wall="tokens[1]", date=2030.0)
    counted = np.mean(dates <= 2030.0)
    error = np.hypot(cdf["wall_date_mcse"], np.sqrt(counted * (1 - counted) / dates.size))
    assert abs(cdf["wall_date"] - counted) < 4 * error
    # the share of all draws, those that do not meet the condition included, must fail
    assert abs(cdf["wall_date"] * manifest(early)["given"]["acceptance"] - counted) > 4 * error


def test_the_exponent_has_no_say_in_what_is_said_to_be_free_of_it(everything):
    scenario = load_scenario("baseline")
    prior = scenario.priors["params_exponent"]
    moved = {**prior.distribution.params, "table": prior.distribution.params["table"] + 0.02}
    distribution = Distribution(prior.distribution.family, moved)
    priors = {**scenario.priors, "params_exponent": replace(prior, distribution=distribution)}
    other = datawall.forecast(replace(scenario, priors=priors), draws=DRAWS)["prior_predictive"].to_dataset()
    before = everything["prior_predictive"].to_dataset()

    for name in (output.name for output in OUTPUTS if output.free_of_exponent is True):
        np.testing.assert_array_equal(other[name], before[name], err_msg=name)
    for name in ("training_start", "release"):
        one, two = (tree[name].sel(compute="raw") for tree in (other, before))
        np.testing.assert_array_equal(one, two, err_msg=name)
    for name in ("wall_date", "demand_tokens", "effective_flop", "loss"):
        assert (other[name].values != before[name].values).any(), name


def test_a_condition_that_all_draws_meet_changes_no_number(everything):
    tree = datawall.forecast("baseline", draws=DRAWS, given="mfu>0.001")
    assert manifest(tree)["given"]["acceptance"] == 1.0
    for group in ("prior", "prior_predictive", "summary", "cdf"):
        for name, values in everything[group].data_vars.items():
            np.testing.assert_array_equal(tree[group][str(name)], values, err_msg=str(name))
    moved = tree["given"].to_dataset()
    assert (np.abs(moved["shift"]) < 5 * moved["shift_mcse"] + 0.01).all()


def test_too_few_draws_are_refused_with_the_remedy():
    with pytest.raises(
        DatawallError, match=r"need 400 draws .* got \d+ of 1,024; ask for --draws \d+"
    ) as caught:
        datawall.forecast("baseline", draws=1024, given=EARLY)
    assert "\n" not in str(caught.value)


def test_a_precision_is_that_of_the_draws_that_are_accepted():
    tree = datawall.forecast("baseline", given=EARLY, precision=Precision(probability=0.004), draws=2**18)
    facts = manifest(tree)
    assert facts["ordered_precision"]["met"]
    assert facts["draws"] == 2**16
    errors = tree["cdf/wall_date_mcse"].sel(wall="tokens[1]")
    assert errors.max() <= 0.004


def test_a_precision_is_not_waited_for_when_too_few_will_meet_the_condition():
    def run(draws, met, asked) -> Any:
        return SimpleNamespace(draws=draws, asked=asked, sketches={ACCEPTED: SimpleNamespace(total=met)})

    assert is_hopeless(run(2**20, 0, 2**30))
    assert not is_hopeless(run(2**16, 0, 2**30))  # too early to tell
    assert not is_hopeless(run(2**20, 4, 2**30))
    assert is_hopeless(run(2**20, 4, 2**24))


def test_every_draw_is_not_kept_on_disk_where_some_are_rejected(tmp_path):
    with pytest.raises(DatawallError, match="--keep-draws all"):
        datawall.forecast("baseline", draws=DRAWS, given=EARLY, store=tmp_path / "draws.zarr")


def known_group(values, draws=2**14):
    """Return what observations say of the inputs, without the world."""
    before = load_scenario("baseline")
    after = observed(before, values)
    joint = after.joint()
    pushed = propagate(
        lambda params, z: {SCORES: tied_scores(joint.structure, params, z)},
        joint.params,
        draws,
        seed=0,
        streams=SOBOL.address(joint.streams, ranks(joint.streams)),
        sketches={SCORES: SCORE_BINS},
        sampler=SOBOL,
    )
    return given_group(pushed, Conditions(("as stated",), before, after, ())), after


def test_inputs_move_as_the_closed_form_says():
    group, after = known_group({"compute_growth": 5.0, "multimodal": "used"})
    score = after.known["compute_growth"]
    expected = next(c for c in after.correlations if set(c.inputs) == {"compute_growth", "frontier_flop"})
    r = pearson(expected.spearman)
    row = group.sel(input="frontier_flop")
    assert abs(row["shift"] - r * score) < 4 * row["shift_mcse"] + 1e-3
    assert abs(row["width_ratio"] - np.sqrt(1 - r**2)) < 4 * row["width_ratio_mcse"] + 1e-3
    prior = after.priors["frontier_flop"].distribution
    z = stats.norm.ppf(0.9)
    high = prior.score_quantile(r * score + np.sqrt(1 - r**2) * z)
    np.testing.assert_allclose(row["after"].sel(quantile=0.9), high, rtol=0.02)
    np.testing.assert_allclose(row["before"].sel(quantile=0.9), prior.quantile(0.9))
    own = group.sel(input="compute_growth")
    assert (own["shift"], own["width_ratio"]) == (score, 0.0)
    np.testing.assert_array_equal(own["after"], 5.0)
    choice = group.sel(input="multimodal").dropna("option")
    np.testing.assert_array_equal(choice["share_before"], [0.5, 0.5])
    np.testing.assert_array_equal(choice["share_after"], [0.0, 1.0])
    form = group.sel(input="repetition_form")["share_after"].sel(option="effective_data")
    assert abs(form - 0.6) < 0.01


def test_inputs_come_most_informed_first():
    group, _ = known_group({"mfu": 0.4}, draws=2**12)
    assert list(group["input"].values[:2]) == ["mfu", "format_speedup"]
    assert (np.diff(group["information"]) <= 0).all()


def test_the_run_folder_says_what_was_given_and_what_moved(early, tmp_path):
    flat = products.save(early, tmp_path)
    assert {"given.csv", "given.png", "given.svg"} <= {path.name for path in tmp_path.iterdir()}
    saved = json.loads((tmp_path / "summary.json").read_text())
    assert saved["given"]["conditions"] == [EARLY]
    assert next(iter(saved["given"]["inputs"])) == "oom_per_generation"
    assert saved["given"]["inputs"]["oom_per_generation"]["shift"] < -0.5
    rows = list(csv.DictReader((tmp_path / "given.csv").read_text().splitlines()))
    assert [row["input"] for row in rows] == list(saved["given"]["inputs"])
    console = Console(width=160)
    with console.capture() as captured:
        terminal.show(document([SavedRun(flat, early, 0)], in_full=False), console)
    assert f"given {EARLY}" in captured.get()
    assert f"Conditional on {EARLY}: " in captured.get()
    assert f"Conditional on {EARLY}: " in captured.get()
    assert "oom_per_generation" in captured.get()


def test_nothing_given_says_nothing(everything):
    flat = summary(everything)
    assert "given" not in flat
    assert "given" not in flat["manifest"]
    assert "Conditional" not in str(document([SavedRun(flat, everything, 0)], in_full=False))


def test_the_run_folder_has_a_name_of_its_own():
    names = {
        str(make_plan("baseline", draws=10, given=given).request.folder)
        for given in ([], ["mfu=0.4"], ["mfu=0.5"], ["mfu=0.4", "compute_growth>3"])
    }
    assert len(names) == 4


def test_a_mistake_is_found_before_a_folder_is_made(tmp_path):
    words = ["forecast", "--given", "wall.tokns[1]=never", "--out", str(tmp_path / "run")]
    found = CliRunner().invoke(app, words)
    assert isinstance(found.exception, DatawallError)
    assert "did you mean 'wall.tokens[1]'" in str(found.exception)
    assert not (tmp_path / "run").exists()
