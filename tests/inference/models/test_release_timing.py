"""Releases as a renewal process: the table read as waits, and dates against brute force."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import lognorm

from datawall.errors import DatawallError
from datawall.inference.evidence_model import Evidence
from datawall.inference.models import MODULES
from datawall.inference.models.release_timing import coming_releases, opens_generation
from support.shipped_modules import rows_of, write

NEWEST, PIVOT, NOW = 2023.0, 2022.0, 2024.5
WAIT, TREND, SPREAD = 15.0, 1.2, 0.5
DRAWS = 40_000


@pytest.fixture(scope="module")
def scores():
    return np.random.default_rng(1).standard_normal((3, DRAWS))


def sure(draws=DRAWS, **changed):
    """Return a posterior that is sure of its parameters."""
    values = {"developer_wait": [99.0, WAIT], "wait_trend": TREND, "wait_spread": SPREAD} | changed
    return {name: np.full((draws, *np.shape(value)), value, float) for name, value in values.items()}


def evidence():
    """Return two developers of two releases each; the last of B came at `NEWEST`."""
    constants = {
        "released": np.array([2020.0, 2020.5, 2021.0, NEWEST]),
        "last": np.array([1, 3]),
        "pivot": np.array(PIVOT),
    }
    return Evidence({}, constants, {}, {"developer": ["A", "B"]}, {}, (), NOW)


def by_brute_force(now=NOW):
    """Draw waits from the newest release, throw away those that would have ended by now, add fresh ones."""
    rng = np.random.default_rng(2)
    first = WAIT * TREND ** (NEWEST - PIVOT) * np.exp(SPREAD * rng.standard_normal(8 * DRAWS))
    dates = [NEWEST + first[first > 12.0 * (now - NEWEST)] / 12.0]
    for _ in range(2):
        fresh = WAIT * TREND ** (now - PIVOT) * np.exp(SPREAD * rng.standard_normal(len(dates[0])))
        dates.append(dates[-1] + fresh / 12.0)
    return dates


def test_dates_are_those_of_waits_that_are_drawn_and_thrown_away(scores):
    found = coming_releases(evidence(), sure(), "B", NOW, scores)
    levels = (0.05, 0.25, 0.5, 0.75, 0.95)
    for mine, theirs in zip(found, by_brute_force(), strict=True):
        assert np.allclose(np.quantile(mine, levels), np.quantile(theirs, levels), atol=0.03)


def test_the_first_date_is_the_conditional_quantile_of_scipy():
    levels = np.array([0.01, 0.3, 0.5, 0.99])
    from scipy.special import ndtri

    law = lognorm(SPREAD, scale=WAIT * TREND ** (NEWEST - PIVOT))
    found = coming_releases(evidence(), sure(4), "B", NOW, ndtri(levels)[None])
    expected = NEWEST + law.isf(law.sf(12.0 * (NOW - NEWEST)) * (1.0 - levels)) / 12.0
    assert np.allclose(found[0], expected, rtol=1e-10)


def test_forgetting_that_it_has_not_come_yet_would_show(scores):
    dates = coming_releases(evidence(), sure(), "B", NEWEST, scores)[0]
    assert np.mean(dates < NOW) > 0.4
    assert np.min(coming_releases(evidence(), sure(), "B", NOW, scores)) >= NOW


@settings(max_examples=25, deadline=None)
@given(spread=st.floats(0.1, 1.2), trend=st.floats(0.6, 1.6), waited=st.floats(0.0, 3.0))
def test_dates_come_in_their_order_after_now(spread, trend, waited):
    scores = np.linspace(-3.0, 3.0, 12).reshape(3, 4)
    posterior = sure(4, wait_spread=spread, wait_trend=trend)
    dates = coming_releases(evidence(), posterior, "B", NEWEST + waited, scores)
    assert np.all(dates[0] >= NEWEST + waited - 1e-9)
    assert np.all(np.diff(dates, axis=0) > 0.0)


def test_a_fresh_wait_keeps_the_pace_of_the_day():
    dates = coming_releases(evidence(), sure(1), "B", NOW, np.zeros((4, 1)))[:, 0]
    assert np.allclose(np.diff(dates), WAIT * TREND ** (NOW - PIVOT) / 12.0)


def test_only_a_higher_whole_number_opens_a_generation():
    releases = {"GPT-3": 3.0, "GPT-3.5": 3.5, "GPT-4": 4.0, "GPT-4.5": 4.5, "GPT-6.1": 6.1, "GPT-6": 6.0}
    opens = opens_generation(["A"] * 6, np.arange(6.0), np.array([*releases.values()]))
    assert [name for name, first in zip(releases, opens, strict=True) if first] == [
        "GPT-3",
        "GPT-4",
        "GPT-6.1",
    ]


def test_a_generation_that_began_before_the_table_opens_with_the_next():
    opens = opens_generation(["A", "A", "B"], np.array([2.0, 1.0, 1.0]), np.array([3.0, 2.5, 1.0]))
    assert opens.tolist() == [True, False, True]


def test_every_version_number_of_the_table_is_higher_than_the_one_before():
    rows = [row for row in rows_of("generations") if row["generation"]]
    for row, later in pairwise(rows):
        if row["developer"] == later["developer"]:
            assert row["release_date"] <= later["release_date"], later["model"]
            assert float(row["generation"]) < float(later["generation"]), later["model"]


def test_a_release_without_a_number_is_the_first_of_a_line_that_has_none():
    blank = [row["model"] for row in rows_of("generations") if row["model"] and not row["generation"]]
    assert blank == ["Muse Spark"]


def test_generations_of_openai_are_the_whole_numbers():
    found = MODULES["generations"].load(None, ())
    own = found.constants["developer_of_wait"] == found.coords["developer"].index("OpenAI")
    assert found.constants["generation"][own].tolist() == [1, 2, 3, 4, 5, 6]
    months = found.observed["wait_seen"][own][:-1]
    assert np.allclose(months, [8.1, 15.9, 33.1, 28.8, 12.9], atol=0.1)


@pytest.mark.parametrize(("as_of", "waits"), [(2021.0, 3), (2023.0, 3), (2024.0, 10)])
def test_waits_of_the_early_years(as_of, waits):
    found = MODULES["generations"].load(as_of, ())
    assert len(found.coords["gap"]) == waits
    last = found.constants["last"]
    ends = found.constants["released"][last] + found.constants["watched"][last] / 12.0
    assert np.allclose(ends, as_of)


def test_too_few_generations_are_counted():
    with pytest.raises(DatawallError, match="need at least 3 usable rows that open a generation, got 2"):
        MODULES["generations"].load(2020.0, ())


def test_a_developer_with_one_release_is_still_waiting(tmp_path):
    rows = [row for row in rows_of("cadence") if row["developer"] == "OpenAI"]
    alone = rows[0] | {"developer": "Alone", "release_date": "2026-01-01", "date_known": "2026-07-01"}
    found = MODULES["cadence"].load(None, (write(tmp_path / "table.csv", [*rows, alone]),))
    assert found.coords["developer"] == ["Alone", "OpenAI"]
    assert found.observed["wait_seen"][0] == pytest.approx(6.0, abs=0.1)
