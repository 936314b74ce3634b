"""What repetition is worth: from published readings, and from single runs."""

from dataclasses import replace
from pathlib import Path

import arviz as az
import jax
import numpy as np
import pytest
import xarray as xr
from scipy import stats

from datawall.errors import DatawallError
from datawall.inference.diagnostics import Diagnosis
from datawall.inference.fit import Fit, fit
from datawall.inference.fit_by_name import compare
from datawall.inference.models.repetition import MODULE, RUNS, load_runs
from datawall.inference.models.repetition_readings import form_of_a_new_run, load_readings, readings_model
from datawall.inference.simulation_based_calibration import calibrate
from datawall.model.inputs import DECLARATIONS

TABLE = Path(__file__).parents[3] / "data" / "data_constrained_runs.csv"
PENALTY = ("repetition_penalty", "penalty_passes_exponent", "penalty_size_exponent")
SOUND = Diagnosis(1.0, 8000.0, 8000.0, 0, 1.0, "alpha")


def test_readings_known_later_change_nothing():
    early = load_readings(2024.5, ())

    assert early.coords["quantity"] == ["r_d", "r_n"]
    assert early.newest < 2024.5
    assert early.dropped == {"known only after the as-of date": 4}
    np.testing.assert_allclose(np.exp(early.observed["log_reading"])[:3], [15.39, 61.0, 41.6])


def test_before_the_first_reading_there_is_no_evidence():
    with pytest.raises(DatawallError, match="need at least one reading known at the as-of date"):
        load_readings(2020.0, ())


def test_the_error_of_a_reading_is_that_of_its_interval():
    evidence = load_readings(None, ())

    # 41.6 (31 to 56) at 90 %: ln(56/31)/2 is 1.645 standard errors
    assert evidence.constants["log_error"][2] == pytest.approx(np.log(56 / 31) / 2 / 1.6449, rel=1e-4)


@pytest.fixture(scope="module")
def readings():
    return fit(MODULE, load_readings(None, ()))


def test_readings_give_a_posterior_that_can_be_trusted(readings):
    assert readings.diagnosis.trusted, readings.diagnosis.faults


def test_a_new_run_is_less_certain_than_a_typical_one(readings):
    draws, inputs = readings.draws(), readings.inputs()

    low, middle, high = np.quantile(inputs["repetition_r_d"], [0.05, 0.5, 0.95])
    assert np.std(np.log(inputs["repetition_r_d"])) > 1.2 * np.std(np.log(draws["r_d"]))
    # every reading lies inside: 15.4, 31.5, 41.6 and 61
    assert low < 15.4 < 31.5 < middle + 5 < 61 < high


def test_inputs_are_inputs_of_the_forecast_within_their_range(readings):
    for name, values in readings.inputs().items():
        assert np.all((values > DECLARATIONS[name].lower) & (values < DECLARATIONS[name].upper)), name


def test_readings_are_calibrated():
    found = calibrate(MODULE, load_readings(None, ()), replications=96)

    # false alarm of all quantities together: one in a thousand
    assert found.passes(), found.p_values()


def test_readings_taken_for_too_sure_are_found_out():
    def noisier(evidence, observed):
        constants = {**evidence.constants, "log_error": 3.0 * evidence.constants["log_error"]}
        readings_model(replace(evidence, constants=constants), observed)

    truth = replace(MODULE, model=noisier)

    assert not calibrate(MODULE, load_readings(None, ()), replications=96, truth=truth).passes()


@pytest.fixture(scope="module")
def runs():
    return load_runs(None, (TABLE,))


@pytest.fixture(scope="module")
def effective_data(runs):
    return fit(RUNS, runs)


@pytest.fixture(scope="module")
def additive_penalty(runs):
    return fit(RUNS.rivals[0], runs)


def test_the_published_fit_set_is_what_is_fitted(runs):
    assert len(runs.observed["log_loss"]) == 182
    assert runs.dropped == {
        "repeat a configuration under another seed": 64,
        "trained on deduplicated data": 12,
        "of another shape": 2,
        "not in the published fit": 48,
    }


def test_the_runs_decide_on_the_form_for_the_share_of_the_way_that_they_cover(runs):
    def probability(weight):
        weights = {"repetition.additive_penalty": weight}
        return np.mean(form_of_a_new_run(runs, weights, 40_000, jax.random.key(0))["repetition_form"])

    # 1e8 to 1.78e11 of the way from 1e8 to about 5.5e13 unique tokens
    covered = np.log(1.78e3) / np.log(5.5e5)
    assert probability(1.0) - probability(0.0) == pytest.approx(covered, abs=0.01)
    # runs that cannot tell leave the judgement, .4
    assert probability(0.4) == pytest.approx(0.4, abs=0.02)


