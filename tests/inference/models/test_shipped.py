"""Reading evidence: units, dates, confidence and the cut at the as-of date."""

import numpy as np
import pytest

from datawall.distributions.special import ndtr
from datawall.errors import DatawallError
from datawall.inference.tables import numbers, open_table, sd_of_confidence, sd_of_factor
from datawall.scenario.files import folder

HEADER = "model,training_flop,flop_confidence,date_known\n"


def table_of(tmp_path, rows, as_of=None):
    path = tmp_path / "runs.csv"
    path.write_text(HEADER + rows)
    return open_table("frontier_runs.csv", ("model", "training_flop"), as_of, (path,))


def test_a_later_row_is_left_out_and_counted(tmp_path):
    table = table_of(tmp_path, "a,1e25,likely,2024-05-01\nb,1e26,likely,2025-05-01\n", as_of=2024.5)
    assert table.texts("model") == ["a"]
    assert table.dropped == {"known only after the as-of date": 1}


def test_a_row_without_the_day_it_became_known_is_left_out_and_counted(tmp_path):
    assert table_of(tmp_path, "a,1e25,likely,\nb,1e26,likely,2025-05-01\n").dropped == {
        "without the day they became known": 1
    }


@pytest.mark.parametrize("cell", ["2.1", "-1e25", "nan", "inf", "1e40"])
def test_a_number_in_another_unit_is_refused_with_its_line(tmp_path, cell):
    table = table_of(tmp_path, f"a,{cell},likely,2024-05-01\n")
    with pytest.raises(
        DatawallError, match=r"runs\.csv:2: training_flop: need FLOP between .* check the unit"
    ):
        numbers(table, "training_flop", 1e15, 1e31, "FLOP")


def test_a_date_of_another_age_is_refused(tmp_path):
    with pytest.raises(DatawallError, match=r"date_known: need a date from 1950 to 2100, got 3024"):
        table_of(tmp_path, "a,1e25,likely,3024-05-01\n")


def test_an_unknown_confidence_is_refused(tmp_path):
    table = table_of(tmp_path, "a,1e25,likly,2024-05-01\n")
    with pytest.raises(DatawallError, match="unknown level 'likly'; did you mean 'likely'"):
        sd_of_confidence(table, "flop_confidence", "frontier_runs")


def test_only_one_table_can_take_the_place_of_another(tmp_path):
    with pytest.raises(DatawallError, match=r"need one table in the place of .*, got 2"):
        open_table("frontier_runs.csv", (), None, (tmp_path / "a.csv", tmp_path / "b.csv"))


def test_confidence_is_a_90_percent_factor():
    sd = sd_of_factor(10.0, 0.9)
    assert ndtr(np.log(10.0) / sd) - ndtr(-np.log(10.0) / sd) == pytest.approx(0.9)


@pytest.mark.parametrize(
    ("name", "column", "of"),
    [
        ("frontier_runs.csv", "flop_confidence", "frontier_runs"),
        ("training_sets.csv", "confidence", "training_sets"),
    ],
)
def test_every_shipped_confidence_is_declared(name, column, of):
    table = open_table(name, (column,))
    table.keep(np.array(table.texts(column)) != "undisclosed", "undisclosed")
    assert np.all(sd_of_confidence(table, column, of) > 0)


def test_every_shipped_table_says_when_it_was_known():
    for path in (folder() / "evidence").glob("*.csv"):
        if path.name != "confidence.csv":
            assert "without the day they became known" not in open_table(path.name, ()).dropped, path.name
