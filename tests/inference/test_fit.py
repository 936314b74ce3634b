"""Fits of a model whose posterior is known in closed form, and of one that must not be trusted."""

import json

import numpy as np
import pytest
from scipy import stats

from datawall.errors import DatawallError, UntrustedPosteriorError
from datawall.inference import fit as fitting
from datawall.inference import models, refit, scenario_with_evidence, summary
from datawall.inference.fit import fit
from datawall.inference.fit_by_name import make_plan
from datawall.inference.nuts import Settings, sample
from datawall.inference.simulation_based_calibration import calibrate, uniformity
from datawall.scenario.posterior import distribution
from support import toy_models as toys


@pytest.fixture(scope="module")
def toy():
    return fit(toys.module(), toys.evidence())


def test_the_posterior_is_the_conjugate_one(toy):
    # four data of sum 10 and variance 4 under a standard normal prior: precision 2, mean 10/4/2
    draws = toy.draws()["mean"]
    mcse = draws.std() / np.sqrt(toy.diagnosis.ess_bulk)
    assert toy.diagnosis.trusted
    assert abs(draws.mean() - 1.25) < 3 * mcse  # false alarm .003
    assert draws.std() == pytest.approx(np.sqrt(0.5), rel=0.05)


def test_densities_and_predictions_are_those_of_the_model(toy):
    tree = toy.tree
    mean = tree["posterior/mean"].values[..., None]
    y = toy.evidence.observed["y"]
    np.testing.assert_allclose(tree["log_likelihood/y"].values, stats.norm.logpdf(y, mean, 2.0))
    np.testing.assert_allclose(tree["log_prior/mean"].values, stats.norm.logpdf(mean[..., 0]))
    assert tree["posterior_predictive/y"].values.std() == pytest.approx(np.sqrt(4.5), rel=0.03)
    assert tree["prior_predictive/y"].values.std() == pytest.approx(np.sqrt(5.0), rel=0.05)
    assert tree["prior/mean"].values.std() == pytest.approx(1.0, rel=0.1)
    manifest = json.loads(tree.attrs["manifest"])
    assert manifest["diagnosis"]["trusted"]
    assert manifest["newest"] == toys.KNOWN


def test_two_modes_are_caught():
    # all four chains on one side: one seed in eight, not this one
    found = fit(toys.module(toys.two_modes), toys.evidence((9.0, 9.0, 9.0, 9.0)), seed=0)
    assert not found.diagnosis.trusted
    assert "R-hat" in found.diagnosis.faults[0]


def test_divergent_transitions_are_drawn_again_with_smaller_steps(monkeypatch):
    def torn(density, observed, settings, seed):
        values, statistics = sample(density, observed, settings, seed)
        statistics["diverging"] = statistics["diverging"] | (settings != fitting.CAREFUL)
        return values, statistics

    monkeypatch.setattr(fitting, "sample", torn)
    again = fit(toys.module(), toys.evidence())
    assert again.diagnosis.trusted
    assert json.loads(again.tree.attrs["manifest"])["settings"] == vars(fitting.CAREFUL)
    # who states settings gets those
    assert not fit(toys.module(), toys.evidence(), settings=Settings(draws=500)).diagnosis.trusted


def test_ranks_are_uniform_unless_the_data_come_from_another_model():
    # false alarm: 1e-3
    assert calibrate(toys.module(), toys.evidence(), replications=96).passes()

    wider = toys.module(lambda given, observed: toys.normal_model(given, observed, spread=6.0))
    assert not calibrate(toys.module(), toys.evidence(), replications=96, truth=wider).passes()
    assert uniformity(np.zeros(96, int)) < 1e-9
    assert uniformity(np.arange(64)) == 1.0


def test_the_summary_gives_back_the_inputs(toy):
    found = summary.summary(toy)
    draws = toy.inputs()
    for name in ("exponent_sum", "tokens_per_param_1e21"):
        levels = distribution(name, found["inputs"][name]).quantile([0.05, 0.5, 0.95])
        np.testing.assert_allclose(levels, np.quantile(draws[name], [0.05, 0.5, 0.95]), rtol=0.02)
    weights = found["inputs"]["multimodal"]["weights"]
    assert weights["used"] == pytest.approx(np.mean(draws["multimodal"]), abs=1e-4)
    assert found["correlations"] == [
        {"inputs": ["exponent_sum", "tokens_per_param_1e21"], "spearman": pytest.approx(-1.0, abs=1e-3)}
    ]
    assert json.loads(json.dumps(found)) == found


@pytest.fixture
def registered(monkeypatch, tmp_path):
    """Let toys be modules by name, with a cache of their own."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    known = {"toy": toys.module(), "torn": toys.module(toys.two_modes)}
    monkeypatch.setattr(refit, "MODULES", known)
    return known


@pytest.mark.usefixtures("registered")
def test_a_refit_is_kept_until_its_evidence_changes(monkeypatch, caplog):
    first = refit.refitted("toy", 2021.0)
    assert "fitting module toy" in caplog.text
    assert first.newest == toys.KNOWN
    monkeypatch.setattr(refit, "fit", None)  # another fit would fail
    assert refit.refitted("toy", 2022.0) == first
    with monkeypatch.context() as changed:
        changed.setattr(refit, "CAREFUL", Settings(acceptance=0.9))
        with pytest.raises(TypeError, match="not callable"):
            refit.refitted("toy", 2022.0)


@pytest.mark.usefixtures("registered")
def test_the_draws_of_a_refit_are_kept_beside_its_summary(monkeypatch, tmp_path):
    evidence, draws = refit.refitted_draws("toy", 2021.0)
    monkeypatch.setattr(refit, "fit", None)
    _, again = refit.refitted_draws("toy", 2022.0)
    assert evidence.newest == toys.KNOWN
    np.testing.assert_array_equal(again["mean"], draws["mean"])
    levels = distribution("exponent_sum", refit.refitted("toy", 2021.0).inputs["exponent_sum"])
    np.testing.assert_allclose(levels.quantile(0.5), np.exp(np.median(draws["mean"])), rtol=1e-3)

    files = sorted((tmp_path / "datawall" / "posteriors").iterdir())
    assert [file.suffix for file in files] == [".json", ".npz"]
    files[1].unlink()  # as after a kill between the two
    with pytest.raises(TypeError, match="not callable"):
        refit.refitted_draws("toy", 2021.0)


def test_draws_of_too_little_evidence_are_refused():
    with pytest.raises(DatawallError, match="need at least"):
        refit.refitted_draws("training_sets", 2019.5)


def test_a_refit_that_cannot_be_trusted_is_refused_with_status_3(registered, monkeypatch):
    monkeypatch.setitem(
        registered, "torn", toys.module(lambda given, _: toys.two_modes(given, {"y": np.full(4, 9.0)}))
    )
    with pytest.raises(UntrustedPosteriorError, match="leave it out") as caught:
        refit.refitted("torn", 2021.0)
    assert caught.value.exit_status == 3


def test_too_little_evidence_keeps_the_stated_priors(caplog):
    found = scenario_with_evidence._refitted("scaling", 2015.0)
    assert found.inputs == {}
    assert "keeps its stated priors" in caplog.text


def test_an_unknown_module_and_a_wrong_date_are_refused():
    with pytest.raises(DatawallError, match="unknown module of inference; did you mean 'scaling'"):
        models.MODULES["scalin"]
    with pytest.raises(DatawallError, match="as-of"):
        make_plan("scaling", as_of="tomorrow")
    assert make_plan("scaling", as_of="2026.5").as_of == 2026.5
