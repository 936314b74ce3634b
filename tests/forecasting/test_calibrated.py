"""Forecasts widened by the factor of a backtest: how much, and that everything says so."""

import json

import numpy as np
import pytest
from typer.testing import CliRunner

import datawall
from datawall.cli import app
from datawall.forecasting.plan import make_plan
from datawall.reporting import report
from datawall.reporting.products import FORECAST, Product
from datawall.reporting.render.page import to_html
from datawall.scenario import ScenarioError, widening

pytestmark = pytest.mark.integration

DRAWS = 2048
FOUND = {
    "factor": 1.5,
    "low": 1.1,
    "high": 1.9,
    "mass": 0.8,
    "held": 0.6,
    "held_widened": 0.7,
    "questions": 90,
    "origins": 12,
    "scenario": "baseline",
    "made_by": "datawall backtest --write-calibration",
    "newest": 2026.5,
}
SAID = "calibrated: priors widened by 1.5, so that 80 % intervals hold 70 % (not 60 %) in its backtest"
NOTHING = "calibrated: nothing widened, as the backtest of baseline asks for a factor of 0.9 (90 questions)"


@pytest.fixture
def keep(tmp_path, monkeypatch):
    """Put a calibration in the place of the one that ships."""
    monkeypatch.setattr(widening, "place", lambda: tmp_path / widening.FILE)
    return lambda **change: widening.write(FOUND | change)


def forecast(*options):
    result = CliRunner().invoke(app, ["forecast", "--draws", str(DRAWS), "--calibrated", *options])
    assert result.exit_code == 0, result.output
    return result


def test_the_interval_of_the_answers_grows_and_the_manifest_says_so(keep):
    keep()
    stated = datawall.forecast("baseline", draws=DRAWS)
    wide = datawall.forecast("baseline", draws=DRAWS, calibrated=True)
    amounts = ("frontier_flop", "demand_tokens", "supply_tokens")
    widths = [
        np.log(tree["summary"][name].sel(quantile=0.9) / tree["summary"][name].sel(quantile=0.1))
        for tree in (stated, wide)
        for name in amounts
    ]
    for before, after in zip(widths[:3], widths[3:], strict=True):
        assert (after > 1.1 * before).all()
        assert (after < 2.5 * before).all()
    facts = json.loads(wide.attrs["manifest"])
    assert facts["calibration"]["sentence"] == SAID
    assert facts["calibration"]["applied"] == 1.5
    assert facts["scenario_resolved"]["priors"]["mfu"]["statement"]["widened"] == 1.5
    assert facts["scenario_digest"] != json.loads(stated.attrs["manifest"])["scenario_digest"]


def test_a_factor_below_one_widens_nothing_and_says_so(keep):
    keep(factor=0.9, low=0.8)
    facts = [
        json.loads(datawall.forecast("baseline", draws=DRAWS, calibrated=asked).attrs["manifest"])
        for asked in (False, True)
    ]
    assert facts[0]["result_digest"] == facts[1]["result_digest"]
    assert "calibration" not in facts[0]
    assert facts[1]["calibration"]["sentence"] == NOTHING
    assert facts[1]["calibration"]["applied"] == 1.0


def test_the_command_its_files_and_its_report_say_so(keep, tmp_path):
    keep()
    result = forecast("--out", str(tmp_path / "run"))
    assert SAID in result.stderr
    assert SAID in result.stdout.replace("Calibrated", "calibrated")
    for name in ("summary.json", "manifest.json"):
        assert SAID in (tmp_path / "run" / name).read_text()
    page = report.build([tmp_path / "run"], tmp_path / "report")
    text = to_html(page)
    assert SAID in text.replace("Calibrated", "calibrated")
    assert "--calibrated" in text


def test_runs_that_are_calibrated_have_a_folder_of_their_own(keep, tmp_path, monkeypatch):
    keep()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(Product, "save", lambda _, tree, folder: made.append(folder) or FORECAST.export(tree))
    made = []
    forecast()
    stated = make_plan("baseline", draws=DRAWS).request.folder
    assert made[0].name.startswith("forecast-baseline-")
    assert made[0] != stated


def test_workers_are_told(keep, tmp_path, monkeypatch):
    keep()
    asked = []

    def open_executor(_spread, _folder, command):
        asked.extend(command)
        raise ScenarioError("enough")

    monkeypatch.setattr("datawall.cli.forecasting.open_executor", open_executor)
    CliRunner().invoke(app, ["forecast", "--calibrated", "--out", str(tmp_path)])
    assert asked[-4:] == ["--calibrated", "--out", str(tmp_path), "--join"]


def test_without_a_backtest_one_sentence_says_what_to_do(keep):
    del keep  # the place is empty
    with pytest.raises(ScenarioError, match="run datawall backtest --write-calibration"):
        datawall.forecast("baseline", draws=DRAWS, calibrated=True)
