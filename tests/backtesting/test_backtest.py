"""A backtest as a whole, put together from parts that need no model."""

import json
import shlex
import shutil
from dataclasses import replace

import numpy as np
import pytest
import xarray as xr

from datawall.backtesting.backtest import run
from datawall.backtesting.plan import make_plan
from datawall.backtesting.questions import TARGETS
from datawall.backtesting.scenario_forecaster import WORLD_TARGETS
from datawall.errors import DatawallError
from datawall.scenario import files
from support.backtest_parts import LATE, PUBLISHED, Toy, changed_after, series

ASKED = {"start": "2019-01", "end": "2026-01", "every": "1y", "horizons": ("1y", "2y"), "draws": 500}


def plan(*scenarios, **changes):
    return make_plan(scenarios or ("baseline", "bearish"), **(ASKED | changes))


@pytest.fixture(scope="module")
def toy():
    return Toy()


@pytest.fixture(scope="module")
def tree(toy):
    return run(plan(), toy.parts())


@pytest.fixture(scope="module")
def manifest(tree):
    return json.loads(tree.attrs["manifest"])


def group(tree, name):
    return tree[name].to_dataset(inherit=False)


def test_the_tree_has_the_groups_and_labels_that_readers_rely_on(tree):
    assert set(tree.children) == {
        "questions",
        "forecasts",
        "skill",
        "coverage",
        "widening",
        "reference",
        "revision",
    }
    assert set(tree["forecasts"].children) == {"baseline", "bearish", "persistence", "trend", *PUBLISHED} - {
        "nesov2026"
    }
    asked = group(tree, "questions")
    assert set(asked.data_vars) == {
        "target",
        "item",
        "origin",
        "horizon",
        "outcome",
        "window_first",
        "window_last",
        "state",
        "came",
    }
    for one in tree["forecasts"].children.values():
        assert one.sizes == {"question": asked.sizes["question"], "level": 11}
        assert {"quantile", "crps", "log_score", "brier", "pit_low", "pit_high", "width80"} == set(
            one.data_vars
        )
    assert set(tree["skill"].children) == {"baseline", "bearish", "epoch2030"}
    assert set(tree["skill/baseline"].children) == {"persistence", "trend", "epoch2030"}
    assert set(tree["skill/bearish"].children) == {"persistence", "trend", "baseline"}
    assert set(tree["skill/epoch2030"].children) == {"persistence", "trend"}
    assert set(tree["widening/trend"].data_vars) == {"factor", "low", "high"}
    assert list(tree["coverage/trend"]["horizon"].values) == [0.0, 1.0, 2.0]
    assert "quantiles" in tree["revision"].children


def test_it_can_be_written_and_read(tree, tmp_path):
    tree.to_netcdf(tmp_path / "backtest.nc", engine="h5netcdf")
    with xr.open_datatree(tmp_path / "backtest.nc", engine="h5netcdf") as found:
        xr.testing.assert_equal(found["questions"].to_dataset(), group(tree, "questions"))
        assert found.attrs["manifest"] == tree.attrs["manifest"]


def test_quantiles_are_those_of_the_answers_and_scores_stand_at_told_questions_only(tree, toy):
    asked, found = group(tree, "questions"), group(tree, "forecasts/trend")
    source = toy.parts().naive(ASKED["draws"], 0)["trend"]
    for place in (0, 20):
        row = asked.isel(question=place)
        (question,) = [
            q
            for q in toy.questions_at(row["origin"].item(), [row["horizon"].item()])
            if (q.target, q.item) == (row["target"].item(), row["item"].item())
        ]
        draws = source([question])[question]
        expected = np.quantile(draws, found["level"], method="inverted_cdf")
        np.testing.assert_array_equal(found["quantile"].isel(question=place), expected)
    told = asked["state"] != "unresolved"
    np.testing.assert_array_equal(found["crps"].notnull(), told & found["quantile"].notnull().all("level"))
    np.testing.assert_array_equal(asked["outcome"].notnull(), told)
    assert {"happened", "open", "unresolved"} == set(asked["state"].values)


