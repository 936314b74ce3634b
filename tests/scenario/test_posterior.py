"""Posteriors in place of priors: which inputs follow them, and which do not."""

import json

import numpy as np
import pytest
from scipy import stats

from datawall.distributions.copula import Correlation
from datawall.scenario import ScenarioError, available, files, load_scenario
from datawall.scenario.posterior import SCORES, Posterior, distribution, read_posterior, shipped, silent

LOGNORMAL = stats.lognorm(0.4, scale=17.0)
POSTERIOR = Posterior(
    module="made_up",
    title="made up",
    newest=2025.0,
    inputs={
        "tokens_per_param_1e21": {"quantiles": list(LOGNORMAL.ppf(stats.norm.cdf(SCORES)))},
        "exponent_sum": {"quantiles": list(np.exp(0.2 * SCORES))},
        "multimodal": {"weights": {"unused": 0.25, "used": 0.75}},
    },
    correlations=(Correlation(("tokens_per_param_1e21", "exponent_sum"), 0.4, "posterior of made_up"),),
)


def load(name="baseline", overrides=None, posterior=POSTERIOR):
    settings = {"evidence": {"modules": ["made_up"]}} | (overrides or {})
    return load_scenario(name, settings, posterior=lambda *_: posterior)


def test_quantiles_give_back_the_distribution_beyond_its_grid():
    found = distribution("tokens_per_param_1e21", POSTERIOR.inputs["tokens_per_param_1e21"])
    u = np.array([1e-5, 0.001, 0.2, 0.5, 0.9, 0.9999])
    np.testing.assert_allclose(found.quantile(u), LOGNORMAL.ppf(u), rtol=1e-3)


def test_a_posterior_stays_within_the_range_of_its_input():
    wide = {"quantiles": list(1.0 / (1.0 + np.exp(-2.0 * SCORES)))}
    low, high = distribution("largest_run_share", wide).score_quantile([-5.5, 5.5])
    assert 0.0 < low < 1e-4
    assert 0.999 < high <= 1.0


def test_posteriors_replace_priors_and_their_correlations():
    scenario = load()
    prior = scenario.priors["tokens_per_param_1e21"]
    assert prior.distribution.quantile(0.5) == pytest.approx(17.0, rel=1e-3)
    assert prior.stated is not None
    assert prior.stated.statement["family"] == "lognormal"
    assert "made_up" in prior.source
    assert prior.date.year == 2025
    assert scenario.priors["mfu"].stated is None
    assert 1.0 - scenario.priors["multimodal"].distribution.cdf(0.0) == pytest.approx(0.75)
    pairs = {c.inputs: c.spearman for c in scenario.correlations}
    assert pairs["tokens_per_param_1e21", "exponent_sum"] == 0.4
    # a correlation with an input outside of the module stays as stated
    assert pairs["params_exponent", "tokens_per_param_1e21"] == -0.3


def test_the_manifest_and_the_digest_know_the_posterior():
    scenario = load()
    statement = scenario.resolved()["priors"]["exponent_sum"]["statement"]
    assert statement["family"] == "posterior"
    assert statement["module"] == "made_up"
    other = Posterior("made_up", "made up", 2025.0, {"exponent_sum": {"quantiles": list(np.exp(SCORES))}}, ())
    assert load(posterior=other).digest != scenario.digest


def test_what_the_user_says_counts_more():
    fixed = load(overrides={"exponent_sum": 0.7})
    assert fixed.priors["exponent_sum"].distribution.quantile(0.5) == 0.7
    assert fixed.priors["tokens_per_param_1e21"].stated is not None
    narrowed = load(overrides={"priors.tokens_per_param_1e21.interval": [20.0, 21.0]})
    assert 20.0 < narrowed.priors["tokens_per_param_1e21"].distribution.quantile(0.5) < 21.0


def test_what_an_extending_scenario_says_counts_more_than_inherited_evidence(tmp_path):
    child = tmp_path / "child.toml"
    own = """
[priors.exponent_sum]
family = "fixed"
value = 0.8
unit = "1"
meaning = "own"
source = "own"
date = 2024-01-01
confidence = "low"
"""
    child.write_text(f'schema = 1\nname = "child"\nextends = "parent.toml"\n{own}', encoding="utf-8")
    baseline = (files.folder() / "baseline.toml").read_text(encoding="utf-8").split("[evidence]")[0]
    rest = (files.folder() / "baseline.toml").read_text(encoding="utf-8").split("[anchors]")[1]
    parent = f'{baseline.split("[anchors]")[0]}\n[evidence]\nmodules = ["made_up"]\n\n[anchors]{rest}'
    (tmp_path / "parent.toml").write_text(parent, encoding="utf-8")
    found = load_scenario(child, posterior=lambda *_: POSTERIOR)
    assert found.priors["exponent_sum"].distribution.quantile(0.5) == 0.8
    assert found.priors["tokens_per_param_1e21"].stated is not None


