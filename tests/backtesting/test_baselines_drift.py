import numpy as np
import pytest
from scipy import stats

from datawall.backtesting import baselines
from datawall.backtesting.baselines import drift, growth_draws, yearly_records
from datawall.backtesting.questions import ForecastQuestion, NothingKnownError
from datawall.backtesting.records import Series

DATES = np.arange(2018.0, 2024.0)
ORIGIN = 2023.0
VALUES = np.array([22.0, 23.2, 23.4, 24.1, 24.9, 25.4])


def walk(value):
    return Series(tuple(map(str, DATES)), value, DATES, DATES, np.zeros(len(DATES)))


@pytest.fixture
def known(monkeypatch):
    def use(value):
        monkeypatch.setattr(baselines, "series_of", lambda *_: walk(value))

    use(VALUES)
    return use


def test_growth_has_the_classical_distribution_of_a_mean():
    steps = np.diff(VALUES)
    growth, spread = growth_draws(VALUES, 40_000, np.random.default_rng(0))
    expected = stats.t(4, np.mean(steps), np.std(steps, ddof=1) / np.sqrt(5.0))
    # false alarm: 1e-3 each
    assert stats.kstest(growth, expected.cdf).pvalue > 1e-3
    assert stats.kstest(5.0 * np.var(steps) / spread**2, stats.chi2(4).cdf).pvalue > 1e-3


def test_records_are_taken_at_whole_years_before_the_origin():
    assert yearly_records(walk(VALUES), 2023.5).tolist() == VALUES.tolist()
    assert yearly_records(walk(VALUES), 2021.2).tolist() == VALUES[:4].tolist()


def covered(known, understated):
    """Return in how many of 400 repetitions the 80 % interval holds where a walk with drift is a year on."""
    rng, count = np.random.default_rng(1), 0
    question = ForecastQuestion("largest_run", "", ORIGIN, 1.0)
    for _ in range(400):
        rise = np.diff(DATES, append=ORIGIN + 1.0)
        path = 20.0 + np.cumsum(
            np.concatenate([[0.0], 3.0 * rise + 0.3 * np.sqrt(rise) * rng.normal(size=6)])
        )
        seen = path[:-1]
        smooth = np.interp(DATES, DATES[[0, -1]], seen[[0, -1]])
        known(understated * seen + (1.0 - understated) * smooth)
        low, high = np.quantile(drift(400, 0)([question])[question], [0.1, 0.9])
        count += low <= path[-1] <= high
    return count


def test_it_covers_what_it_says_unless_steps_are_smoothed(known):
    """80 % of 400 are 320 with a standard error of 8: four of them is one false alarm in 16,000."""
    assert abs(covered(known, 1.0) - 320) < 32
    assert covered(known, 0.1) < 250


@pytest.mark.usefixtures("known")
def test_levels_and_dates_tell_the_same_story():
    level, date = (
        ForecastQuestion("largest_run", "", ORIGIN, 2.0),
        ForecastQuestion("first_above", "1e+26", ORIGIN, 2.0),
    )
    answers = drift(20_000, 0)([level, date])
    assert answers[level].min() >= VALUES[-1]
    assert answers[date].min() >= ORIGIN
    # a walk that is above at the end has passed; one that has passed may have come back
    above, passed = np.mean(answers[level] >= 26.0), np.mean(answers[date] <= ORIGIN + 2.0)
    assert above <= passed + 0.01


def test_too_few_records_and_names_are_left_out(known):
    with pytest.raises(NothingKnownError):
        drift(400, 0)([ForecastQuestion("release_by_name", "GPT-5", ORIGIN, 1.0)])
    known(np.full(6, 22.0))  # no step
    with pytest.raises(NothingKnownError, match="largest_run"):
        drift(400, 0)([ForecastQuestion("largest_run", "", ORIGIN, 1.0)])
