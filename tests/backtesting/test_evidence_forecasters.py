import numpy as np
import pytest
from scipy import stats

from datawall.backtesting import evidence_forecasters
from datawall.backtesting.evidence_forecasters import RECENT, module_forecaster, name_forecaster, releases
from datawall.backtesting.questions import ForecastQuestion, NothingKnownError
from datawall.backtesting.records import series_of
from datawall.errors import UntrustedPosteriorError
from datawall.inference.models import MODULES, hardware, price

HORIZONS = (0.5, 2.0, 4.0)
DRAWS = 20_000
NATS = np.log(10.0)


def ask(target, origin):
    return [ForecastQuestion(target, "", origin, horizon) for horizon in HORIZONS]


def give(monkeypatch, evidence=None, **values):
    """Let the posterior be one point, so that what is drawn has a closed form."""

    def refitted(name, origin):
        draws = {key: np.array([value, value], float) for key, value in values.items()}
        return evidence or MODULES[name].load(origin, ()), draws

    monkeypatch.setattr(evidence_forecasters, "draws_known", refitted)


def no_figure_above(target, origin, horizon, exceeds):
    """Return the probability that no new figure exceeds a level, of a Poisson process of uncertain rate."""
    series = series_of(target, origin)
    recent = np.sum((series.date > origin - RECENT) & (series.date <= origin))
    return (1.0 + horizon * exceeds / RECENT) ** -(recent + 0.5)


def agree(drawn, level, probability):
    """Check a probability to within 3.9 standard errors: false alarm 1e-4."""
    assert abs(np.mean(drawn <= level) - probability) < 3.9 * np.sqrt(0.25 / DRAWS)


def check_record(answers, target, origin):
    """Check that the record never falls, neither below the one known nor from one horizon to the next."""
    paths = np.stack([answers[question] for question in ask(target, origin)])
    assert paths.min() >= series_of(target, origin).record(origin)
    assert (np.diff(paths, axis=0) >= 0.0).all()
    assert np.ptp(paths[-1]) > 0.0


def test_a_training_set_falls_short_of_a_record_that_grows(monkeypatch):
    origin, target, gap = 2024.5, "training_set", 0.7
    evidence = MODULES["training_sets"].load(origin, ())
    data, steady = evidence.constants, np.zeros(len(evidence.coords["year"]))
    give(monkeypatch, level=2e13, growth=1.8, pace_spread=0.0, pace_deviation=steady, gap=gap)
    answers = module_forecaster(target, DRAWS, 0)(ask(target, origin))
    check_record(answers, target, origin)
    for question, drawn in answers.items():
        years = np.linspace(0.0, question.horizon, 201)
        line = np.log(2e13) + np.log(1.8) * (origin + years - data["anchor"])
        for level in (13.4, 13.8):
            # a figure falls short of the line by a gap and an error, as large as one of those known
            exceeds = [stats.exponnorm(gap / e, 0.0, e).cdf(line - level * NATS) for e in data["error"]]
            average = np.trapezoid(np.mean(exceeds, axis=0), years) / question.horizon
            agree(drawn, level, no_figure_above(target, origin, question.horizon, average))


def test_the_record_climbs_at_the_pace_of_each_year():
    pace = np.array([[1.0, 3.0, 0.5]])
    dates = np.array([[2023.75, 2024.0, 2024.5, 2025.5, 2023.25]])
    found = evidence_forecasters._climbed(pace, 2023.5, dates)
    np.testing.assert_allclose(found, [[0.25, 0.5, 2.0, 3.75, -0.25]])


def test_years_to_come_have_paces_that_are_not_known_yet(monkeypatch):
    origin = 2024.5
    evidence = MODULES["training_sets"].load(origin, ())
    anchor_year = [float(year == 2024) for year in evidence.coords["year"]]
    evidence.constants["error"][:] = 1e-9
    give(monkeypatch, evidence, level=1e15, growth=2.0, pace_spread=0.3, pace_deviation=anchor_year, gap=1e-6)
    monkeypatch.setattr(evidence_forecasters, "releases", lambda *_: (np.full((DRAWS, 1), 2027.25), np.True_))
    question = ForecastQuestion("training_set", "", origin, 4.0)
    climb = NATS * module_forecaster("training_set", DRAWS, 0)([question])[question] - np.log(1e15)
    ahead = 2025.0 - float(evidence.constants["anchor"])
    # two whole years and a quarter of one are drawn; the rest of this one goes on as it went
    expected = stats.norm(np.log(2.0) * (ahead + 2.25) + 0.3 * ahead, 0.3 * np.sqrt(2.0 + 0.25**2))
    assert stats.kstest(climb, expected.cdf).pvalue > 1e-3  # false alarm: 1e-3


