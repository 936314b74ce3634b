"""The first screen of a report of fits."""

import pytest

from datawall.reporting.document import Banner, Table
from datawall.reporting.sections.fit import document

pytestmark = pytest.mark.integration


def test_sound_fits_are_said_to_be(fits):
    found = document([fits["toy"]])
    assert found.title == "Evidence: toy"
    assert str(found.answer).endswith("Every diagnostic passes.")
    assert [section.id for section in found.sections] == ["fit-toy"]
    assert not any(isinstance(block, Banner) for block in found.first)


def test_one_that_failed_is_named_first(fits):
    found = document([fits["toy"], fits["torn"]], "Two fits")
    assert found.title == "Two fits"
    assert str(found.answer).endswith("Not to be trusted: torn.")
    banner, _, table = found.first
    assert isinstance(banner, Banner)
    assert banner.level == "error"
    assert isinstance(table, Table)
    assert [row[-1] for row in table.rows] == ["trusted", "NOT trusted"]
