import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from datawall.backtesting.plan import MOST_ORIGINS, newest_evidence, parse_horizons, parse_origins
from datawall.errors import DatawallError
from datawall.units import date_of, decimal_year

EVER = 3000.0
MONTHS = st.integers(12 * 1990, 12 * 2090)


def text_of(months):
    return f"{months // 12:04d}-{months % 12 + 1:02d}"


@given(MONTHS, st.integers(0, 300), st.integers(1, 40), st.booleans())
def test_origins_are_first_days_of_months_evenly_apart_by_the_calendar(first, length, step, in_years):
    months = 12 * step if in_years else step
    every = f"{step}y" if in_years and step <= 40 else f"{months}mo"
    if length // months + 1 > MOST_ORIGINS:
        return
    days = [date_of(year) for year in parse_origins(text_of(first), text_of(first + length), every, EVER)]
    counted = [12 * day.year + day.month - 1 for day in days]
    assert all(day.day == 1 for day in days)
    assert counted == list(range(first, first + length + 1, months))


@given(MONTHS)
def test_a_month_is_exactly_its_first_day(first):
    (year,) = parse_origins(text_of(first), text_of(first), "1y", EVER)
    assert year == decimal_year(dt.date(first // 12, first % 12 + 1, 1))


@given(st.lists(st.integers(1, 600), min_size=1, max_size=6))
def test_horizons_ascend_and_come_once(months):
    found = parse_horizons([f"{count}mo" for count in months])
    assert list(found) == sorted({count / 12 for count in months})


def test_years_are_twelve_months():
    assert parse_horizons(["12mo", "1y", " 18mo"]) == (1.0, 1.5)


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        (("2019", "2020-01", "6mo"), ["--from", "2019-01", "'2019'"]),
        (("2019-13", "2020-01", "6mo"), ["--from", "2019-13"]),
        (("0000-01", "2020-01", "6mo"), ["--from", "0000-01"]),
        (("1900-01", "2020-01", "1y"), ["--from", "1900-01", "1990"]),
        (("2019-01-01", "2020-01", "6mo"), ["--from", "2019-01-01"]),
        (("2019-01", "soon", "6mo"), ["--to", "soon"]),
        (("2020-02", "2020-01", "6mo"), ["--from 2020-02", "2020-01", "swap"]),
        (("2019-01", "2026-02", "6mo"), ["--to 2026-02", "2026-01", "newest evidence"]),
        (("2019-01", "2020-01", "0mo"), ["--every", "0mo", "1mo"]),
        (("2019-01", "2020-01", "-6mo"), ["--every", "-6mo"]),
        (("2019-01", "2020-01", "half a year"), ["--every", "half a year"]),
        (("2019-01", "2020-01", "51y"), ["--every", "51y", "50y"]),
        (("1990-01", "2019-01", "1mo"), ["--every 1mo", "200", "349", "longer"]),
    ],
)
def test_mistakes_are_named_with_their_remedy(asked, words):
    with pytest.raises(DatawallError) as caught:
        parse_origins(*asked, known_until=2026.05)
    assert all(word in str(caught.value) for word in words), str(caught.value)


@pytest.mark.parametrize("texts", [[], [""], ["0y"], ["1y", "1d"], ["1.5y"]])
def test_bad_horizons_are_refused(texts):
    with pytest.raises(DatawallError, match="--horizon"):
        parse_horizons(texts)


def test_the_newest_evidence_is_read_from_the_tables_and_not_off_a_clock(tmp_path, monkeypatch):
    evidence = tmp_path / "evidence"
    evidence.mkdir()
    (evidence / "a.csv").write_text("item,date_known\nx,2019-01-01\ny,2020-01-01\nz,\n")
    (evidence / "b.csv").write_text("item\nx\n")
    monkeypatch.setattr("datawall.scenario.files.folder", lambda: tmp_path)
    assert newest_evidence() == 2020.0