def test_what_could_not_be_answered_is_recorded_with_its_reason(manifest):
    skipped = [tuple(row) for row in manifest["skipped"]]
    for who in ("baseline", "bearish"):
        assert (who, "training_set", 2019.0, "nothing was known by 2019") in skipped
    assert ("persistence", "first_above", 2019.0, "a last value has no date") in skipped
    assert ("nesov2026", "", 2026.47, "its as-of date is not between the first and last origin") in skipped
    assert not [row for row in skipped if row[0] == "trend"]


@pytest.mark.parametrize(
    ("asked", "reason"),
    [
        ({"scenarios": ("epoch2030",)}, "uses no evidence"),
        ({"scenarios": ("baseline",), "end": "2024-01"}, "needs two origins"),
    ],
)
def test_a_revision_that_cannot_be_told_is_skipped_with_its_reason(asked, reason):
    found = run(plan(*asked.pop("scenarios"), **({"start": "2024-01"} | asked)), Toy().parts())
    (row,) = (row for row in json.loads(found.attrs["manifest"])["skipped"] if row[1] == "revision")
    assert reason in row[3]
    assert "revision" not in found.children


@pytest.mark.parametrize(("start", "end"), [("2019-01", "2024-01"), ("2025-01", "2026-01")])
def test_the_tables_of_mid_2024_are_for_backtests_that_cross_it(start, end, tree):
    found = run(plan("baseline", start=start, end=end), Toy().parts())
    (row,) = (row for row in json.loads(found.attrs["manifest"])["skipped"] if row[1] == "reference")
    assert "mid-2024 is not between" in row[3]
    assert "reference" not in found.children
    assert "reference" in tree.children


def test_who_answered_only_what_cannot_be_told_yet_is_named():
    parts = replace(Toy().parts(), published=lambda: {"aifutures2025": 2025.8})
    found = run(plan("baseline"), parts)
    skipped = [tuple(row) for row in json.loads(found.attrs["manifest"])["skipped"]]
    said = "nothing that it was asked can be told yet"
    assert [row[:3] for row in skipped if row[3] == said] == [("aifutures2025", "", 2025.8)]
    assert "aifutures2025" in found["forecasts"].children


def test_no_question_goes_without_an_answer_or_a_reason(tree, manifest):
    """Whoever is silent about a target at an origin where it is asked has a reason there."""
    asked = group(tree, "questions")
    reasons = {(who, target, origin) for who, target, origin, _ in manifest["skipped"]}
    for who in ("baseline", "bearish", "persistence", "trend"):
        silent = group(tree, f"forecasts/{who}")["quantile"].isnull().all("level").values
        for target, origin in zip(
            asked["target"].values[silent], asked["origin"].values[silent], strict=True
        ):
            is_extra = origin in PUBLISHED.values() and who == "bearish"
            assert is_extra or (who, target, origin) in reasons


def test_a_published_forecast_is_asked_at_its_own_date_with_the_main_scenario_beside_it(tree, toy):
    asked = group(tree, "questions")
    answered = group(tree, "forecasts/epoch2030")["quantile"].notnull().all("level").values
    assert set(asked["origin"].values[answered]) == {PUBLISHED["epoch2030"]}
    at = asked["origin"].values == PUBLISHED["epoch2030"]
    assert set(asked["target"].values[at]) <= set(WORLD_TARGETS)
    assert group(tree, "forecasts/baseline")["quantile"].notnull().all("level").values[at].all()
    assert [name for name, origin in toy.worlds if origin == PUBLISHED["epoch2030"]] == [
        "baseline",
        "epoch2030",
    ]


def test_a_published_forecast_that_is_asked_for_is_a_scenario_like_others():
    toy = Toy()
    found = run(plan("epoch2030", start="2025-01"), toy.parts())
    assert [row for row in toy.worlds if row[0] == "epoch2030"] == [
        ("epoch2030", 2025.0),
        ("epoch2030", 2026.0),
    ]
    assert set(found["skill/epoch2030"].children) == {"persistence", "trend"}


def test_the_manifest_says_what_was_asked(manifest):
    assert manifest["scenarios"] == ["baseline", "bearish"]
    assert (manifest["start"], manifest["end"], manifest["every"]) == ("2019-01", "2026-01", "1y")
    assert manifest["horizons"] == ["1y", "2y"]
    assert (manifest["draws"], manifest["seed"]) == (500, 0)
    assert manifest["command"] == (
        "datawall backtest baseline bearish --from 2019-01 --to 2026-01 --every 1y --horizon 1y,2y "
        "--draws 500 --seed 0"
    )
    assert manifest["hindsight"]["2019.000"] == list(LATE)
    assert manifest["verdicts"]
    assert len(manifest["code_digest"]) == len(manifest["evidence_digest"]) == 64


