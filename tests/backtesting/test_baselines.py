import numpy as np
import pytest
from scipy import stats

from datawall.backtesting import baselines
from datawall.backtesting.baselines import line_draws, persistence, trend
from datawall.backtesting.outcomes import questions_at
from datawall.backtesting.questions import TARGETS, ForecastQuestion, NothingKnownError
from datawall.backtesting.records import Series, series_of
from support.evidence_copies import use_copy, write

HORIZONS = (0.5, 1.0, 2.0, 4.0)
DATES = np.array([2018.0, 2019.5, 2020.0, 2021.0, 2022.5, 2023.0])
ORIGIN, AHEAD = 2023.5, 1.5


@pytest.fixture
def evidence(tmp_path, monkeypatch):
    return use_copy(tmp_path, monkeypatch)


def line(value):
    return Series(tuple(map(str, DATES)), value, DATES, DATES, np.zeros(len(DATES)))


@pytest.mark.usefixtures("evidence")
def test_persistence_is_an_atom_at_the_record_or_at_never():
    questions = questions_at(2023.0, HORIZONS)
    answers = persistence(questions)
    for question in questions:
        if question.target == "price":  # no price was known then
            assert question not in answers
            continue
        (answer,) = answers[question]
        level = TARGETS[question.target].kind == "level"
        assert answer == (series_of(question.target, 2023.0).record(2023.0) if level else np.inf)
    with pytest.raises(NothingKnownError, match=r"2023-01-01.*price"):
        persistence([q for q in questions if q.target == "price"])


def test_the_line_has_the_classical_predictive_distribution():
    value = np.array([20.0, 21.3, 22.1, 22.5, 24.4, 24.2])
    level, slope = line_draws(line(value), ORIGIN, 40_000, np.random.default_rng(0))
    climb, start = np.polyfit(DATES - 2020.0, value, 1)
    residuals = value - start - climb * (DATES - 2020.0)
    scale, spread = np.sqrt(residuals @ residuals / 4.0), np.sum((DATES - DATES.mean()) ** 2)
    leverage = 1.0 / 6.0 + (ORIGIN + AHEAD - DATES.mean()) ** 2 / spread
    centre = start + climb * (ORIGIN + AHEAD - 2020.0)
    expected = stats.t(4, centre, scale * np.sqrt(1.0 + leverage))
    # false alarm: 1e-3 each
    assert stats.kstest(level + slope * AHEAD, expected.cdf).pvalue > 1e-3
    assert stats.kstest(slope, stats.t(4, climb, scale / np.sqrt(spread)).cdf).pvalue > 1e-3


def covered(understated):
    """Return in how many of 600 repetitions the 80 % interval holds the next figure of a line with errors."""
    rng, count = np.random.default_rng(1), 0
    for _ in range(600):
        errors = rng.normal(0.0, 0.3, len(DATES) + 1)
        seen = 20.0 + 0.6 * (DATES - 2018.0) + errors[:-1] / understated
        level, slope = line_draws(line(seen), ORIGIN, 400, rng)
        low, high = np.quantile(level + slope * AHEAD, [0.1, 0.9])
        count += low <= 20.0 + 0.6 * (ORIGIN + AHEAD - 2018.0) + errors[-1] <= high
    return count


def test_the_trend_covers_what_it_says_unless_errors_are_understated():
    # within 3.3 standard errors: false alarm 1e-3; quantiles of 400 draws cover .005 too little
    assert abs(covered(1.0) / 600 - 0.795) < 3.3 * np.sqrt(0.16 / 600)
    assert covered(2.0) / 600 < 0.795 - 3.3 * np.sqrt(0.16 / 600)


@pytest.mark.usefixtures("evidence")
def test_the_trend_never_falls_below_the_record_and_its_dates_agree_with_its_levels():
    origin, draws = 2024.0, 4000
    answers = trend(draws, 0)(questions_at(origin, HORIZONS))
    for question, drawn in answers.items():
        least = origin
        if TARGETS[question.target].kind == "level":
            least = series_of(question.target, origin).record(origin)
        assert drawn.shape == (draws,)
        assert drawn.min() >= least
    for horizon in HORIZONS:
        level = answers[ForecastQuestion("largest_run", "", origin, horizon)]
        date = answers[ForecastQuestion("first_above", "1e+26", origin, horizon)]
        # 3.9 standard errors: false alarm 1e-4
        assert abs(np.mean(level >= 26.0) - np.mean(date <= origin + horizon)) < 3.9 * np.sqrt(0.5 / draws)


def test_lines_that_fall_never_pass():
    found = baselines._passage(np.array([1.0, 1.0, -0.1]), np.array([0.5, -0.5, -0.5]))
    np.testing.assert_array_equal(found, [2.0, np.inf, 0.0])


def test_a_line_needs_records(evidence):
    table = [
        {
            "model": str(year),
            "release_date": str(year),
            "date_known": str(year),
            "training_flop": f"1e{year - 2000}",
            "flop_confidence": "likely",
        }
        for year in (2019, 2020, 2021, 2022)
    ]
    question = ForecastQuestion("largest_run", "", 2022.5, 1.0)
    write(evidence / "frontier_runs.csv", table)
    assert len(trend(100, 0)([question])[question]) == 100
    write(evidence / "frontier_runs.csv", table[1:])
    with pytest.raises(NothingKnownError, match="largest_run"):
        trend(100, 0)([question])


@pytest.mark.usefixtures("evidence")
def test_names_come_after_waits_of_which_the_first_is_longer_than_so_far():
    origin = 2022.0
    asked = [ForecastQuestion("release_by_name", name, origin, 2.0) for name in ("GPT-4", "GPT-5")]
    answers = trend(20_000, 0)(asked)
    first, second = answers[asked[0]], answers[asked[1]]
    series = series_of("release_by_name", origin)
    releases = np.sort(series.date)
    mean, spread = np.diff(releases).mean(), np.diff(releases).std(ddof=1)
    elapsed = (origin - releases[-1] - mean) / spread
    expected = stats.truncnorm(elapsed, np.inf, releases[-1] + mean, spread)
    # false alarm: 1e-3 each
    assert stats.kstest(first, expected.cdf).pvalue > 1e-3
    wait = second - first
    assert wait.min() == 0.0
    longer = stats.truncnorm(-mean / spread, np.inf, mean, spread)
    assert stats.kstest(wait[wait > 0.0], longer.cdf).pvalue > 1e-3
    assert first.min() > origin
    with pytest.raises(NothingKnownError, match="release_by_name"):
        trend(100, 0)([ForecastQuestion("release_by_name", "GPT-4", 2019.5, 2.0)])