def test_evidence_of_later_than_the_as_of_date_is_never_used():
    assert shipped("scaling").newest <= 2026.84
    with pytest.raises(ScenarioError, match="after the as-of date; load it with"):
        load_scenario("baseline", {"evidence": {"modules": ["scaling"]}}, as_of=2020.0)


def test_a_level_brings_its_anchor_along():
    level = {"quantiles": list(np.exp(0.5 * SCORES + 60.0))}
    early, late = (
        Posterior("made_up", "made up", 2025.0, {"frontier_flop": level}, (), {"frontier": date})
        for date in (2019.25, 2025.8)
    )
    moved = load(posterior=early)
    assert moved.anchors["frontier"] == 2019.25
    assert moved.resolved()["anchors"]["frontier"] == 2019.25
    assert moved.digest != load(posterior=late).digest
    own = {"anchors.frontier": 2024.0, "evidence.keep": ["frontier_flop"]}
    kept = load(overrides=own, posterior=early)
    assert kept.priors["frontier_flop"].stated is None
    assert kept.anchors["frontier"] == 2024.0


def test_an_anchor_does_not_move_from_under_other_levels():
    stock = {"quantiles": list(np.exp(0.5 * SCORES + 33.0))}
    posterior = Posterior("made_up", "made up", 2025.0, {"text_tokens": stock}, (), {"supply": 2024.0})
    assert load(posterior=posterior).anchors["supply"] == 2024.0
    with pytest.raises(
        ScenarioError, match=r"anchors.supply: need 2024,.* got 2025; private_text_tokens, .*evidence.keep"
    ):
        load(overrides={"anchors.supply": 2025.0}, posterior=posterior)


def test_mistakes_in_the_table_are_named():
    with pytest.raises(ScenarioError, match="no posterior of 'scalin' ships; did you mean 'scaling'"):
        load_scenario("baseline", {"evidence": {"modules": ["scalin"]}})
    with pytest.raises(ScenarioError, match=r"evidence.keep: need names of inputs"):
        load_scenario("baseline", {"evidence": {"modules": ["scaling"], "keep": ["mfuu"]}})
    with pytest.raises(ScenarioError, match="evidence"):
        load_scenario("baseline", {"evidence": 3})


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"module": 1, "correlations": 3}'])
def test_a_file_that_is_no_posterior_is_refused(tmp_path, text):
    path = tmp_path / "scaling.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ScenarioError, match=r"scaling\.json: is no posterior"):
        read_posterior(path)


def test_every_shipped_posterior_can_be_trusted_and_serves_its_scenario():
    for name in available():
        scenario = load_scenario(name)
        modules = {p.statement.get("module") for p in scenario.priors.values() if p.stated is not None}
        for module in modules:
            path = files.posteriors() / f"{module}.json"
            assert json.loads(path.read_text(encoding="utf-8"))["manifest"]["diagnosis"]["trusted"]


def test_a_fit_of_ones_own_is_named_by_its_file(tmp_path):
    path = tmp_path / "mine.json"
    path.write_text((files.posteriors() / "scaling.json").read_text("utf-8"), "utf-8")
    own, ours = (
        load_scenario("baseline", {"evidence": {"modules": [module]}}) for module in (str(path), "scaling")
    )
    pair = [s.priors["params_exponent"].distribution.quantile(0.3) for s in (own, ours)]
    assert pair[0] == pair[1]
    assert own.priors["compute_growth"].stated is None
    with pytest.raises(ScenarioError, match="after the as-of date; fit it again"):
        load_scenario("baseline", {"evidence": {"modules": [str(path)]}}, "2020-01-01")
    with pytest.raises(ScenarioError, match="no file"):
        load_scenario("baseline", {"evidence": {"modules": ["missing.json"]}})


def test_evidence_can_be_switched_off():
    scenario = load_scenario("baseline", {"evidence": {"modules": []}})
    assert all(prior.stated is None for prior in scenario.priors.values())


def test_a_silent_module_leaves_every_stated_prior():
    told = load_scenario("baseline", posterior=lambda module, _: silent(module))
    assert told.digest == load_scenario("baseline", posterior=silent).digest
    assert all(prior.stated is None for prior in told.priors.values())
    assert "compute" in told.modules
    assert load_scenario("epoch2030").modules == ()
