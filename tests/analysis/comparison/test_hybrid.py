"""Scenarios between two: whose inputs, ceilings, anchors and correlations they have."""

import copy

import numpy as np
import pytest

from datawall.analysis.comparison.hybrid import ANCHORS, Pair, aligned
from datawall.model import clock
from datawall.model.inputs import DECLARATIONS, GROUPS, group_of, in_play
from datawall.scenario import load_scenario
from support.scenario_files import prior, valid_scenario, write


def loaded(tmp_path, tables):
    return load_scenario(write(tmp_path / f"{tables['name']}.toml", tables))


@pytest.fixture
def load(tmp_path):
    def changed(name, priors=None, questions=None, anchors=None, **keys):
        tables = copy.deepcopy(valid_scenario()) | {"name": name} | keys
        tables["priors"] |= {key: prior(key, **family) for key, family in (priors or {}).items()}
        tables["questions"] |= questions or {}
        tables["anchors"] |= anchors or {}
        return loaded(tmp_path, tables)

    return changed


def pair(first, other):
    return Pair(*aligned([first, other]))


def point(value):
    return {"family": "fixed", "value": value}


def tie(one, two, spearman):
    return {"inputs": [one, two], "spearman": spearman, "source": "made up"}


def test_every_input_and_anchor_has_a_group():
    assert {group_of(name) for name in DECLARATIONS} == set(GROUPS)
    assert set(ANCHORS) == set(clock.ANCHORS)
    assert set(ANCHORS.values()) <= set(GROUPS)


def test_a_level_says_how_it_moves_where_the_anchor_is_of_another_group():
    levels = {name: declared for name, declared in DECLARATIONS.items() if declared.anchor}
    for name, declared in levels.items():
        assert bool(declared.moves_by) == (group_of(name) != ANCHORS[declared.anchor]), name
        if declared.moves_by:
            growth, exponent = declared.moves_by
            assert group_of(growth) == group_of(name)
            assert DECLARATIONS[growth].unit == "x/yr"
            assert abs(exponent) == 1.0


def test_no_group_is_swapped_between_equals(load):
    assert pair(load("one"), load("two")).groups() == ()


@pytest.mark.parametrize(
    ("change", "group"),
    [
        ({"priors": {"compute_growth": point(4.0)}}, "compute"),
        ({"priors": {"mfu": point(0.4)}}, "hardware"),
        ({"priors": {"text_quality": point(0.2)}}, "data"),
        ({"priors": {"multimodal": point("used")}}, "policy"),
        ({"priors": {"hybrid_factor": point(0.9)}}, "architecture"),
        ({"priors": {"slip_months": point(2.0)}}, "generations"),
        ({"anchors": {"power": 2025.0}}, "compute"),
        ({"anchors": {"gpt4": 2022.0}}, "generations"),
        ({"questions": {"ceilings": ["trend", "chips"]}}, "compute"),
        ({"questions": {"supply": "web_pages"}}, "data"),
        ({"questions": {"release": "table"}}, "generations"),
    ],
)
def test_a_group_is_swapped_where_it_differs(load, change, group):
    found = pair(load("one", correlations=[]), load("two", correlations=[], **change))
    assert found.groups() == (group,)


def test_what_is_correlated_with_a_swapped_group_is_swapped_too(load):
    ties = [tie("run_budget_growth", "text_tokens", -0.3), tie("text_quality", "irreducible_loss", 0.2)]
    found = pair(
        load("one", correlations=ties), load("two", {"compute_growth": point(4.0)}, correlations=ties)
    )
    assert found.groups() == ("compute", "data", "law")


def test_questions_and_dates_are_the_first_ones(load):
    first = load("one", questions={"generations": [5, 6], "ceilings": ["trend"]}, horizon=2045)
    other = load("two", questions={"generations": [5.5], "ceilings": ["power"]}, as_of=2024.5)
    one, two = aligned([first, other])
    assert one.as_of == two.as_of == 2024.5
    assert one.horizon == two.horizon == 2045
    assert one.questions.generations == two.questions.generations == (5, 6)
    assert (one.questions.ceilings, two.questions.ceilings) == (("trend",), ("power",))


