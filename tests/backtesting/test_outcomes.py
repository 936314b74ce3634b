from dataclasses import astuple

import numpy as np
import pytest

from datawall.backtesting.outcomes import came, questions_at, resolve, seen_so_far
from datawall.backtesting.questions import TARGETS, ForecastQuestion
from datawall.backtesting.records import threshold, watched_until
from datawall.units import date_of
from support.evidence_copies import use_copy, write

HORIZONS = (0.5, 1.0, 2.0, 4.0)
TOLD_UNTIL = 2025.6


@pytest.fixture
def evidence(tmp_path, monkeypatch):
    return use_copy(tmp_path, monkeypatch)


def runs(*rows):
    """Return rows of the table of runs from (release, known, FLOP)."""
    return [
        {
            "model": f"run {number}",
            "release_date": release,
            "date_known": known,
            "training_flop": f"{flop:g}",
            "flop_confidence": "confident",
        }
        for number, (release, known, flop) in enumerate(rows)
    ]


@pytest.fixture
def few_runs(evidence):
    table = runs(
        ("2020.0", "2020.0", 1e23),
        ("2022.0", "2023.0", 2e24),  # known a year after it came out
        ("2024.0", "2024.0", 3e25),
        ("2025.5", "2025.9", 2e26),
        ("2026.0", "2026.5", 1e27),  # when silence says nothing any more
    )
    write(evidence / "frontier_runs.csv", table)


def told(target, item, origin, horizon):
    """Return what became of a question that can be told."""
    outcome = resolve(ForecastQuestion(target, item, origin, horizon))
    assert outcome is not None
    return outcome


def untold(target, item, origin, horizon):
    return resolve(ForecastQuestion(target, item, origin, horizon)) is None


@pytest.mark.usefixtures("few_runs")
def test_a_level_is_the_record_among_what_was_out_by_then():
    assert told("largest_run", "", 2021.0, 0.5).value == pytest.approx(23.0)
    assert told("largest_run", "", 2021.0, 1.5).value == pytest.approx(
        np.log10(2e24)
    )  # by what is known today
    assert told("largest_run", "", 2024.5, 1.0).value == pytest.approx(np.log10(2e26))
    assert untold("largest_run", "", 2018.0, 1.0)


@pytest.mark.usefixtures("few_runs")
def test_a_level_after_figures_became_secret_is_open_above_the_last_record():
    outcome = told("largest_run", "", 2024.5, 2.0)
    assert outcome.open
    assert outcome.last == pytest.approx(np.log10(2e26))
    assert untold("largest_run", "", 2026.0, 0.5)  # that bound was known at the origin
    assert untold("largest_run", "", 2024.5, 4.0)  # has not come


@pytest.mark.usefixtures("few_runs")
def test_a_date_is_seen_from_the_origin_to_the_horizon_once_that_has_been_watched():
    outcome = told("first_above", "1e+25", 2023.5, 1.0)
    assert (outcome.value, outcome.first, outcome.last) == (2024.0, 2023.5, 2024.5)
    assert told("first_above", "1e+25", 2023.0, 0.5).open
    unknown_then = told("first_above", "1e+24", 2022.5, 1.0)
    assert unknown_then.value == 2022.0 < unknown_then.first
    assert untold("first_above", "1e+27", 2025.7, 1.0)


@pytest.mark.usefixtures("few_runs")
@pytest.mark.parametrize("item", ["1e+26", "1e+27"])
def test_a_window_that_is_cut_short_tells_nothing_whether_the_date_came_or_not(item):
    question = ForecastQuestion("first_above", item, 2024.5, 4.0)
    assert resolve(question) is None
    so_far = seen_so_far(question)
    assert so_far is not None
    assert so_far.last == TOLD_UNTIL
    assert so_far.open == (item == "1e+27")
    assert came(question) == {"1e+26": 2025.5, "1e+27": 2026.0}[item]


@pytest.mark.usefixtures("few_runs")
def test_a_date_is_asked_unless_it_had_come_by_what_was_known():
    def items(origin):
        return [q.item for q in questions_at(origin, (1.0,)) if q.target == "first_above"]

    assert items(2022.5) == ["1e+24", "1e+25", "1e+26", "1e+27"]
    assert items(2023.0) == ["1e+25", "1e+26", "1e+27"]
    assert items(2026.0) == ["1e+27"]


@pytest.mark.usefixtures("evidence")
def test_releases_by_name_and_by_compute():
    by_name = told("release_by_name", "GPT-5", 2025.0, 1.0)
    assert date_of(by_name.value).isoformat() == "2025-08-07"
    assert told("release_by_name", "GPT-5", 2023.5, 1.0).open
    by_compute = told("release_by_compute", "GPT-4.5", 2025.0, 0.5)
    assert date_of(by_compute.value).isoformat() == "2025-02-17"  # Grok 3
    assert told("release_by_compute", "GPT-5", 2025.0, 0.5).open


@pytest.mark.usefixtures("evidence")
def test_one_question_for_each_horizon():
    asked = questions_at(2024.0, HORIZONS)
    assert len(asked) == len(set(asked))
    assert {q.target for q in asked} == set(TARGETS)
    for target in TARGETS:
        items = {q.item for q in asked if q.target == target}
        assert len([q for q in asked if q.target == target]) == len(items) * len(HORIZONS)


def test_outcomes_agree_with_a_search_through_the_rows(evidence):
    rng = np.random.default_rng(0)
    for _ in range(5):
        release = np.append(2019.0, rng.uniform(2019.0, 2025.5, 11))
        flop = rng.uniform(22.0, 27.0, 12)
        known = release + rng.exponential(0.3, 12)
        rows = zip(release, known, flop, strict=True)
        write(evidence / "frontier_runs.csv", runs(*((f"{r:.6f}", f"{k:.6f}", 10**f) for r, k, f in rows)))
        for origin in (2021.0, 2024.5):
            for question in questions_at(origin, HORIZONS):
                if question.target == "largest_run" and question.until <= watched_until("largest_run"):
                    record = max(f for f, r in zip(flop, release, strict=True) if r <= question.until)
                    assert told(*astuple(question)).value == pytest.approx(record, abs=1e-5)
                if question.target == "first_above" and question.until <= watched_until("first_above"):
                    level = threshold(question.target, question.item)
                    assert not any(f >= level and k <= origin for f, k in zip(flop, known, strict=True))
                    dates = [r for f, r in zip(flop, release, strict=True) if f >= level]
                    outcome = told(*astuple(question))
                    came = bool(dates) and min(dates) <= question.until
                    assert outcome.open != came
                    assert not came or outcome.value == pytest.approx(min(dates), abs=1e-5)
