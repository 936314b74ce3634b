"""Tables of training runs: columns, units, and what is left out."""

import numpy as np
import pytest

from datawall.errors import DatawallError
from datawall.inference.models.scaling.runs import load_points

HEADER = "params,tokens,loss"


def runs(count=12, **changes):
    """Return rows of a table as lists of numbers."""
    rows = [[1e8 * (k + 1), 2e9 * (k + 1), 3.5 - 0.1 * k] for k in range(count)]
    for place, (column, value) in changes.items() if changes else ():
        rows[int(place[1:])][column] = value
    return rows


def write(tmp_path, rows, header=HEADER, name="runs.csv"):
    path = tmp_path / name
    path.write_text("\n".join([header, *(",".join(map(str, row)) for row in rows)]), encoding="utf-8")
    return path


def test_runs_are_logarithms_about_their_centre(tmp_path):
    evidence = load_points(None, (write(tmp_path, runs()),))

    assert evidence.coords["dataset"] == ["runs"]
    np.testing.assert_allclose(np.exp(evidence.observed["log_loss"][0]), 3.5)
    np.testing.assert_allclose(evidence.constants["log_params"].mean(), 0.0, atol=1e-12)
    np.testing.assert_allclose(
        np.exp(evidence.constants["log_params"][0] + evidence.constants["log_params_centre"][0]), 1e8
    )


def test_tokens_follow_from_flop_and_a_column_splits_a_table(tmp_path):
    rows = [[6.0 * n * d, n, loss, k % 2] for k, (n, d, loss) in enumerate(runs(24))]
    evidence = load_points(None, (write(tmp_path, rows, "flop,params,loss,dataset"),))

    assert evidence.coords["dataset"] == ["0", "1"]
    whole = (
        evidence.constants["log_tokens"] + evidence.constants["log_tokens_centre"][evidence.constants["set"]]
    )
    np.testing.assert_allclose(np.exp(whole[0]), 2e9)


def test_several_files_are_several_data_sets(tmp_path):
    paths = (write(tmp_path, runs(), name="a.csv"), write(tmp_path, runs(), name="b.csv"))
    assert load_points(None, paths).coords["dataset"] == ["a", "b"]


def test_blanks_marks_repeats_and_later_runs_are_counted(tmp_path):
    rows = [[*row, 0, row[1], 2024.0] for row in runs(16)]
    rows[0][2] = ""
    rows[1][2] = "nan"
    rows[2][3] = 1
    rows[3][4] = 1e9
    rows[4][5] = 2026.0
    header = f"{HEADER},excluded_by_authors,unique_tokens,date_known"
    evidence = load_points(2025.0, (write(tmp_path, rows, header),))

    assert evidence.dropped == {
        "known only after the as-of date": 1,
        "marked in excluded_by_authors": 1,
        "without a number in params or tokens or loss": 2,
        "repeat their data": 1,
    }
    assert len(evidence.observed["log_loss"]) == 11
    assert evidence.newest == 2024.0


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"r2": (2, -2.5)}, ["runs.csv:4", "loss", "positive", "-2.5"]),
        ({"r2": (2, 33.0)}, ["loss", "below 20", "perplexity"]),
        ({"r0": (0, 70)}, ["runs.csv:2", "params", "plain counts"]),
        ({"r0": (1, 1.4)}, ["tokens", "plain counts"]),
        ({"r5": (2, "low")}, ["runs.csv:7", "loss", "'low'"]),
    ],
)
def test_wrong_units_are_refused(tmp_path, change, words):
    with pytest.raises(DatawallError) as caught:
        load_points(None, (write(tmp_path, runs(12, **change)),))
    assert all(word in str(caught.value) for word in words), str(caught.value)


def test_flop_that_contradict_the_other_columns_are_refused(tmp_path):
    rows = [[*row, 6e9 * row[0] * row[1]] for row in runs()]
    with pytest.raises(DatawallError, match="need about 6 params tokens"):
        load_points(None, (write(tmp_path, rows, f"{HEADER},flop"),))


def test_two_runs_or_no_column_of_losses_are_refused(tmp_path):
    with pytest.raises(DatawallError, match="need at least 10 usable runs of runs, got 2"):
        load_points(None, (write(tmp_path, runs(2)),))
    with pytest.raises(DatawallError, match="need columns params, tokens"):
        load_points(None, (write(tmp_path, runs(), "params,tokens,error"),))
    with pytest.raises(DatawallError, match="--data FILE"):
        load_points(None, ())
