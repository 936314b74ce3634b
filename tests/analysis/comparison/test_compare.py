"""Comparisons as a whole: against closed forms, forecasts of the hybrids, and independent random numbers."""

import itertools
import json

import numpy as np
import pytest

import datawall
from datawall.analysis.comparison import hybrid as hybrids
from datawall.analysis.comparison.compare import Counter
from datawall.analysis.comparison.datatree import members
from datawall.analysis.comparison.hybrid import Pair, aligned, frame_of
from datawall.analysis.comparison.targets import wanted_targets
from datawall.sampling.samplers import SAMPLERS
from support import pairs

pytestmark = pytest.mark.integration

WALL = "wall.tokens[4]"
SWAPPED = ("compute", "data", "law", "policy")
RESOLUTION = 2e-3
"""What the bins of a date, 1/64 of a year, may cost a median [year]."""


@pytest.fixture(scope="module")
def apart(tree):
    return tree["decompositions/other"].to_dataset().sel(output=WALL)


def counter_of(first, other, seed=0):
    return Counter(frame_of([first, other]), pairs.DRAWS, seed, SAMPLERS["sobol"], lambda: None)


def median(pair, groups, seed=0):
    """Return the median wall date of a hybrid, in years since the common start."""
    (target,) = wanted_targets(pair.first, True, [WALL])
    return target.answers(counter_of(pair.first, pair.other, seed)(pair, pair.hybrid(groups)).pushed)[0, 0]


def test_every_hybrid_has_the_median_of_its_closed_form(apart):
    assert apart["measure"] == "median"
    for mask, name in enumerate(apart["hybrid"].values):
        groups = members(mask, SWAPPED)
        assert name == ("+".join(groups) or "none")
        expected = pairs.wall_date(*pairs.mixed(set(groups)))
        found = apart.sel(hybrid=name)
        assert abs(found["answer"] - expected) < 4.0 * found["answer_mcse"] + RESOLUTION, name


def test_effects_are_those_of_the_closed_form(apart):
    def date(groups):
        return pairs.wall_date(*pairs.mixed(set(groups)))

    orders = list(itertools.permutations(SWAPPED))
    for group in SWAPPED:
        steps = [
            date(order[: order.index(group) + 1]) - date(order[: order.index(group)]) for order in orders
        ]
        rest = set(SWAPPED) - {group}
        expected = {
            "shapley": np.mean(steps),
            "from_other": date({group}) - date(set()),
            "from_first": date(SWAPPED) - date(rest),
        }
        for effect, value in expected.items():
            found, error = (apart[name].sel(group=group).item() for name in (effect, f"{effect}_mcse"))
            assert abs(found - value) < 4.0 * error + RESOLUTION, (group, effect)


def test_effects_sum_to_the_difference(tree):
    found = tree["decompositions/other"].to_dataset()
    np.testing.assert_allclose(found["shapley"].sum("group"), found["total"], atol=1e-9)
    np.testing.assert_allclose(found["first"] - found["other"], found["total"], atol=1e-9)
    # in this pair growth and levels interact, so swapping one at a time leaves a rest
    assert abs(found["from_other"].sum("group") - found["total"]).sel(output=WALL) > 0.1


def test_groups_that_do_not_differ_are_not_swapped(tree):
    assert tuple(tree["decompositions/other"]["group"].values) == SWAPPED


@pytest.mark.parametrize("groups", [(), ("data",), SWAPPED], ids="+".join)
def test_a_hybrid_is_the_forecast_of_the_scenario_that_it_stands_for(load, tree, groups):
    by_hand = load("by-hand", *pairs.mixed(set(groups)))
    forecast = datawall.forecast(by_hand, draws=pairs.DRAWS)
    expected = forecast["summary/wall_date"].sel(wall="tokens[4]", quantile=0.5).item()
    found = tree["decompositions/other"].to_dataset().sel(output=WALL, hybrid="+".join(groups) or "none")
    assert found["answer"].item() == pytest.approx(expected, abs=RESOLUTION)
    if len(groups) != 1:
        end = tree["scenarios/first" if groups else "scenarios/other"]
        for path in ("frontier_flop", "supply_tokens", "efficiency"):
            np.testing.assert_allclose(end["summary"][path], forecast["summary"][path], rtol=1e-5)


