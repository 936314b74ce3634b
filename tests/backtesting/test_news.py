"""What became known between two dates, from the tables that ship."""

import csv

import pytest

from datawall.backtesting.news import news, told
from datawall.inference.modules import MODULES
from datawall.inference.run import moment
from datawall.scenario.catalog import folder


def known(name, column, since, until):
    """Return a column of the rows that became known in a window, straight from the file."""
    with (folder() / "evidence" / name).open(encoding="utf-8") as file:
        return [row[column] for row in csv.DictReader(file) if since < moment(row["date_known"]) <= until]


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
