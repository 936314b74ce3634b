"""The analysis of a scenario: the same futures as a forecast's, and indices that hang together."""

import json

import jax
import numpy as np
import pytest
import xarray as xr
from typer.testing import CliRunner

import datawall
from datawall.analysis.sensitivity.export import sensitivity_summary
from datawall.analysis.sensitivity.methods.given_data import rank_correlations
from datawall.analysis.sensitivity.request import METHODS, parse_asked
from datawall.analysis.sensitivity.sensitivity import sensitivity
from datawall.analysis.sensitivity.study import study_of
from datawall.analysis.sensitivity.transforms import OneNumber, find_output, narrowed
from datawall.cli import app
from datawall.errors import DatawallError
from datawall.forecasting.export import probabilities, quantities
from datawall.forecasting.simulation import question
from datawall.model.inputs import ranks
from datawall.reporting.document import Table
from datawall.reporting.figures.sensitivity import draw
from datawall.reporting.sections.sensitivity import document
from datawall.sampling.prng import split_index
from datawall.sampling.samplers import RANDOM, SOBOL

pytestmark = pytest.mark.integration

DRAWS = 4096
QUICK = [name for name in METHODS if name != "gradient"]  # which takes as long to compile as all others


@pytest.fixture(scope="module")
def scenario():
    return datawall.load_scenario("baseline")


@pytest.fixture(scope="module")
def tree(scenario):
    return sensitivity(scenario, "wall.tokens[1]", methods=QUICK, draws=DRAWS)


@pytest.fixture(scope="module")
def flat(tree):
    return sensitivity_summary(tree)


@pytest.fixture(scope="module")
def forecast(scenario):
    return datawall.forecast(scenario, draws=DRAWS)


def test_every_name_of_the_summary_is_an_output(scenario, forecast):
    labels = question(scenario, RANDOM).labels
    dates = {name for name in probabilities(forecast) if "<=" not in name}
    for name in (*quantities(forecast), *dates):
        find_output(name, labels)
    with pytest.raises(DatawallError, match=r"unknown quantity.*wall\.tokens\[1\]"):
        find_output("wall.token[1]", labels)


@pytest.mark.parametrize("name", ["wall.efficiency[0.5]", "frontier_flop[2030]"])
def test_one_number_of_a_narrowed_scenario_is_that_of_the_forecast(scenario, forecast, name):
    posed = question(narrowed(scenario, name), RANDOM)
    streams = scenario.joint().streams
    points = SOBOL.points(0, SOBOL.address(streams, ranks(streams)))
    target = find_output(name, posed.labels)
    function = jax.jit(OneNumber(posed.world, target))
    found = function(posed.params, SOBOL.scores(points, split_index(0), 512))
    kept = forecast["prior_predictive"][target.output.name]
    own = kept.sel(wall="efficiency[0.5]") if target.output.dims == ("wall",) else kept.sel(year=2030.0)
    expected = own.values[0, :512]
    shown = target.output.in_window(np.asarray(found), scenario.as_of, scenario.horizon)
    np.testing.assert_allclose(shown, expected, rtol=1e-3)
    assert narrowed(scenario, "wall.efficiency[0.7]") is scenario


def test_the_answer_is_that_of_the_forecast(flat, forecast):
    expected = quantities(forecast)["wall.tokens[1]"]
    assert flat["answer"] == pytest.approx(expected["q50"], abs=0.2)
    assert flat["unit"] == "year"


def test_plain_draws_have_the_rank_correlations_of_the_scenario(scenario):
    study = study_of(scenario, parse_asked("frontier_flop[2030]"), DRAWS, 0, SOBOL)
    labels = study.experiment.problem.labels
    values = np.asarray(study.input_values(study.scores.reshape(len(labels), -1))).reshape(study.scores.shape)
    apart, strength = [], []
    for stated in scenario.correlations:
        one, other = (labels.index(name) for name in stated.inputs)
        found = rank_correlations(values[[one]], values[other])
        apart.append((found.value - stated.spearman) / found.mcse)
        strength.append(found.value / found.mcse)
    # Student's t with 15 degrees of freedom: one seed in 140 would have one of 17 pairs beyond
    assert np.abs(apart).max() < 4.5
    assert np.abs(strength).max() > 4.5  # and would see that they were left out
    assert np.isfinite(study.values).all()
    # every input that matters is in one group
    assert sorted(row for rows in study.groups.values() for row in rows) == sorted(
        row for rows in study.inputs.values() for row in rows
    )
    assert set(study.inputs) & set(study.inert) == set()
    assert "release_outcome[6]" in study.inert


def test_shapley_effects_of_groups_are_near_the_sums_of_their_inputs(tree):
    """Interactions between groups are shared out in another way, so not exactly."""
    table = tree["inputs"].to_dataset()
    law = json.loads(tree.attrs["manifest"])["groups"]["law"]
    own = table["shapley"].sel(input=law).sum().item()
    assert own == pytest.approx(tree["groups/shapley"].sel(group="law").item(), abs=0.08)
    assert table["shapley"].sum().item() == pytest.approx(1.0)
    assert table["shapley_mcse"].max().item() < 0.03


def test_first_order_does_not_exceed_total_order(tree):
    table = tree["components"].to_dataset()
    spread = 4.0 * (table["sobol_first_mcse"] + table["sobol_total_mcse"])
    assert np.all(table["sobol_first"] <= table["sobol_total"] + spread)
    assert table["sobol_first"].sum() < 1.0 < table["sobol_total"].sum()


