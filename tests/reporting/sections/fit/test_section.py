"""The section of a fit: everything in order, what fails in red, what cannot be drawn left out in words."""

from dataclasses import replace

import numpy as np
import pytest

from datawall.reporting.document import Banner, Figure, Prose, Table, plain
from datawall.reporting.sections.fit import section

pytestmark = pytest.mark.integration


def of(kind, found):
    return [block for block in found.blocks if isinstance(block, kind)]


@pytest.fixture(scope="session")
def dates(fits):
    return section(fits["dates"])


def test_a_sound_fit_is_shown_whole_without_a_banner(dates):
    assert of(Banner, dates) == of(Prose, dates) == []
    assert [figure.id.removeprefix("dates-") for figure in of(Figure, dates)] == [
        "prior-posterior",
        "predictive",
        "loo-pit",
        "power-scaling",
        "trace",
        "rank",
        "ess",
        "convergence",
        "energy",
    ]
    assert all(figure.alt and figure.caption and "<svg" in figure.drawing.svg for figure in of(Figure, dates))


def test_no_year_is_2000(dates):
    cells = [cell for table in of(Table, dates) for row in table.rows for cell in map(str, row)]
    assert any(cell.startswith("2027.") for cell in cells)
    assert not any(cell.startswith("2000") for cell in cells)


def test_a_fit_that_failed_has_a_red_banner(fits):
    found = section(fits["torn"])
    (banner,) = of(Banner, found)
    assert banner.level == "error"
    assert "cannot be trusted: R-hat" in plain(banner.text)


def test_what_is_not_there_is_left_out_in_words(fits):
    tree = fits["dates"].tree.copy(deep=True)
    del tree["log_likelihood"]
    del tree["sample_stats"]
    found = section(replace(fits["dates"], tree=tree))
    left_out = " ".join(str(block.text) for block in of(Prose, found))
    assert "Energy: left out, for the fit has no sample_stats." in left_out
    assert left_out.count("the fit has no log_likelihood") == 3
    assert len(of(Figure, found)) == 5


def test_draws_that_are_no_numbers_are_not_drawn(fits):
    tree = fits["dates"].tree.copy(deep=True)
    tree["posterior/year"] = tree["posterior/year"] * np.nan
    found = section(replace(fits["dates"], tree=tree))
    assert len(of(Prose, found)) == 6
