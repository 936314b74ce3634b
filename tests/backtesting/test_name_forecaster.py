"""Forecasts of GPT-N by name: a developer with a known clock is covered, and the future plays no part."""

import csv

import numpy as np
import pytest
from scipy.stats import kstest, lognorm, norm

from datawall.backtesting import evidence_forecasters as name_forecast
from datawall.backtesting.evidence_forecasters import name_forecaster
from datawall.backtesting.questions import ForecastQuestion, NothingKnownError
from datawall.errors import DatawallError
from datawall.inference.fit import fit
from datawall.inference.models import MODULES
from datawall.inference.nuts import Settings
from datawall.units import date_of
from support.shipped_modules import rows_of, write

pytestmark = pytest.mark.integration

ORIGIN = 2024.0
CLOCK, SPREAD = 11.0, 0.25
"""The typical wait of the simulated developers [months], and the spread of its logarithm."""
DEVELOPERS = ("OpenAI", "Second", "Third", "Fourth")
FUTURES = 4000


def question(item, origin=ORIGIN, target="release_by_name", horizon=4.0):
    return ForecastQuestion(target, item, origin, horizon)


def simulated(path):
    """Write a table of developers whose generations follow one clock, and return it as evidence."""
    rng = np.random.default_rng(5)
    rows = []
    for name in DEVELOPERS:
        date, number = 2017.0 + rng.uniform(), 1
        while date < ORIGIN:
            cells = {"developer": name, "model": f"{name} {number}", "generation": number}
            dated = {"release_date": date_of(date), "date_known": date_of(date)}
            rows.append(cells | dated | {"status": "released", "source": "made up"})
            date, number = date + CLOCK * np.exp(SPREAD * rng.standard_normal()) / 12.0, number + 1
        cells = {"developer": name, "model": "", "generation": "", "release_date": "", "status": "watched"}
        rows.append(cells | {"date_known": date_of(ORIGIN), "source": "made up"})
    with path.open("w", encoding="utf-8", newline="") as lines:
        writer = csv.DictWriter(lines, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    return MODULES["generations"].load(None, (path,))


@pytest.fixture(scope="module")
def known(tmp_path_factory):
    """Return what a fit to the simulated developers knows."""
    evidence = simulated(tmp_path_factory.mktemp("clock") / "flagships.csv")
    found = fit(MODULES["generations"], evidence, settings=Settings(chains=2, warmup=200, draws=500))
    return evidence, found.draws()


def state(evidence):
    """Return the newest generation of OpenAI and when it came."""
    last = evidence.constants["last"][evidence.coords["developer"].index("OpenAI")]
    return int(evidence.constants["generation"][last]), evidence.constants["released"][last]


def futures(evidence, clock=CLOCK):
    """Return when the next two generations come by the true clock, shape (2, futures)."""
    score = np.random.default_rng(6).standard_normal((2, FUTURES))
    _, released = state(evidence)
    law = lognorm(SPREAD, scale=clock)
    first = law.isf(law.sf(12.0 * (ORIGIN - released)) * norm.sf(score[0]))
    return released + np.cumsum([first, clock * np.exp(SPREAD * score[1])], axis=0) / 12.0


def answers(monkeypatch, known, *items, draws=1000, seed=0):
    monkeypatch.setattr(name_forecast, "draws_known", lambda *_: known)
    questions = [question(item) for item in items]
    found = name_forecaster(draws, seed)(questions)
    return [found[each] for each in questions]


def next_items(evidence):
    newest, _ = state(evidence)
    return [f"GPT-{newest + 1}", f"GPT-{newest + 2}"]


def covered(dates, truth):
    low, high = np.quantile(dates, (0.1, 0.9))
    return np.mean((truth >= low) & (truth <= high))


@pytest.mark.parametrize("steps", [1, 2])
def test_a_developer_with_a_known_clock_is_covered(monkeypatch, known, steps):
    # the posterior of some 28 waits is a little off the truth, so coverage is near the nominal .8 only
    dates = answers(monkeypatch, known, *next_items(known[0]))[steps - 1]
    assert 0.65 <= covered(dates, futures(known[0])[steps - 1]) <= 0.95
    assert covered(dates, futures(known[0], clock=3.0 * CLOCK)[steps - 1]) < 0.4


def test_with_a_posterior_that_is_sure_the_forecast_is_the_truth(monkeypatch, known):
    # false alarm: 1e-4 each
    evidence, posterior = known
    names = {"developer_wait": CLOCK, "wait_trend": 1.0, "wait_spread": SPREAD}
    sure = {name: np.full_like(posterior[name], value) for name, value in names.items()}
    for dates, truth in zip(
        answers(monkeypatch, (evidence, sure), *next_items(evidence)), futures(evidence), strict=True
    ):
        truth_ranks = np.searchsorted(np.sort(dates), truth) / len(dates)
        assert kstest(dates, truth).pvalue > 1e-4
        assert np.std(truth_ranks) == pytest.approx(12.0**-0.5, rel=0.05)
    narrow = sure | {"wait_spread": sure["wait_spread"] / 2.0}
    (dates,) = answers(monkeypatch, (evidence, narrow), next_items(evidence)[0])
    assert kstest(dates, futures(evidence)[0]).pvalue < 1e-4


def test_dates_of_one_draw_belong_together(monkeypatch, known):
    first, second = answers(monkeypatch, known, *next_items(known[0]))
    assert first.shape == second.shape == (1000,)
    assert np.all(first > ORIGIN)
    assert np.all(second > first)


def test_an_item_has_the_same_draws_whatever_else_is_asked(monkeypatch, known):
    near, far = next_items(known[0])
    alone, together = answers(monkeypatch, known, near), answers(monkeypatch, known, far, near)
    assert np.array_equal(alone[0], together[1])


def test_the_same_seed_draws_the_same(monkeypatch, known):
    (item, _) = next_items(known[0])
    first, again, other = (answers(monkeypatch, known, item, seed=seed)[0] for seed in (1, 1, 2))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_more_draws_than_the_posterior_has_can_be_had(monkeypatch, known):
    (dates,) = answers(monkeypatch, known, next_items(known[0])[0], draws=1500)
    assert dates.shape == (1500,)


def test_a_generation_that_is_out_is_refused(monkeypatch, known):
    newest, _ = state(known[0])
    with pytest.raises(DatawallError, match=f"GPT-{newest}: GPT-{newest} was known at the origin"):
        answers(monkeypatch, known, f"GPT-{newest}")


def test_other_targets_are_left_to_others():
    assert name_forecaster(10, 0)([question("", target="largest_run")]) == {}


def test_too_little_known_is_said():
    said = r"module generations as of 2020-01-01: .* at least 3 usable rows that open a generation, got 2"
    with pytest.raises(
        NothingKnownError,
        match=said,
    ):
        name_forecaster(10, 0)([question("GPT-4", origin=2020.0)])


@pytest.mark.parametrize("origin", [2021.0, 2024.0, 2026.0])
def test_what_became_known_later_changes_nothing(origin, tmp_path):
    rows = rows_of("generations")
    early = [row for row in rows if row["status"] == "watched" or row["date_known"] <= f"{origin:.0f}"]
    assert len(early) < len(rows)
    later = [row | {"generation": "9", "release_date": "2019-01-01"} for row in rows if row not in early]
    load = MODULES["generations"].load
    cut, changed = (
        load(origin, (write(tmp_path / f"{name}.csv", kept),))
        for name, kept in {"cut": early, "changed": [*early, *later]}.items()
    )
    for name, values in (cut.observed | cut.constants).items():
        assert np.array_equal(values, (changed.observed | changed.constants)[name]), name
