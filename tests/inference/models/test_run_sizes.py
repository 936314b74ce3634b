"""Counting a list of models by year and by depth below the frontier."""

from pathlib import Path

import numpy as np
import pytest

from datawall.errors import DatawallError
from datawall.inference.models import MODULES
from datawall.inference.models.run_sizes import DEPTHS, PERIODS, frontier_at, tally

LIST = Path(__file__).parents[4] / "shared/data/epoch-ai-models/notable_ai_models_2026-07-19.csv"
HEADER = "Model,Publication date,Training compute (FLOP),Base model\n"


def list_of(tmp_path, rows, header=HEADER):
    path = tmp_path / "models.csv"
    path.write_text(header + rows)
    return path


def test_models_are_counted_where_they_lie(tmp_path):
    half_below, on_the_line = (10 ** (frontier_at(np.array([2024.5]))[0] - depth) for depth in (0.7, 0.0))
    rows = [
        f"a,2024-07-02,{half_below:.6e},",
        f"b,2024-07-02,{3 * on_the_line:.6e},",  # above the line counts as on it
        "c,2024-07-02,,",
        f"d,2024-07-02,{half_below:.6e},GPT-4",
        f"e,2026-01-01,{half_below:.6e},",
        "f,2024-07-02,1e20,",
    ]
    table = tally(list_of(tmp_path, "\n".join(rows) + "\n"))
    of_2024 = [row for row in table.rows if row["start"] == "2024"]
    assert [int(row["models"]) for row in of_2024] == [1, 1, 0, 0, 0]
    assert {(row["sized"], row["unsized"]) for row in of_2024} == {("3", "1")}
    assert {row["date_known"] for row in of_2024} == {"2025-03-31"}
    assert sum(int(row["models"]) for row in table.rows) == 2
    assert table.dropped == {"built on another model": 1, "published outside the periods": 1}
    assert len(table.rows) == (len(PERIODS) - 1) * (len(DEPTHS) - 1)


def test_the_line_through_the_records_is_straight_in_the_logarithm():
    released, flop = (2023 + 339 / 365, 2025 + 47 / 365), (5e25, 3.5e26)  # Gemini 1.0 Ultra, Grok 3
    assert frontier_at(np.array(released)) == pytest.approx(np.log10(flop), abs=1e-3)
    assert frontier_at(np.mean(released, keepdims=True)) == pytest.approx(np.log10(flop).mean(), abs=1e-3)


def test_a_list_without_its_columns_is_one_clear_sentence(tmp_path):
    path = list_of(tmp_path, "a,2024-07-02,1e25\n", "Model,Publication date,Training compute (FLOP)\n")
    with pytest.raises(DatawallError, match="need a column 'Base model'"):
        MODULES["run_sizes"].load(None, (path,))


@pytest.mark.skipif(not LIST.exists(), reason="the whole list of models does not ship, only its counts")
def test_the_shipped_table_is_what_the_list_gives():
    shipped, counted = (MODULES["run_sizes"].load(None, files) for files in ((), (LIST,)))
    for name, values in (shipped.observed | shipped.constants).items():
        assert np.allclose(values, (counted.observed | counted.constants)[name]), name
    assert counted.newest == shipped.newest