def test_all_groups_make_the_first_scenario_and_none_the_other(load):
    ties = [tie("compute_growth", "text_tokens", 0.5)]
    found = pair(
        load("one", {"compute_growth": point(3.0)}, {"ceilings": ["trend"]}, {"supply": 2023.0}),
        load(
            "two",
            {"text_tokens": point(1e14)},
            {"ceilings": ["power"], "release": "table"},
            correlations=ties,
        ),
    )
    for scenario, groups in ((found.first, found.groups()), (found.other, ())):
        hybrid = found.hybrid(groups)
        names = in_play(scenario.questions.parts)
        assert hybrid.questions == scenario.questions
        assert hybrid.anchors == dict(scenario.anchors)
        assert hybrid.correlations == scenario.correlations
        swapped = {name for name in names if group_of(name) in found.groups()}
        assert {name for name in swapped if found.giver(hybrid, name) is not scenario} == set()


def test_anchors_go_with_their_group(load):
    found = pair(load("one", anchors={"supply": 2023.0, "power": 2025.0}), load("two"))
    anchors = found.hybrid(("data",)).anchors
    assert (anchors["supply"], anchors["power"]) == (2023.0, found.other.anchors["power"])


def test_an_input_that_only_one_scenario_states_comes_from_there(load, tmp_path):
    """The power ceiling of the other one brings its own watts, whoever gives the hardware."""
    tables = valid_scenario() | {"name": "first", "correlations": []}
    tables["questions"] |= {"ceilings": ["trend"]}
    power = {"site_power_w", "site_power_growth", "site_power_ceiling_w", "sites_per_run", "watts_per_h100e"}
    for name in power:
        del tables["priors"][name]
    found = pair(
        loaded(tmp_path, tables),
        load("other", {"flop_per_usd_growth": point(1.5)}, {"ceilings": ["trend", "power"]}, correlations=[]),
    )
    hybrid = found.hybrid(("hardware",))
    assert hybrid.questions.ceilings == ("trend", "power")
    assert not power & hybrid.of_first
    assert "flop_per_usd_growth" in hybrid.of_first
    assert not power & set(in_play(found.hybrid(("compute",)).questions.parts))


def test_correlations_are_kept_where_both_inputs_come_from_one_scenario(load):
    within = [tie("compute_growth", "run_budget_growth", 0.6), tie("text_tokens", "text_quality", 0.4)]
    across = [tie("compute_growth", "text_tokens", 0.5)]
    found = pair(
        load("one", {"mfu": point(0.4)}, correlations=[*within, *across]),
        load("two", correlations=[tie("compute_growth", "run_budget_growth", 0.1)]),
    )
    assert set(found.groups()) == {"compute", "hardware", "data"}
    kept = {c.inputs: c.spearman for c in found.hybrid(("compute",)).correlations}
    # the data are the other one's, which correlates none of them
    assert kept == {("compute_growth", "run_budget_growth"): 0.6}
    kept = {c.inputs: c.spearman for c in found.hybrid(("data",)).correlations}
    assert kept == {("text_tokens", "text_quality"): 0.4, ("compute_growth", "run_budget_growth"): 0.1}
    assert len(found.hybrid(("compute", "data")).correlations) == 3


def test_hybrids_of_shipped_scenarios_have_a_joint_distribution():
    from datawall.analysis.comparison.datatree import members
    from datawall.analysis.comparison.hybrid import frame_of, program

    found = pair(load_scenario("baseline"), load_scenario("seed2024"))
    groups = found.groups()
    frame = frame_of([found.first, found.other])
    programs = set()
    for mask in range(2 ** len(groups)):
        function, params = program(found, found.hybrid(members(mask, groups)), frame)
        programs.add(function)
        factor = params["cholesky"]
        np.testing.assert_allclose((factor**2).sum(axis=1), 1.0)
    # numbers are parameters of one program, so no hybrid compiles anew
    assert len(programs) == 1
