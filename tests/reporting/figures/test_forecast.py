"""Figures of a forecast."""

import numpy as np
import pytest

from datawall.reporting.figures import rows
from datawall.reporting.figures.forecast import FIGURES
from support.forecasts import of_another_date, of_the_baseline


@pytest.fixture(scope="module")
def tree():
    return of_the_baseline()


@pytest.fixture(scope="module")
def other():
    return of_another_date()


def test_figures_draw_another_scenario(other):
    for draw in FIGURES.values():
        draw(other).canvas.draw()


@pytest.mark.parametrize("name", FIGURES)
def test_figures_say_what_arrows_and_missing_dots_mean(name, tree):
    words = " ".join(text.get_text() for text in FIGURES[name](tree).texts)
    assert ("arrow" in words) == (name in ("wall_intervals", "release_dates"))


def test_dots_share_out_past_and_never():
    curve = np.array([2026.0, 2030.0, 2040.0]), np.array([0.25, 0.5, 0.75])
    drawn, _ = rows.draw([rows.Row("wall", "black", curve=curve)], (2026.0, 2040.0), left=1.0)
    (dots,) = drawn.axes[0].collections
    dates = np.asarray(dots.get_offsets())[:, 0]
    assert len(dates) == rows.DOTS / 2
    assert (np.diff(dates) > 0).all()