def test_the_command_names_scenarios_by_their_paths(tmp_path):
    path = tmp_path / "of mine.toml"
    path.write_text('schema = 1\nname = "mine"\nextends = "baseline"\n', encoding="utf-8")
    assert shlex.split(plan("baseline", path).request.command)[2:4] == ["baseline", str(path)]


def test_two_files_of_one_name_are_told_apart(tmp_path):
    for name in ("a.toml", "b.toml"):
        (tmp_path / name).write_text('schema = 1\nname = "mine"\nextends = "baseline"\n', encoding="utf-8")
    with pytest.raises(DatawallError, match=r"b\.toml: another forecaster is called mine; rename"):
        plan(tmp_path / "a.toml", tmp_path / "b.toml")


def test_a_plan_knows_its_evidence(tmp_path, monkeypatch):
    before = plan("baseline")
    assert plan("baseline").request.folder == before.request.folder
    copy = tmp_path / "priors"
    shutil.copytree(files.folder(), copy)
    monkeypatch.setattr(files, "folder", lambda: copy)
    assert plan("baseline").request.folder == before.request.folder
    for file in ("evidence/hardware.csv", "latents.toml"):
        with (copy / file).open("a", encoding="utf-8") as lines:
            lines.write("\n")
        after = plan("baseline")
        assert after.request.folder != before.request.folder
        assert after.digests == before.digests
        before = after


def test_nothing_known_after_an_origin_changes_a_forecast_of_it():
    """The only thing that may change are outcomes, and so the scores."""
    cut = 2022.6
    before, after = (
        run(plan("baseline"), Toy(known).parts()) for known in (series(), changed_after(series(), cut))
    )
    asked = group(before, "questions")
    early = asked["origin"].values <= cut
    for who in before["forecasts"].children:
        one, other = (group(tree, f"forecasts/{who}")["quantile"].values for tree in (before, after))
        np.testing.assert_array_equal(one[early], other[early])
        if who in ("baseline", "trend"):
            assert (one[~early] != other[~early]).any()  # the change is one that forecasts can show
    outcomes = [group(tree, "questions")["outcome"].values[early] for tree in (before, after)]
    assert (outcomes[0] != outcomes[1]).any()


def test_a_forecaster_that_peeks_is_caught_by_that_comparison():
    class Peeking(Toy):
        def _answer(self, question, normal):
            return self.known.record(question.until) + 0.1 * normal

    one, other = (
        group(run(plan("baseline"), Peeking(known).parts()), "forecasts/baseline")["quantile"].values
        for known in (series(), changed_after(series(), 2022.6))
    )
    early = group(run(plan("baseline"), Peeking().parts()), "questions")["origin"].values <= 2022.6
    assert (one[early] != other[early]).any()


def test_progress_goes_up_to_all_there_is():
    told = []
    run(plan("baseline"), Toy().parts(), lambda done, total: told.append((done, total)))
    done, totals = zip(*told, strict=True)
    assert list(done) == sorted(done)
    assert set(totals) == {done[-1]}
    assert len(done) > 8 * len(TARGETS)


@pytest.mark.parametrize(
    ("scenarios", "changes", "words"),
    [
        (("nowhere",), {}, ["nowhere", "baseline"]),
        (("baseline", "baseline"), {}, ["baseline: given twice; drop one"]),
        ((), {"draws": 0}, ["--draws", "0", "400 to 1048576"]),
        ((), {"draws": 10}, ["--draws", "10", "400 to 1048576"]),
        ((), {"draws": 0.5}, ["--draws", "0.5"]),
        ((), {"seed": -1}, ["seed", "-1"]),
        ((), {"every": "0mo"}, ["--every", "0mo"]),
        ((), {"end": "2099-01"}, ["--to 2099-01", "newest evidence"]),
    ],
)
def test_what_cannot_be_used_is_refused_before_anything_is_asked(scenarios, changes, words):
    with pytest.raises(DatawallError) as caught:
        plan(*scenarios, **changes)
    assert all(word in str(caught.value) for word in words), str(caught.value)
