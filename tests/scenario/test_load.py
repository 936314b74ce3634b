"""Loading: extension, overrides and dates."""

import datetime as dt
import json
import subprocess
import sys

import pytest

from datawall.model.clock import ANCHORS
from datawall.model.inputs import in_play
from datawall.scenario import Scenario, ScenarioError, load_scenario, parse_override
from datawall.scenario.schema import AnchorsTable
from datawall.units import decimal_year
from support.scenario_files import prior, valid_scenario, write


@pytest.fixture
def path(tmp_path):
    return write(tmp_path / "made-up.toml", valid_scenario())


@pytest.fixture
def child(tmp_path, path):
    tables = {
        "schema": 1,
        "extends": path.name,
        "name": "child",
        "horizon": 2040,
        "anchors": {"power": 2025.0},
        "questions": {"generations": [6]},
        "priors": {"mfu": prior("mfu", family="uniform", bounds=[0.2, 0.4])},
        "correlations": [{"inputs": ["mfu", "text_tokens"], "spearman": 0.2, "source": "made up"}],
    }
    return write(tmp_path / "child.toml", tables)


def test_a_scenario_states_the_anchors_that_the_clock_needs():
    # listed apart, for the clock loads JAX and a scenario is read without it
    assert tuple(AnchorsTable.model_fields) == ANCHORS


def test_a_complete_scenario(path):
    scenario = load_scenario(path)
    assert isinstance(scenario, Scenario)
    assert scenario.as_of == decimal_year(dt.date(2026, 11, 1))
    assert scenario.anchors["frontier"] == 2026.0
    assert scenario.questions.generations == (5.0, 5.5, 6.0)
    assert list(scenario.priors) == list(in_play(scenario.questions.parts))
    assert scenario.priors["mfu"].statement["family"] == "logit_normal"
    assert scenario.priors["mfu"].unit == "fraction"
    assert json.loads(json.dumps(scenario.resolved())) == scenario.resolved()


def test_child_replaces_priors_whole_and_merges_tables(child, path):
    scenario, parent = load_scenario(child), load_scenario(path)
    assert scenario.name == "child"
    assert scenario.title == parent.title
    assert scenario.horizon == 2040
    assert scenario.anchors == {**parent.anchors, "power": 2025.0}
    assert scenario.questions.generations == (6.0,)
    assert scenario.questions.levels("tokens") == parent.questions.levels("tokens")
    assert dict(scenario.priors["mfu"].statement) == {"family": "uniform", "bounds": (0.2, 0.4)}
    assert scenario.priors["text_tokens"] == parent.priors["text_tokens"]
    assert [c.inputs for c in scenario.correlations] == [("mfu", "text_tokens")]


def test_digest_follows_the_content(path, child, tmp_path):
    scenario = load_scenario(path)
    copy = valid_scenario()
    copy["priors"] = dict(reversed(copy["priors"].items()))
    copy["horizon"] = 2050.0
    assert load_scenario(write(tmp_path / "copy.toml", copy)).digest == scenario.digest
    assert len(scenario.digest) == 64
    assert load_scenario(path, {"horizon": 2051}).digest != scenario.digest
    assert load_scenario(child).digest != scenario.digest


@pytest.mark.parametrize("as_of", [dt.date(2024, 7, 1), "2024-07-01", decimal_year(dt.date(2024, 7, 1))])
def test_as_of_in_every_form(path, as_of):
    scenario = load_scenario(path, as_of=as_of)
    assert scenario.as_of == decimal_year(dt.date(2024, 7, 1))
    assert scenario.sources_after_as_of() == list(scenario.priors)


def test_overrides(path):
    scenario = load_scenario(
        path,
        {
            "mfu": 0.4,
            "repetition_form": "additive_penalty",
            "horizon": 2060,
            "questions.generations": [5, 6],
            "anchors.power": 2025.5,
            "priors.text_tokens.interval": [1e14, 1e15],
        },
    )
    assert scenario.priors["mfu"].distribution.quantile(0.3) == 0.4
    assert scenario.priors["repetition_form"].distribution.quantile(0.3) == 1.0
    assert scenario.horizon == 2060
    assert scenario.questions.generations == (5.0, 6.0)
    assert scenario.anchors["power"] == 2025.5
    assert scenario.priors["text_tokens"].distribution.quantile([0.1, 0.9]) == pytest.approx([1e14, 1e15])
    assert scenario.sources_after_as_of() == []


def test_an_intervention_is_never_later_than_the_as_of_date(path):
    scenario = load_scenario(path, {"mfu": 0.4}, as_of=2024.5)
    assert set(scenario.sources_after_as_of()) == set(scenario.priors) - {"mfu"}


def test_fixing_a_correlated_input_drops_its_correlations(path):
    joint = load_scenario(path, {"run_budget_growth": 2.0}).joint()
    assert joint.structure.correlated == ()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("mfu=0.4", ("mfu", 0.4)),
        (" horizon = 2060 ", ("horizon", 2060)),
        ("as_of=2025-01-02", ("as_of", dt.date(2025, 1, 2))),
        ("multimodal=used", ("multimodal", "used")),
        ("priors.mfu.interval=[.2, .5]", None),
        ("priors.mfu.interval=[0.2, 0.5]", ("priors.mfu.interval", [0.2, 0.5])),
        ("mfu", None),
        ("=3", None),
        ("mfu=", None),
        ("mfu=1\nhorizon=2", None),
        ("a b=1", None),
    ],
)
def test_parse_override(text, expected):
    if expected is None:
        with pytest.raises(ScenarioError, match="override"):
            parse_override(text)
    else:
        assert parse_override(text) == expected


def test_option_order_in_the_file_does_not_matter(tmp_path):
    tables = valid_scenario()
    tables["priors"]["release_outcome"] |= {
        "options": ["cancelled", "slipped", "staged", "on_time"],
        "weights": [0.1, 0.2, 0.3, 0.4],
    }
    scenario = load_scenario(write(tmp_path / "s.toml", tables))
    weights = scenario.priors["release_outcome"].distribution.cdf([0.0, 1.0, 2.0, 3.0])
    assert weights == pytest.approx([0.4, 0.7, 0.9, 1.0])


def test_importing_and_loading_a_scenario_loads_no_jax(path):
    code = (
        "import sys; from datawall.scenario import load_scenario, markdown; "
        f"load_scenario({str(path)!r}).joint(); assert 'jax' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
