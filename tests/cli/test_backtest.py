"""`datawall backtest` and its run folder, over parts that need no model."""

import csv
import json
import shlex
import sys

import numpy as np
import pytest
import xarray as xr
from rich.console import Console
from typer.testing import CliRunner

import datawall
from datawall import cli
from datawall.backtesting import backtest
from datawall.backtesting.backtest import calibration_of
from datawall.backtesting.export import flat
from datawall.errors import DatawallError
from datawall.reporting.render import terminal
from datawall.reporting.report import read
from datawall.reporting.saved import SavedBacktest
from datawall.reporting.sections.backtest import document
from datawall.scenario import widening
from support.backtest_parts import Toy

pytestmark = pytest.mark.integration

COMMAND = ["backtest", "baseline", "bearish", "--from", "2019-01", "--to", "2026-01", "--every", "6mo"]
COMMAND += ["--horizon", "1y,2y", "--draws", "500"]


@pytest.fixture(autouse=True)
def toy_parts(monkeypatch):
    monkeypatch.setattr(backtest, "shipped_parts", Toy().parts)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("backtest")


@pytest.fixture(scope="module")
def printed(folder):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(backtest, "shipped_parts", Toy().parts)
        found = CliRunner().invoke(cli.app, [*COMMAND, "--out", str(folder)], env={"COLUMNS": "200"})
    assert found.exit_code == 0, found.exception
    return found


def rows(path):
    with path.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_verdicts_come_first_and_every_table_is_printed(printed):
    text = printed.stdout
    titles = [
        "How often did intervals hold what happened, each on what it answered?",
        "By which factor should intervals be wider?",
        "Does baseline beat simple forecasts?",
        "Against others, on what both answered, at all horizons",
        "The tables of mid-2024, by name",
        "The tables of mid-2024, by compute",
        "What was not answered, at how many origins, and why",
    ]
    places = [text.index(title) for title in titles]
    assert places == sorted(places)
    assert "80 % intervals of baseline" in text[: places[0]]
    assert "written to" in printed.stderr


def test_rows_of_published_tables_say_what_became_of_them(printed):
    named, computed = (
        line for line in printed.stdout.splitlines() if "GPT-5.5 (their bullish table)" in line
    )
    for line, words in (
        (named, ["2026.0", "2025.6", "+0.4", "2027.0 (2025.0-never)"]),
        (computed, ["2026.0", "not by 2026.5", "≤ -0.5"]),
    ):
        assert all(word in line for word in words), line


@pytest.mark.usefixtures("printed")
def test_labels_are_whole_in_a_narrow_terminal(folder):
    saved = read([folder]).backtests[0]
    with (console := Console(width=80)).capture() as shown:
        terminal.show(document(saved, in_full=False), console)
    lines = shown.get().splitlines()
    assert sum(line.startswith("GPT-5.5 (their bullish table)") for line in lines) == 2
    assert any(line.startswith("epoch2030: largest known training run") for line in lines)
    assert "…" not in shown.get()


def test_reasons_are_grouped(printed):
    (line,) = (line for line in printed.stdout.splitlines() if "a last value has no date" in line)
    assert line.startswith("persistence: first known run above an amount of compute  8, 2019.0 to 2022.5  ")


@pytest.mark.usefixtures("printed")
def test_the_folder_holds_what_the_contract_says(folder):
    assert {path.name for path in folder.iterdir()} == {
        "backtest.nc",
        "scores.csv",
        "skill.csv",
        "coverage.csv",
        "summary.json",
        "manifest.json",
    }
    summary = json.loads((folder / "summary.json").read_text())
    assert set(summary) >= {"verdicts", "skill", "coverage", "widening", "skipped", "manifest"}
    assert summary["manifest"] == json.loads((folder / "manifest.json").read_text())
    with xr.open_datatree(folder / "backtest.nc", engine="h5netcdf") as tree:
        assert json.loads(tree.attrs["manifest"]) == summary["manifest"]


@pytest.mark.usefixtures("printed")
def test_there_is_a_row_of_scores_for_each_answer(folder):
    found = rows(folder / "scores.csv")
    with xr.open_datatree(folder / "backtest.nc", engine="h5netcdf") as tree:
        answered = {
            str(who): int(one["quantile"].notnull().all("level").sum())
            for who, one in tree["forecasts"].children.items()
        }
    assert {who: sum(row["who"] == who for row in found) for who in answered} == answered
    assert list(found[0])[:9] == [
        "who",
        "target",
        "item",
        "origin",
        "horizon",
        "outcome",
        "window_first",
        "window_last",
        "state",
    ]
    assert {"q05", "q50", "q95", "crps", "log_score", "brier", "pit_low", "pit_high", "width80"} < set(
        found[0]
    )
    assert all(bool(row["crps"]) == (row["state"] != "unresolved") for row in found)


