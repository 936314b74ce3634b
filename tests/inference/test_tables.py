"""Tables of evidence: what can be read, and one clear sentence for what cannot."""

import numpy as np
import pytest

from datawall.errors import DatawallError
from datawall.inference.tables import read_table


def table(tmp_path, text):
    path = tmp_path / "runs.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_columns_are_numbers_dates_and_text(tmp_path):
    found = read_table(table(tmp_path, "a, when ,b\n1e3,2026-07-02,x\n\n,2025.5,y\n"), ["a", "when"])

    np.testing.assert_array_equal(found.numbers("a"), [1000.0, np.nan])
    np.testing.assert_allclose(found.years("when"), [2026.49863, 2025.5], atol=1e-5)
    assert found.texts("b") == ["x", "y"]


def test_what_is_left_out_is_counted_by_reason(tmp_path):
    found = read_table(table(tmp_path, "a,date_known\n1,2020\n,2021\n3,2030\n"), ["a"])
    found.known_by(2025.0)
    found.keep_numbers("a")

    assert found.dropped == {"known only after the as-of date": 1, "without a number in a": 1}
    with pytest.raises(DatawallError, match=r"need at least 2 usable rows of runs, got 1 \(1 known only"):
        found.need(2, "of runs")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", ["runs.csv", "empty"]),
        ("b\n1\n", ["runs.csv", "need a column 'a'"]),
        ("aa,b\n1,2\n", ["did you mean 'aa'"]),
        ("a,b\n1\n", ["runs.csv:2", "need 2 cells", "got 1"]),
        ("a\nmany\n", ["runs.csv:2: a: need a number", "'many'"]),
    ],
)
def test_mistakes_name_the_place_the_value_and_the_remedy(tmp_path, text, words):
    with pytest.raises(DatawallError) as caught:
        read_table(table(tmp_path, text), ["a"]).numbers("a")
    assert all(word in str(caught.value) for word in words)
    assert ";" in str(caught.value)


def test_what_is_no_text_is_refused(tmp_path):
    path = tmp_path / "runs.csv"
    path.write_bytes(b"\xff\xfe\x00a")
    with pytest.raises(DatawallError, match="not UTF-8 text"):
        read_table(path, ["a"])
    with pytest.raises(DatawallError, match="cannot be read"):
        read_table(tmp_path / "nowhere.csv", ["a"])