def made_up(module, evidence, seed):
    """Return a fit whose posterior is independent draws about a half."""
    rng = np.random.default_rng(seed)
    names = (*module.headline, "alpha")
    draws = {name: (("chain", "draw"), 0.5 * np.exp(0.05 * rng.normal(size=(4, 2000)))) for name in names}
    return Fit(module, evidence, xr.DataTree.from_dict({"posterior": xr.Dataset(draws)}), SOUND)


def test_what_rival_laws_say_of_a_new_run_is_independent_between_them(runs):
    first, *rivals = (RUNS, *RUNS.rivals)
    found = made_up(first, runs, 0)
    names = [module.name for module in (first, *rivals)]
    found.tree["comparison"] = xr.DataTree(
        xr.Dataset({"weight": ("rival", [0.2, 0.7, 0.1])}, {"rival": names})
    )
    others = tuple(made_up(rival, runs, seed) for seed, rival in enumerate(rivals, start=1))
    inputs = replace(found, rivals=others).inputs()

    draws = np.stack([inputs[name] for name in ("repetition_r_d", "repetition_r_n", *PENALTY)], axis=1)
    between = np.abs(np.corrcoef(stats.rankdata(draws, axis=0), rowvar=False)[:2, 2:])
    # 8000 draws: the standard error is .011, and the false alarm of six pairs 4e-4
    assert between.max() < 4 / np.sqrt(8000)


@pytest.mark.slow
def test_effective_data_reproduces_the_reference(effective_data):
    draws = effective_data.draws()

    assert effective_data.diagnosis.trusted, effective_data.diagnosis.faults
    # 41.3 (32 to 54) at 90 %, with a wider prior on R*_N; Student t residuals, base law free
    assert np.median(draws["r_d"]) == pytest.approx(41.3, abs=5.0)
    assert draws["alpha"].mean() == pytest.approx(0.333, abs=0.04)
    assert draws["beta"].mean() == pytest.approx(0.427, abs=0.02)


@pytest.mark.slow
def test_additive_penalty_reproduces_the_reference(additive_penalty):
    draws = additive_penalty.draws()

    assert additive_penalty.diagnosis.trusted, additive_penalty.diagnosis.faults
    # exp(-4.30 +- .33), .370 +- .031, .698 +- .080: within half a posterior standard deviation
    assert np.log(draws["penalty"]).mean() == pytest.approx(-4.30, abs=0.17)
    assert draws["passes_exponent"].mean() == pytest.approx(0.370, abs=0.016)
    assert draws["size_exponent"].mean() == pytest.approx(0.698, abs=0.04)
    assert draws["log_floor"].mean() == pytest.approx(0.703, abs=0.021)


@pytest.mark.slow
def test_arviz_compares_the_forms(effective_data, additive_penalty):
    forms = {"effective_data": effective_data.tree, "additive_penalty": additive_penalty.tree}

    table = az.compare(forms, round_to="none")

    assert list(table.index) == ["additive_penalty", "effective_data"]
    # references by WAIC
    assert table.loc["additive_penalty", "elpd"] == pytest.approx(325.0, abs=3.0)
    assert table.loc["effective_data", "elpd"] == pytest.approx(285.0, abs=3.0)
    assert table.loc["additive_penalty", "weight"] > 0.9
    assert not compare([effective_data, additive_penalty])["bad_k"].any()


@pytest.mark.slow
def test_arviz_summarises_and_weighs_the_prior(additive_penalty):
    names = ["penalty", "passes_exponent", "size_exponent"]

    assert list(az.summary(additive_penalty.tree, var_names=names).index) == names
    assert len(az.psense_summary(additive_penalty.tree, var_names=names)) == len(names)


@pytest.mark.slow
def test_the_forecast_is_less_certain_than_the_posterior(additive_penalty):
    draws, inputs = additive_penalty.draws(), additive_penalty.inputs()

    for name, own in (
        ("repetition_penalty", "penalty"),
        ("penalty_passes_exponent", "passes_exponent"),
        ("penalty_size_exponent", "size_exponent"),
    ):
        assert np.std(np.log(inputs[name])) > 1.4 * np.std(np.log(draws[own])), name
    # tuned weight decay halves the penalty
    assert np.median(inputs["repetition_penalty"]) < 0.7 * np.median(draws["penalty"])
