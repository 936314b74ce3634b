"""Tables of runs: what is read, what is left out and named, and what is refused."""

from pathlib import Path

import numpy as np
import pytest

from datawall.errors import DatawallError
from datawall.inference.models.repetition import load_runs

HEADER = "name,params,tokens,unique_tokens,val_loss,seed,in_published_fit"


def table(tmp_path: Path, *changed: str, header: str = HEADER, rows: int = 40) -> Path:
    """Write a good table whose last rows are `changed`."""
    good = [f"run{k},1e8,{2e9 + 1e8 * k},1e9,{3.5 - 0.01 * k},,1" for k in range(rows)]
    path = tmp_path / "runs.csv"
    path.write_text("\n".join([header, *good, *changed]), encoding="utf-8")
    return path


def test_runs_set_apart_are_left_out_and_named(tmp_path):
    path = table(tmp_path, "again,1e8,2e9,1e9,3.5,2,0", "spoilt,1e9,9e9,1e8,8.0,,0", "empty,1e8,2e9,1e9,,,1")

    evidence = load_runs(None, (path,))

    assert evidence.dropped == {
        "repeat a configuration under another seed": 1,
        "not in the published fit": 1,
        "without a number in params or tokens or unique_tokens or val_loss": 1,
    }
    assert evidence.coords["left_out"] == [
        "again (repeat a configuration under another seed)",
        "spoilt (not in the published fit)",
    ]
    assert len(evidence.coords["run"]) == len(evidence.observed["log_loss"]) == 40
    np.testing.assert_allclose(evidence.observed["log_loss"][:2], np.log([3.5, 3.49]))


def test_runs_known_later_change_nothing(tmp_path):
    header = HEADER + ",date_known"
    early = [f"run{k},1e8,{2e9 + 1e8 * k},1e9,3.5,,1,2024-01-01" for k in range(40)]
    path = table(tmp_path, *early, "late,1e8,4e9,1e9,2.0,,1,2026-01-01", header=header, rows=0)

    evidence = load_runs(2025.0, (path,))

    assert evidence.newest == 2024.0
    assert "late" not in evidence.coords["run"]
    assert evidence.dropped == {"known only after the as-of date": 1}


def test_a_table_without_dates_is_as_new_as_the_readings_that_go_with_it(tmp_path):
    assert load_runs(None, (table(tmp_path),)).newest == pytest.approx(2026.33, abs=0.01)


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("bad,1e8,2e9,1e9,-3.5,,1", r"runs.csv:42: val_loss: need a positive loss, got '-3.5'; give nats"),
        ("bad,1e8,2e9,1e9,33.1,,1", "need a loss below 20"),
        ("bad,100,2e9,1e9,3.5,,1", "params: need a number of parameters above 1e4"),
        ("bad,1e8,2e9,1,3.5,,1", "unique_tokens: need more than 1e5 tokens"),
        ("bad,1e8,2,1e9,3.5,,1", "tokens: need more than 1e5 tokens"),
        ("bad,1e8,many,1e9,3.5,,1", "tokens: need a number, got 'many'"),
    ],
)
def test_a_wrong_cell_is_refused_by_name(tmp_path, row, words):
    with pytest.raises(DatawallError, match=words):
        load_runs(None, (table(tmp_path, row),))


@pytest.mark.parametrize(
    ("header", "rows", "words"),
    [
        ("name,params,tokens,epochs,val_loss,seed,in_published_fit", 40, "need a column 'unique_tokens'"),
        (
            "name,params,tokens,unique_tokens,score,seed,in_published_fit",
            40,
            "need a column val_loss or loss",
        ),
        (HEADER, 2, "need at least 30 usable rows of repeated data, got 2; add rows"),
        (HEADER, 0, "need at least 30 usable rows of repeated data, got 0; add rows"),
    ],
)
def test_a_table_that_cannot_hold_a_law_is_refused(tmp_path, header, rows, words):
    with pytest.raises(DatawallError, match=words):
        load_runs(None, (table(tmp_path, header=header, rows=rows),))


def test_runs_that_never_repeat_are_refused(tmp_path):
    fresh = [f"run{k},1e8,{2e9 + 1e8 * k},1e10,3.5,,1" for k in range(40)]

    with pytest.raises(
        DatawallError, match="need runs with tokens above unique_tokens, got none; add runs that"
    ):
        load_runs(None, (table(tmp_path, *fresh, rows=0),))


def test_one_table_is_needed():
    with pytest.raises(DatawallError, match="need one table of runs, got 0"):
        load_runs(None, ())