def test_methods_agree_on_what_matters_most(flat):
    indices, gain = flat["indices"], flat["value_of_information"]["crps"]["inputs"]["gain"]
    for found in (indices["shapley"], indices["pawn"], indices["rank_correlation"], gain):
        assert max(found, key=lambda name: found[name]["value"]) == "params_exponent"
    low, high = flat["tornado"]["params_exponent"]["at_distribution"]
    assert (low, high) == ("past", "never")
    early, late = flat["tornado"]["text_tokens"]["at_distribution"]
    assert early < flat["answer"] < late


def test_elasticities_are_those_of_finite_differences(scenario):
    tree = sensitivity(scenario, "frontier_flop[2030]", methods=["gradient"], draws=1)
    own = tree["inputs/elasticity"]
    assert own.attrs["unit"] == "%/%"
    study = study_of(scenario, parse_asked("frontier_flop[2030]"), 1, 0, SOBOL)
    for name in ("compute_growth", "frontier_flop"):
        (row,) = study.inputs[name]
        scores = np.zeros((len(study.joint.streams), 2))
        scores[row] = -0.02, 0.02
        values = study.experiment.at(scores)
        inputs = np.log10(np.asarray(study.input_values(scores))[row])
        assert own.sel(input=name).item() == pytest.approx(np.diff(values) / np.diff(inputs), rel=0.01)


def test_a_median_that_is_never_has_no_gradient(scenario, monkeypatch):
    monkeypatch.setattr(
        "datawall.analysis.sensitivity.sensitivity.gradient_at_median", lambda _: (np.inf, np.zeros(100))
    )
    tree = sensitivity(scenario, "frontier_flop[2030]", methods=["gradient"], draws=1)
    found = sensitivity_summary(tree)["indices"]["gradient"]
    assert {row["value"] for row in found.values()} == {None}


def test_a_probability_and_a_quantile_explain_indicators(scenario, forecast):
    asked = "P(wall.tokens[1]<=2030)"
    found = sensitivity_summary(sensitivity(scenario, asked, methods=["information", "shapley"], draws=DRAWS))
    expected = probabilities(forecast)["wall.tokens[1]<=2030"]
    assert found["answer"] == pytest.approx(expected["value"], abs=0.02)
    information = found["value_of_information"]
    assert set(information) == {"crps"}
    # a probability's score is its variance, and to know all would leave none
    now, share = information["crps"]["now"], found["answer"]
    assert now["value"] == pytest.approx(share * (1.0 - share), abs=0.02)
    assert 0.2 < information["crps"]["groups"]["share"]["law"]["value"] < 1.0

    low = sensitivity(scenario, "Q40(wall.tokens[1])", methods=["tornado"], draws=DRAWS)
    assert 2026.8 < json.loads(low.attrs["manifest"])["answer"] < found["manifest"]["horizon"]


@pytest.mark.parametrize(
    ("output", "words"),
    [
        ("P(wall.tokens[1]<=2060)", "need a date from 2026.83 to 2050, got 2060"),
        ("Q90(wall.tokens[1])", "this quantile is never"),
        ("P(frontier_flop[2030]<=0)", "need a positive level"),
        ("P(frontier_flop[2030]<=1e20)", "is the same in every draw"),
        ("Q1(frontier_flop[2030])", "need 100 draws that differ from the commonest value, got 4"),
        ("P(binding.power[2030]<=1)", "is a probability already"),
    ],
)
def test_questions_that_do_not_fit_are_refused(scenario, output, words):
    with pytest.raises(DatawallError) as error:
        sensitivity(scenario, output, methods=["rank"], draws=DRAWS)
    assert words in str(error.value)


def test_command_writes_a_folder_that_says_what_it_prints(tmp_path, monkeypatch, tree, flat):
    monkeypatch.setattr("datawall.analysis.sensitivity.sensitivity.run", lambda *_: tree)
    found = CliRunner().invoke(app, ["sensitivity", "--json", "--out", str(tmp_path)])
    assert found.exception is None
    assert json.loads(found.stdout) == flat == json.loads((tmp_path / "sensitivity.json").read_text())
    assert flat["manifest"]["methods"] == QUICK
    assert (tmp_path / "sensitivity.png").stat().st_size > 10_000
    with xr.open_datatree(tmp_path / "sensitivity.nc", engine="h5netcdf") as stored:
        np.testing.assert_array_equal(stored["inputs/shapley"], tree["inputs/shapley"])
        assert stored["inputs/shapley"].attrs["unit"] == "1"
    shown = CliRunner().invoke(app, ["sensitivity", "--out", str(tmp_path)])
    assert "Which inputs drive it?" in shown.stdout
    assert "params_exponent and 2 tied to it" in shown.stdout


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--method", "sobal"], "method: need one of"),
        (["--draws", "0"], "draws: need 1 to 2^24"),
        (["--output", "wall.token[1]"], "did you mean 'wall.tokens[1]'"),
        (["--output", "gdp"], "unknown quantity 'gdp'; `datawall forecast --json` lists them"),
        (["--output", "P(wall.tokens[1])"], "need an output or a question on one"),
        (["--sampler", "sobal"], "sampler"),
        (["--seed", "-1"], "seed"),
    ],
)
def test_mistakes_in_options_end_in_one_sentence(options, words, tmp_path):
    folder = tmp_path / "run"
    found = CliRunner().invoke(app, ["sensitivity", "--out", str(folder), *options])
    assert isinstance(found.exception, DatawallError)
    assert words in str(found.exception)
    assert not folder.exists()


def test_part_of_the_methods_is_shown_without_the_rest(scenario):
    found = sensitivity_summary(sensitivity(scenario, "frontier_flop[2030]", methods=["rank"], draws=DRAWS))
    assert set(found["indices"]) == {"rank_correlation"}
    assert found["tornado"] == found["value_of_information"] == {}
    assert draw(found) is None
    (section,) = document(found, in_full=False).sections
    (table,) = section.blocks
    assert isinstance(table, Table)
    assert table.columns == ("input", "rank corr.")
