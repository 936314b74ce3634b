"""Forecasts of the largest known run: exact where nothing is uncertain, one path behind all answers."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from datawall.backtesting import scenario_forecaster
from datawall.backtesting.questions import ForecastQuestion, NothingKnownError
from datawall.backtesting.records import Series
from datawall.backtesting.scenario_forecaster import DATED_YEARS, world_forecaster
from datawall.errors import DatawallError
from datawall.scaling_laws.generations import TABLES
from datawall.scenario import load_scenario
from datawall.units import DAYS_PER_YEAR
from support.scenario_files import valid_scenario, write

ORIGIN, ANCHOR = 2024.0, 2023.0
GROWTH = 10.0
DELAY = 0.5
CERTAIN = {
    "questions.ceilings": ["trend"],
    "frontier_flop": 1e25,
    "compute_growth": GROWTH,
    "slowdown_date": 2200.0,
    "training_days": 0.4 * DAYS_PER_YEAR,
    "post_training_lag_months": 1.2,
    "release_outcome": "on_time",
}
"""The largest run started is 1e25 FLOP in 2023 and grows tenfold a year; it is released half a year later."""
DRAWS = 400


def made_up(value: Any, error: Any = 0.0, known: Any = None) -> Series:
    value = np.atleast_1d(np.asarray(value, float))
    date = np.full(len(value), 2020.0)
    error = np.broadcast_to(np.asarray(error, float), value.shape)
    known = date if known is None else np.asarray(known, float)
    return Series(tuple("run" for _ in value), value, date, known, error)


@pytest.fixture(autouse=True)
def nothing_large_was_known(monkeypatch):
    """Let a run of 1e20 FLOP, known exactly, be all that is known."""
    know(monkeypatch, made_up(20.0))


def know(monkeypatch, series):
    """Let other figures be known, as far as they were known by the date that is asked for."""
    monkeypatch.setattr(scenario_forecaster, "series_of", lambda _, as_of: series.known_by(as_of))


@pytest.fixture(scope="module")
def wide(tmp_path_factory):
    """Return a scenario that is uncertain of everything, with a ceiling that some futures come to."""
    return written(tmp_path_factory.mktemp("wide"), {"questions.ceilings": ["trend", "latency"]})


@pytest.fixture(scope="module")
def certain(tmp_path_factory):
    return written(tmp_path_factory.mktemp("certain"), CERTAIN)


def written(folder, overrides, as_of=ORIGIN):
    tables: dict[str, Any] = valid_scenario() | {"as_of": as_of}
    tables["anchors"]["frontier"] = ANCHOR
    tables["priors"]["frontier_flop"] |= {"family": "lognormal", "interval": [1e24, 1e26], "mass": 0.8}
    tables["priors"]["latency_flop"] |= {"family": "lognormal", "interval": [1e26, 1e29], "mass": 0.8}
    return load_scenario(write(folder / "made-up.toml", tables), overrides)


def level(horizon, origin=ORIGIN):
    return ForecastQuestion("largest_run", "", origin, horizon)


def above(flop, horizon=4.0, origin=ORIGIN):
    return ForecastQuestion("first_above", f"{flop:.17g}", origin, horizon)


def generation(index, horizon=4.0, origin=ORIGIN):
    return ForecastQuestion("release_by_compute", f"GPT-{index:g}", origin, horizon)


def ask(scenario, *questions, draws=DRAWS, seed=0):
    return world_forecaster(scenario, draws, seed)(questions)


def test_a_certain_world_has_exact_levels_and_dates(certain):
    questions = [level(0.5), level(3.3), above(1e27), generation(5.0), above(1e29)]
    answers = ask(certain, *questions)
    assert {len(drawn) for drawn in answers.values()} == {DRAWS}
    reached = np.log10(2.1e25 * 100.0) - 25.0 + ANCHOR + DELAY
    expected = [25.0 + ORIGIN + h - DELAY - ANCHOR for h in (0.5, 3.3)] + [ANCHOR + 2.0 + DELAY, reached]
    for question, value in zip(questions, [*expected, ANCHOR + 4.0 + DELAY], strict=True):
        np.testing.assert_allclose(answers[question], value, atol=2e-5)


def test_what_does_not_come_for_decades_never_comes(certain):
    ahead = DATED_YEARS - 0.01, DATED_YEARS + 0.01
    just, too_late = (above(10.0 ** (25.0 + ORIGIN + h - DELAY - ANCHOR)) for h in ahead)
    answers = ask(certain, just, too_late)
    np.testing.assert_allclose(answers[just], ORIGIN + ahead[0], atol=2e-4)
    assert np.isinf(answers[too_late]).all()


def test_what_is_there_at_the_origin_comes_at_once(certain):
    np.testing.assert_array_equal(ask(certain, above(1e24))[above(1e24)], ORIGIN)


def test_the_table_of_mid_2024_is_released_when_it_says():
    overrides = {"table_index_error": 0.0, "table_date_error": 0.0, "oom_per_generation": 2.0}
    scenario = load_scenario("gptn2024", overrides | {"gpt4_flop": 2e25})
    table = TABLES["baseline"]
    asked = [above(2e25 * 100.0 ** (index - 4.0), 7.0, 2024.0) for index in table.index]
    answers = ask(scenario, *asked, draws=2)
    # a run that starts between two months is read off the line between them
    for question, date in zip(asked, table.release, strict=True):
        np.testing.assert_allclose(answers[question], date, atol=0.01)


def test_the_record_is_a_floor(monkeypatch, wide):
    know(monkeypatch, made_up([26.0, 25.0]))
    answers = ask(wide, level(0.5), level(4.0))
    assert answers[level(0.5)].min() == 26.0
    assert np.mean(answers[level(0.5)] == 26.0) > 0.5
    assert (answers[level(4.0)] >= answers[level(0.5)]).all()


def test_figures_carry_the_error_of_one_that_is_known(monkeypatch, certain):
    draws = 4000
    exact = 25.0 + ORIGIN + 1.0 - DELAY - ANCHOR
    know(monkeypatch, made_up([20.0, 19.0], error=[0.0, 0.4]))
    answers = ask(certain, level(1.0), level(2.0), above(1e27), draws=draws)
    error = answers[level(1.0)] - exact
    same = np.abs(error) < 1e-4
    assert abs(same.mean() - 0.5) < 4.0 * 0.5 / np.sqrt(draws)
    assert np.std(error[~same]) == pytest.approx(0.4, rel=4.0 / np.sqrt(draws))
    # one error for the whole path: twice too large is as far ahead at every date
    np.testing.assert_allclose(answers[level(2.0)], exact + 1.0 + error, atol=1e-4)
    np.testing.assert_allclose(answers[above(1e27)], ANCHOR + 2.0 + DELAY - error, atol=1e-4)


@pytest.mark.parametrize("flop", [3e24, 1e26, 2e27])
def test_levels_and_dates_are_read_off_the_same_paths(monkeypatch, wide, flop):
    know(monkeypatch, made_up(20.0, error=0.3))
    answers = ask(wide, level(0.5), level(2.0), level(4.0), above(flop))
    clear = np.abs(answers[above(flop)][:, None] - ORIGIN - [0.5, 2.0, 4.0]) > 1e-3
    reached = np.stack([answers[level(h)] >= np.log10(flop) for h in (0.5, 2.0, 4.0)], axis=1)
    by_then = answers[above(flop)][:, None] <= ORIGIN + np.array([0.5, 2.0, 4.0])
    np.testing.assert_array_equal(reached[clear], by_then[clear])
    assert 0.02 < reached[:, 2].mean() < 1.0


def test_figures_known_later_change_nothing(monkeypatch, wide):
    now = made_up([24.0, 23.0], error=[0.1, 0.2])
    later = made_up([24.0, 23.0, 27.0], error=[0.1, 0.2, 0.9], known=[2020.0, 2020.0, ORIGIN + 0.01])
    questions = [level(1.0), level(4.0), above(1e26), generation(5.0)]
    know(monkeypatch, now)
    before = ask(wide, *questions)
    know(monkeypatch, later)
    after = ask(wide, *questions)
    monkeypatch.setattr(scenario_forecaster, "series_of", lambda _, as_of: later)  # noqa: ARG005
    leaking = ask(wide, *questions)
    for question in questions:
        np.testing.assert_array_equal(after[question], before[question])
        assert (leaking[question] != before[question]).any()


def test_draws_are_addressed_by_index(wide):
    questions = level(4.0), above(1e26)
    few, many, other = (ask(wide, *questions, draws=n, seed=s) for n, s in [(50, 3), (DRAWS, 3), (50, 4)])
    for question in questions:
        np.testing.assert_array_equal(few[question], many[question][:50])
        assert (other[question] != few[question]).any()


def test_another_origin_does_not_recompile(monkeypatch, wide):
    programs: list[Any] = [
        scenario_forecaster.published_paths,
        scenario_forecaster.published_level,
        scenario_forecaster.first_published,
    ]
    ask(wide, level(4.0), above(1e26))
    before = [program._cache_size() for program in programs]
    know(monkeypatch, made_up([24.0, 23.0, 22.0], error=0.1))
    other = replace(wide, as_of=2021.5)
    asked = [ForecastQuestion("first_above", f"1e+{k}", 2021.5, h) for k in (25, 26, 27) for h in (1.0, 4.0)]
    ask(other, level(0.5, 2021.5), *asked, seed=7)
    assert [program._cache_size() for program in programs] == before


def test_other_targets_are_left_alone(certain):
    price = ForecastQuestion("price", "", ORIGIN, 1.0)
    assert list(ask(certain, price, level(4.0))) == [level(4.0)]
    assert not ask(certain, price)


def test_a_scenario_is_asked_about_its_own_date_only(certain):
    with pytest.raises(DatawallError, match="ask it at that origin only"):
        ask(certain, level(1.0, 2020.0))


def test_without_a_known_run_there_is_no_answer(monkeypatch, certain):
    know(monkeypatch, made_up(20.0, known=[ORIGIN + 1.0]))
    with pytest.raises(NothingKnownError, match="no run was known by 2024-01-01"):
        ask(certain, level(1.0))


def test_the_shipped_evidence_is_cut_at_the_origin(monkeypatch, wide):
    monkeypatch.undo()
    known = scenario_forecaster.series_of("largest_run", as_of=ORIGIN)
    assert known.known.max() <= ORIGIN
    assert ask(wide, level(4.0), above(1e26))[level(4.0)].min() >= known.record(ORIGIN) > 25.0
