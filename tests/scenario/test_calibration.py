"""What a backtest found is read as it was written, or refused in one sentence."""

import datetime as dt
import json

import pytest

from datawall.scenario import ScenarioError, widening

FOUND = {
    "factor": 1.3,
    "low": 1.1,
    "high": 1.6,
    "mass": 0.8,
    "held": 0.6,
    "held_widened": 0.7,
    "questions": 90,
    "origins": 12,
    "scenario": "baseline",
    "made_by": "datawall backtest --write-calibration",
    "newest": 2026.5,
}


@pytest.fixture
def path(tmp_path):
    return tmp_path / "calibration.json"


def test_what_is_written_is_read(path):
    assert widening.write(FOUND, path) == path
    assert widening.read(path).model_dump() == FOUND
    assert json.loads(path.read_text()) == FOUND


def test_the_newest_evidence_may_be_a_day(path):
    widening.write(FOUND | {"newest": dt.date(2026, 1, 1)}, path)
    assert widening.read(path).newest == 2026.0


@pytest.mark.parametrize(("factor", "applied"), [(1.3, 1.3), (1.0, 1.0), (0.7, 1.0)])
def test_forecasts_are_never_narrowed(factor, applied):
    found = widening.Calibration.model_validate(FOUND | {"factor": factor, "low": 0.5})
    assert found.applied == applied
    assert ("nothing widened" in found.sentence()) == (applied == 1.0)
    assert found.facts()["applied"] == applied
    assert found.facts()["sentence"] == found.sentence()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"factor": "1.3"}, "factor: need a number, got '1.3'"),
        ({"factor": 0.0}, "factor: need a factor from 0.1 to 10, got 0.0; run datawall backtest"),
        ({"factor": 1.05}, "factor: need low <= factor <= high, got [1.1, 1.05, 1.6]"),
        ({"questions": 0}, "questions: need greater than or equal to 1, got 0"),
        ({"origins": 1.5}, "origins: need a valid integer, got 1.5"),
        ({"mass": 80}, "mass: need 0.01 to 0.999, got 80.0"),
        ({"scenario": " "}, "scenario: need a text that is not empty"),
        ({"newest": "soon"}, "newest: need a date or a decimal year, got 'soon'"),
        ({"factr": 1.3}, "factr: unknown key; did you mean 'factor'?"),
    ],
)
def test_what_cannot_be_is_neither_written_nor_read(path, change, words):
    with pytest.raises(ScenarioError) as refused:
        widening.write(FOUND | change, path)
    assert words in str(refused.value)
    assert not path.exists()
    path.write_text(json.dumps(FOUND | change))
    with pytest.raises(ScenarioError) as refused:
        widening.read(path)
    assert str(refused.value).startswith("calibration.json: ")
    assert words in str(refused.value)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{", "cannot be read"),
        ("[]", "need a table of keys"),
        ("{}", "factor: missing"),
        (None, "there is no"),
    ],
)
def test_what_is_no_calibration_is_refused(path, text, words):
    if text is not None:
        path.write_text(text)
    with pytest.raises(ScenarioError) as refused:
        widening.read(path)
    assert words in str(refused.value)


def test_without_one_the_remedy_is_the_backtest(path):
    with pytest.raises(ScenarioError, match="run datawall backtest --write-calibration"):
        widening.read(path)