@pytest.mark.usefixtures("printed")
def test_skill_and_coverage_have_a_row_for_each_cell_with_questions(folder):
    skill, coverage = rows(folder / "skill.csv"), rows(folder / "coverage.csv")
    assert {
        "who",
        "reference",
        "target",
        "horizon",
        "crps",
        "crps_reference",
        "skill",
        "questions",
        "error",
    } == (set(skill[0]))
    assert {"who", "mass", "horizon", "target", "coverage", "questions"} == set(coverage[0])
    assert all(int(row["questions"]) > 0 for row in skill + coverage)
    (row,) = (
        row
        for row in skill
        if (row["who"], row["reference"], row["target"], row["horizon"])
        == ("baseline", "persistence", "largest_run", "1.0")
    )
    assert float(row["skill"]) == pytest.approx(1 - float(row["crps"]) / float(row["crps_reference"]))


def test_json_is_the_summary_file(tmp_path):
    found = CliRunner().invoke(cli.app, [*COMMAND, "--json", "--out", str(tmp_path)])
    assert json.loads(found.stdout) == json.loads((tmp_path / "summary.json").read_text())


def test_numbers_that_json_lacks_are_words():
    tree = datawall.backtest(start="2025-01", end="2025-01", horizons=["1y"], draws=400)
    found = flat(tree)
    json.dumps(found, allow_nan=False)
    (row,) = (row for row in found["widening"] if row["who"] == "baseline")
    assert row["low"] is None  # one origin tells nothing of how sure it is
    with (console := Console(width=200)).capture() as shown:
        terminal.show(document(SavedBacktest(tree, 0), in_full=False), console)
    assert "%" in shown.get()
    assert "±" not in shown.get().partition("Does baseline beat")[2]


def too_high(scenario, factor, asked, draws, seed):  # noqa: ARG001 - stands in for a scenario asked again
    return dict.fromkeys(asked, np.full(9, 99.0))


def test_the_widening_of_the_main_scenario_is_written_for_calibrated_forecasts(tmp_path, monkeypatch):
    written = []
    write = widening.write
    monkeypatch.setattr(
        widening,
        "write",
        lambda found: written.append(found) or write(found, tmp_path / "calibration.json"),
    )
    monkeypatch.setattr(backtest, "_answers_widened", too_high)
    found = CliRunner().invoke(cli.app, [*COMMAND, "--write-calibration", "--out", str(tmp_path)])
    assert found.exit_code == 0, found.exception
    (calibrated,) = written
    assert calibrated["low"] <= calibrated["factor"] <= calibrated["high"]
    assert 0.0 < calibrated["held"] < 1.0
    assert calibrated["held_widened"] == 0.0  # of answers that are all too high
    assert calibrated["origins"] <= 15 < calibrated["questions"]
    assert calibrated["made_by"] == shlex.join(["datawall", *COMMAND, "--seed", "0"])


def test_a_widening_of_which_nothing_is_known_is_not_written():
    tree = datawall.backtest(start="2025-01", end="2025-01", horizons=["1y"], draws=400)
    with pytest.raises(DatawallError, match=r"--write-calibration: .* ask at more origins"):
        calibration_of(tree, "baseline", 2026.5)


def test_a_widening_that_cannot_be_told_hides_no_table(tmp_path):
    asked = ["backtest", "--from", "2025-01", "--to", "2025-01", "--horizon", "1y", "--draws", "400"]
    found = CliRunner().invoke(cli.app, [*asked, "--write-calibration", "--out", str(tmp_path)])
    assert "By which factor should intervals be wider?" in found.stdout
    assert isinstance(found.exception, DatawallError)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["nowhere"], ["nowhere", "baseline"]),
        (["--from", "2019"], ["--from", "2019-01"]),
        (["--to", "2199-01"], ["--to 2199-01", "newest evidence"]),
        (["--from", "2026-02", "--to", "2026-01"], ["--from 2026-02", "swap"]),
        (["--every", "0mo"], ["--every", "0mo"]),
        (["--from", "2000-01", "--every", "1mo"], ["--every 1mo", "200"]),
        (["--horizon", "1y,soon"], ["--horizon", "soon"]),
        (["--horizon", ""], ["--horizon", "1mo"]),
        (["--draws", "0"], ["--draws", "0", "400"]),
        (["baseline", "baseline"], ["baseline", "given twice"]),
        (["--seed", "-1"], ["seed", "-1"]),
        (["--out", "/proc/none/run"], ["--out", "/proc/none/run"]),
    ],
)
def test_mistakes_end_in_one_sentence(options, words, monkeypatch, capsys, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["datawall", "backtest", *options])
    with pytest.raises(SystemExit) as stopped:
        cli.main()
    said = capsys.readouterr()
    assert stopped.value.code == 2
    assert said.out == ""
    (sentence,) = said.err.strip().splitlines()
    assert all(word in sentence for word in words), sentence
    assert not list(tmp_path.iterdir())