def test_the_best_chip_is_the_largest_of_those_that_come(monkeypatch):
    origin, target = 2024.5, "flop_per_watt"
    scatter, df = 0.3, 4.0
    give(
        monkeypatch,
        level=[1.0, 1.0, 1.2],
        growth=[2.0, 2.0, 1.0],  # chips per watt do not grow, so that all are alike
        scatter=[1.0, 1.0, scatter],
        residual_df=df,
        era_spread=0.0,
    )
    answers = module_forecaster(target, DRAWS, 0)(ask(target, origin))
    check_record(answers, target, origin)
    for question, drawn in answers.items():
        for level in (0.3, 0.5):
            exceeds = stats.t.sf((level * NATS - np.log(1.2)) / scatter, df)
            agree(drawn, level, no_figure_above(target, origin, question.horizon, exceeds))


def test_chips_grow_with_the_years(monkeypatch):
    give(monkeypatch, level=[1.0] * 3, growth=[1.5] * 3, scatter=[1e-6] * 3, residual_df=9.0, era_spread=0.0)
    origin = 2024.5
    answers = module_forecaster("flop_per_chip", DRAWS, 0)(ask("flop_per_chip", origin))
    for question, drawn in answers.items():
        line = np.log10(1.5) * (question.until - hardware.H100_RELEASED)
        assert drawn.max() == pytest.approx(line, abs=0.01)


def test_a_dollar_buys_what_models_of_that_capability_cost(monkeypatch):
    origin, gap, scatter = 2026.6, 0.8, 0.4
    give(
        monkeypatch,
        cheapest=0.05,
        fall=3.0,
        step_price=1.0,  # all capabilities cost the same
        gap=gap,
        scatter=scatter,
        hardware_growth=2.0,
        algorithms_halving=24.0,
        share_kept=0.0,
    )
    answers = module_forecaster("price", DRAWS, 0)(ask("price", origin))
    check_record(answers, "price", origin)
    question = ask("price", origin)[0]
    # the fall beyond hardware and algorithms does not go on: a factor of 2 sqrt(2) a year from the origin
    edge = -np.log(0.05) + np.log(3.0) * (origin - price.PIVOT)
    years = np.linspace(0.0, question.horizon, 201)
    exceeds = stats.exponnorm(gap / scatter, 0.0, scatter).cdf(edge + np.log(2.0**1.5) * years - 1.1 * NATS)
    average = np.trapezoid(exceeds, years) / question.horizon
    agree(answers[question], 1.1, no_figure_above("price", origin, question.horizon, average))


def test_figures_come_as_often_as_of_late():
    origin = 2024.5
    series = series_of("flop_per_chip", origin)
    dates, come = releases(series, origin, origin + 2.0, DRAWS, np.random.default_rng(0))
    recent = np.sum(series.date > origin - RECENT)
    counts = come.sum(axis=1)
    expected = stats.nbinom(recent + 0.5, RECENT / (RECENT + 2.0))
    assert abs(counts.mean() - expected.mean()) < 3.9 * expected.std() / np.sqrt(DRAWS)
    assert abs(np.mean(counts <= 8) - expected.cdf(8)) < 3.9 * np.sqrt(0.25 / DRAWS)
    assert dates.min() >= origin
    assert dates.max() <= origin + 2.0


@pytest.mark.parametrize(
    ("target", "origin", "reason"),
    [
        ("price", 2024.0, "no figure was known"),
        ("price", 2026.45, "module price as of 2026-06-14: .* need at least 8"),
        ("flop_per_usd", 2019.0, "module hardware as of 2019-01-01: .* need at least 5"),
    ],
)
def test_too_little_evidence_is_said_in_words(target, origin, reason):
    with pytest.raises(NothingKnownError, match=reason):
        module_forecaster(target, 10, 0)(ask(target, origin))


@pytest.mark.parametrize(
    ("forecaster", "question"),
    [
        (module_forecaster("flop_per_chip", 10, 0), ForecastQuestion("flop_per_chip", "", 2024.5, 1.0)),
        (name_forecaster(10, 0), ForecastQuestion("release_by_name", "GPT-5", 2024.5, 1.0)),
    ],
)
def test_a_fit_that_cannot_be_trusted_is_no_lack_of_evidence(monkeypatch, forecaster, question):
    def torn(*_):
        raise UntrustedPosteriorError("torn")

    monkeypatch.setattr(evidence_forecasters, "refitted_draws", torn)
    with pytest.raises(UntrustedPosteriorError, match="torn"):
        forecaster([question])


def test_questions_about_other_targets_are_left_to_others():
    assert module_forecaster("price", 10, 0)(ask("flop_per_chip", 2024.5)) == {}
