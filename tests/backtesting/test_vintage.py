"""A scenario as it would have been believed: what was stated later is gone, what was known then stays."""

import datetime as dt
import json
from dataclasses import replace
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from datawall.backtesting import vintage
from datawall.backtesting.questions import NothingKnownError
from datawall.backtesting.vintage import NO_SLOWDOWN, as_known, inputs_asked, published
from datawall.model.clock import clock_at
from datawall.model.frontier import ceilings
from datawall.model.inputs import DECLARATIONS, Inputs
from datawall.model.release import release_delay
from datawall.scenario import ScenarioError, files, load_scenario
from support.scenario_files import valid_scenario, write

ORIGIN = 2022.0
EARLY, LATE = dt.date(2021, 6, 1), dt.date(2022, 6, 1)
SPEND = {name for name, d in DECLARATIONS.items() if "ceilings.spend" in d.parts}
FRONTIER = {"frontier_flop", "compute_growth"}


@pytest.fixture
def posterior(tmp_path):
    """Return the path of a posterior of the frontier whose evidence was known in 2021."""
    content = json.loads((files.posteriors() / "compute.json").read_text(encoding="utf-8"))
    path = tmp_path / "frontier.json"
    path.write_text(json.dumps(content | {"newest": 2021.5}), encoding="utf-8")
    return str(path)


def stated(folder, early=(), modules=()):
    """Write a scenario in which somebody stated some inputs before the origin and all others after it."""
    tables: dict[str, Any] = valid_scenario() | {"evidence": {"modules": list(modules)}}
    tables["anchors"]["frontier"] = 2025.8
    for name, prior in tables["priors"].items():
        prior["date"] = EARLY if name in early else LATE
    return write(folder / "made-up.toml", tables)


def test_only_the_trend_outlives_ceilings_stated_later(tmp_path, posterior):
    found = as_known(stated(tmp_path, modules=[posterior]), ORIGIN)
    assert found.scenario.as_of == ORIGIN
    assert found.scenario.questions.ceilings == ("trend",)
    assert "run_budget_usd" not in found.scenario.priors


def test_a_ceiling_stated_before_stays(tmp_path, posterior):
    kept = as_known(stated(tmp_path, SPEND, [posterior]), ORIGIN)
    assert kept.scenario.questions.ceilings == ("trend", "spend")
    one_late = as_known(stated(tmp_path, SPEND - {"flop_per_usd_growth"}, [posterior]), ORIGIN)
    assert one_late.scenario.questions.ceilings == ("trend",)


@pytest.mark.parametrize(
    "early", [(), ("slowdown_date",), ("growth_kept",), ("slowdown_date", "growth_kept")]
)
def test_a_slowdown_stated_later_is_taken_out(tmp_path, posterior, early):
    priors = as_known(stated(tmp_path, early, [posterior]), ORIGIN).scenario.priors
    for name, value in NO_SLOWDOWN.items():
        assert (priors[name].distribution.params.get("value") == value) == (len(early) < 2)


def test_what_still_takes_part_is_listed(tmp_path, posterior):
    found = as_known(stated(tmp_path, ("release_outcome",), [posterior]), ORIGIN).hindsight
    assert "training_days" in found
    assert "post_training_lag_months" in found
    assert not {"release_outcome", "mfu", "text_tokens", "slowdown_date", *FRONTIER} & {*found}


def test_a_frontier_stated_later_is_nothing_known(tmp_path):
    # the module of prices says nothing of the frontier, and knew nothing in 2012 anyway
    with pytest.raises(
        NothingKnownError, match="frontier_flop and compute_growth as stated rest on what came"
    ):
        as_known(stated(tmp_path, modules=["price"]), 2012.0)
    early = stated(tmp_path, FRONTIER, ["price"])
    assert as_known(early, ORIGIN).scenario.priors["frontier_flop"].stated is None


def test_without_evidence_of_its_time_the_baseline_is_silent():
    with pytest.raises(NothingKnownError, match="the evidence known by then is too little"):
        as_known("baseline", 2012.0)


def test_a_posterior_that_knows_more_is_refused(tmp_path, posterior):
    with pytest.raises(ScenarioError, match="knows evidence of 2021"):
        as_known(stated(tmp_path, modules=[posterior]), 2021.0)


def test_modules_that_say_nothing_of_runs_are_left_out(tmp_path, posterior):
    path = stated(tmp_path, modules=[posterior, "price"])
    assert as_known(path, ORIGIN).scenario.content["evidence"]["modules"] == [posterior]


def test_nothing_but_late_ceilings_is_nothing_known(tmp_path, posterior):
    path = stated(tmp_path, modules=[posterior])
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace('"trend", ', ""), encoding="utf-8")
    with pytest.raises(NothingKnownError, match="everything that limits the largest run"):
        as_known(path, ORIGIN)


def test_published_forecasts_are_asked_at_their_own_date():
    dates = published()
    assert dates["gptn2024"] == 2024.0
    own = {"epoch2030", "takeoff2022", "aifutures2025", "directapproach2023", "nesov2026", "villalobos2024"}
    assert own < dates.keys()
    assert not {"baseline", "bullish", "bearish"} & dates.keys()
    found = as_known("gptn2024", 2024.0)
    assert found.scenario.digest == load_scenario("gptn2024").digest
    assert "table_index_error" in found.hindsight
    with pytest.raises(NothingKnownError, match="ask it at its own date, 2024-01-01"):
        as_known("gptn2024", 2023.0)


def read_by(scenario):
    """Return the inputs that move any ceiling or the release of a scenario, found by moving each of them."""
    clock = clock_at(scenario.as_of, scenario.anchors)
    shapes = {"": (), "generation": (len(scenario.questions.generations),)}
    base = {
        name: np.full(shapes[DECLARATIONS[name].per], prior.distribution.score_quantile(0.2))
        for name, prior in scenario.priors.items()
    }

    def outputs(values):
        inputs = Inputs(**values)
        paths = ceilings(inputs, clock, scenario.questions.ceilings)
        levels = [path.at(t) for path in paths for t in (-2.0, 1.0, 12.0)]
        return jnp.stack([*levels, *release_delay(inputs, scenario.questions)])

    moved = [
        base | {name: 1.0 - value if DECLARATIONS[name].options else 1.1 * value}
        for name, value in base.items()
    ]
    rows = {name: np.stack([values[name] for values in (base, *moved)]) for name in base}
    found = np.asarray(jax.jit(jax.vmap(outputs))(rows))
    return {name for name, row in zip(base, found[1:], strict=True) if np.abs(row - found[0]).max() > 1e-5}


@pytest.mark.parametrize("name", ["baseline", "epoch2030", "gptn2024"])
def test_every_input_that_counts_is_asked_about(monkeypatch, name):
    scenario = load_scenario(name)
    found = read_by(scenario)
    assert found <= inputs_asked(scenario.questions)
    # some are in play whatever is asked: had they no parts of their own, they would be missed
    silent = {
        name: replace(declared, parts=()) if declared.always else declared
        for name, declared in DECLARATIONS.items()
    }
    monkeypatch.setattr(vintage, "DECLARATIONS", silent)
    assert not found <= inputs_asked(scenario.questions)