def test_a_hybrid_that_forgets_an_anchor_is_caught(first, other, monkeypatch):
    pair = Pair(*aligned([first, other]))
    expected = pairs.wall_date(*pairs.mixed({"data"})) - pair.first.as_of
    assert abs(median(pair, ("data",)) - expected) < 0.05
    monkeypatch.setitem(hybrids.ANCHORS, "supply", "compute")
    assert abs(median(pair, ("data",)) - expected) > 0.05


def test_a_level_is_carried_to_the_anchor_of_another_group(load):
    """One path of money and prices, stated in 2026 and in 2028, has one date in every hybrid."""
    binding = {"frontier_flop": 1e31, "run_budget_growth": 3.0, "flop_per_usd_growth": 1.5}
    then = {"run_budget_usd": 1e9, "usd_per_h100e_hour": 4.0}
    later = {"run_budget_usd": 9e9, "usd_per_h100e_hour": 4.0 / 1.5**2}
    anchors = pairs.FIRST_ANCHORS
    one = load("one", pairs.FIRST | binding | then, anchors)
    two = load("two", pairs.FIRST | binding | later, anchors | {"spending": 2028.0})
    tree = datawall.compare(one, two, draws=512, outputs=["compute_date[1e29]"])
    found = tree["decompositions/two"].to_dataset()
    assert set(found["group"].values) == {"compute", "hardware"}
    np.testing.assert_allclose(found["answer"], found["first"].item(), atol=1e-4)


def test_a_scenario_does_not_differ_from_itself(other):
    tree = datawall.compare(other, other, draws=512)
    assert list(tree["scenarios"].children) == ["other", "other-2"]
    found = tree["decompositions/other-2"].to_dataset()
    assert found.sizes["group"] == 0
    assert (found["total"] == 0.0).all()
    apart = tree["differences/other-2/summary"].to_dataset()
    assert (apart["frontier_flop"] == 1.0).all()
    assert (apart["wall_date_never"] == 0.0).all()


def test_common_random_numbers_shrink_the_error(first, other, apart):
    """Paired differences spread less than those of different seeds, and as much as their error says."""
    pair = Pair(*aligned([first, other]))
    one, two = (np.array([median(pair, groups, seed) for seed in range(1, 13)]) for groups in (SWAPPED, ()))
    paired = np.std(one - two, ddof=1)
    assert paired < 0.7 * np.std(one - np.roll(two, 1), ddof=1)
    # chi-square with 11 and 15 degrees of freedom: within a factor of 2.8 in 99.9 % of cases
    assert 1 / 2.8 < apart["total_mcse"].item() / paired < 2.8


def test_dates_count_from_the_earliest_as_of_date(tree, first, other):
    assert json.loads(tree.attrs["manifest"])["as_of"] == other.as_of < first.as_of
    dates = tree["scenarios/first/cdf"]["date"].values
    assert dates[0] == other.as_of
    # what an as-of date makes past is a date here: the closed form of the first scenario is not moved
    found = tree["scenarios/first/summary/wall_date"].sel(wall="tokens[4]", quantile=0.5).item()
    expected = pairs.wall_date(pairs.FIRST, pairs.FIRST_ANCHORS)
    assert found == pytest.approx(expected, abs=0.05)


def test_a_median_that_is_never_leaves_the_chance_by_a_date(first, load):
    plenty = load("plenty", pairs.FIRST | {"text_tokens": 1e22}, pairs.FIRST_ANCHORS)
    tree = datawall.compare(first, plenty, draws=512, outputs=[WALL])
    found = tree["decompositions/plenty"].to_dataset().sel(output=WALL)
    assert found["measure"] == "probability"
    median = tree["scenarios/first/summary/wall_date"].sel(wall="tokens[4]", quantile=0.5)
    assert found["reference"].item() == pytest.approx(median.item(), abs=RESOLUTION)
    assert found["first"].item() == pytest.approx(0.5, abs=0.01)
    assert found["other"].item() == 0.0
    assert found["shapley"].sel(group="data").item() == pytest.approx(0.5, abs=0.01)
    difference = tree["differences/plenty/summary"].to_dataset()
    assert np.isnan(difference["wall_date"].sel(wall="tokens[4]", quantile=0.5))
    assert difference["wall_date_never"].sel(wall="tokens[4]").item() == pytest.approx(-1.0, abs=0.01)
