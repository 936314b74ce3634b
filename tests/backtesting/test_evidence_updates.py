"""What became known between two dates, from the tables that ship."""

import csv
import datetime as dt

import pytest

from datawall.backtesting.vintage import data_stock_known, news, told
from datawall.errors import DatawallError
from datawall.inference.models import MODULES
from datawall.scenario.files import folder
from datawall.units import decimal_year


def known(name, column, since, until):
    """Return a column of the rows that became known in a window, straight from the file."""
    with (folder() / "evidence" / name).open(encoding="utf-8") as file:
        rows = [(decimal_year(dt.date.fromisoformat(row["date_known"])), row) for row in csv.DictReader(file)]
    return [row[column] for known_since, row in rows if since < known_since <= until]


def test_new_rows_are_those_of_the_table_that_became_known_in_between():
    found = news("training_sets", 2024.5, 2025.5)
    assert found
    assert set(found) <= set(known("training_sets.csv", "model", 2024.5, 2025.5))
    assert told("training_sets", 2024.5, 2025.5) == f"{'; '.join(found[:3])}; ... ({len(found)} rows)"


def test_after_too_little_for_a_fit_all_rows_are_new():
    assert set(news("price", 2024.5, 2026.6)) >= set(known("priced_models.csv", "model", 2024.5, 2026.6))


@pytest.mark.parametrize("module", MODULES)
def test_nothing_is_new_between_a_date_and_itself(module):
    assert news(module, 2025.5, 2025.5) == ()
    assert told(module, 2025.5, 2025.5) == "nothing new"


@pytest.mark.parametrize("module", MODULES)
def test_windows_add_up(module):
    parts = news(module, 2023.0, 2024.5) + news(module, 2024.5, 2026.4)
    assert set(news(module, 2023.0, 2026.4)) <= set(parts)


def test_a_fit_of_ones_own_tells_nothing():
    assert told("mine/compute.json", 2023.0, 2026.0) == "nothing new"


def test_a_wall_is_told_of_once_the_stock_can_be_fitted():
    known = data_stock_known()
    assert known == decimal_year(dt.date(2024, 6, 6))
    MODULES["data_stock"].load(known, ())
    with pytest.raises(DatawallError, match="need at least 3 usable rows"):
        MODULES["data_stock"].load(known - 1e-3, ())
