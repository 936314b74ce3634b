"""Scores of simulated forecasters of a random walk, whose skill, coverage and overconfidence are known."""

import numpy as np
import pytest
import xarray as xr
from scipy import stats

from datawall.backtesting import scoring
from datawall.backtesting.questions import ForecastQuestion
from datawall.backtesting.scores import DESCRIPTIONS, LEVELS, counted, coverage_table, score, skill, widening
from datawall.backtesting.scoring import Outcome

EVEN = stats.norm.ppf((np.arange(400) + 0.5) / 400)
ORIGINS = 2019.0 + 0.5 * np.arange(15)
HORIZONS = (1.0, 2.0)
WATCHED = 2026.5


def asked(targets=("flop_per_chip", "price"), walks=12, seed=1):
    """Questions about random walks of variance 1 a year, the state at their origin, and what happened."""
    rng = np.random.default_rng(seed)
    starts, outcomes = {}, {}
    for target in targets:
        for walk in range(walks):
            steps = np.concatenate([[0.0], np.cumsum(rng.normal(scale=np.sqrt(0.5), size=40))])
            for index, origin in enumerate(ORIGINS):
                for horizon in HORIZONS:
                    question = ForecastQuestion(target, str(walk), float(origin), horizon)
                    starts[question] = steps[index]
                    told = question.until <= WATCHED
                    outcomes[question] = Outcome(steps[index + int(2 * horizon)]) if told else None
    return starts, outcomes


def forecasts(starts, spread=1.0, shift=0.0):
    return {
        question: at + shift + spread * np.sqrt(question.horizon) * EVEN for question, at in starts.items()
    }


@pytest.fixture(scope="module")
def scored():
    starts, outcomes = asked()
    return {
        "right": score(forecasts(starts), outcomes),
        "narrow": score(forecasts(starts, 1 / 1.5), outcomes),
        "persistence": score({question: np.array([at]) for question, at in starts.items()}, outcomes),
    }


DATE = ForecastQuestion("release_by_name", "GPT-5", 2023.0, 2.0)
LEVEL = ForecastQuestion("largest_run", "", 2025.0, 1.0)
FUTURE = ForecastQuestion("largest_run", "", 2026.0, 4.0)


@pytest.fixture(scope="module")
def few():
    outcomes = {
        DATE: Outcome(np.inf, 2023.0, 2025.0),
        LEVEL: Outcome(np.inf, last=26.7),
        FUTURE: None,
        ForecastQuestion("price", "", 2024.0, 1.0): Outcome(0.5),
    }
    answers = {
        DATE: np.array([2023.5, 2024.0, 2026.0, np.inf]),
        LEVEL: np.array([26.5, 26.7, 27.0, 28.0]),
        FUTURE: np.array([27.0, 28.0]),
    }
    return score(answers, outcomes)


def test_scores_are_those_of_each_answer(few):
    date, level = few.isel(question=0), few.isel(question=1)
    draws = np.array([2023.5, 2024.0, 2026.0, np.inf])
    assert float(date["crps"]) == scoring.crps(draws, Outcome(np.inf, 2023.0, 2025.0))
    assert float(date["brier"]) == 0.25  # half said that it would come
    assert float(date["log_score"]) == pytest.approx(np.log(2))
    assert (float(date["pit_low"]), float(date["pit_high"])) == (0.5, 1.0)
    assert float(level["crps"]) == pytest.approx(0.2 / 16)
    assert np.isnan(level["brier"])
    assert few["quantile"].sel(question=0, level=0.995) == np.inf


def test_what_is_missing_is_nan_and_what_is_known_stays(few):
    assert few["state"].values.tolist() == ["open", "open", "unresolved", "happened"]
    names = list(DESCRIPTIONS)
    assert few[names].isel(question=[2, 3]).to_array().isnull().all()
    assert few["quantile"].isel(question=2).notnull().all()
    assert few["quantile"].isel(question=3).isnull().all()
    assert few["quantile"].sizes == {"question": 4, "level": len(LEVELS)}
    assert few["window_last"].values.tolist() == [2025.0, 26.7, np.inf, np.inf]


def test_a_file_keeps_them(few, tmp_path):
    few.to_netcdf(tmp_path / "scores.nc", engine="h5netcdf")
    xr.testing.assert_equal(xr.load_dataset(tmp_path / "scores.nc", engine="h5netcdf"), few)


def test_floors_and_gaps_are_left_out_of_averages(few):
    assert counted(few).tolist() == [True, False, False, False]
    assert coverage_table(few)["questions"].sel(mass=0.8, horizon=0.0, target="") == 1


def test_skill_against_persistence_is_that_of_a_random_walk(scored):
    """CRPS of N(0, 1) under itself is 1 / sqrt(pi), of its centre the mean of |z|, sqrt(2 / pi)."""
    found = skill(scored, "right", "persistence").sel(horizon=0.0)
    exact = 1.0 - 1.0 / np.sqrt(2.0)
    error = found["error"]
    # paths of one target are independent, those of one origin are not: 4 standard errors, false alarm 6e-5
    assert (abs(found["skill"] - exact) < 4 * error).all()
    assert ((error > 0.0) & (error < 0.1)).all()
    ratio = 1.0 - found["crps"] / found["crps_reference"]
    np.testing.assert_allclose(found["skill"], ratio)


def test_skill_compares_what_both_answered(scored):
    right = scored["right"]
    half = right.assign(crps=right["crps"].where(right["origin"] < 2024.0))
    found = skill({"right": right, "half": half}, "right", "half")
    assert (found["skill"] == 0.0).all()
    assert (found["error"] == 0.0).all()
    common = int(((right["origin"] < 2024.0) & (right["target"] == "price")).sum())
    assert found["questions"].sel(target="price", horizon=0.0) == common


def test_one_origin_has_no_standard_error(scored):
    first = {who: one.isel(question=one["origin"].values == 2019.0) for who, one in scored.items()}
    found = skill(first, "right", "persistence")
    assert found["skill"].notnull().all()
    assert found["error"].isnull().all()


def test_skill_against_a_reference_that_was_always_right_is_unknown(scored):
    right = scored["right"]
    perfect = right.assign(crps=0.0 * right["crps"])
    assert skill({"right": right, "perfect": perfect}, "right", "perfect")["skill"].isnull().all()


def test_coverage_of_the_right_and_of_the_narrow(scored):
    """The right one is within 4 standard errors of 24 paths of about 5 horizons that do not overlap."""
    right, narrow = (coverage_table(scored[who])["coverage"] for who in ("right", "narrow"))
    for mass in right["mass"].values:
        error = np.sqrt(mass * (1 - mass) / (24 * 5))
        assert (abs(right.sel(mass=mass, target="") - mass) < 4 * error).all()
        held = 2 * stats.norm.cdf(stats.norm.ppf((1 + mass) / 2) / 1.5) - 1
        assert (abs(narrow.sel(mass=mass, target="") - held) < 4 * error).all()
    assert narrow.sel(mass=0.8, horizon=0.0, target="") < 0.8 - 2 * np.sqrt(0.16 / 120)


def test_cells_of_the_tables_add_up(scored):
    table = coverage_table(scored["right"]).sel(mass=0.8)
    cells = table.sel(target=["flop_per_chip", "price"], horizon=list(HORIZONS))
    total = table.sel(target="", horizon=0.0)
    assert cells["questions"].sum() == total["questions"]
    mean = (cells["coverage"] * cells["questions"]).sum() / total["questions"]
    assert mean == pytest.approx(float(total["coverage"]))


def dates(factor, size=800, seed=3):
    """Forecasters of dates with lognormal waits, watched for two years; many have not come by then."""
    rng = np.random.default_rng(seed)
    origins = 2000.0 + 0.05 * np.arange(size)
    outcomes, answers = {}, {}
    for origin in origins:
        question = ForecastQuestion("release_by_name", "GPT-9", float(origin), 2.0)
        centre = rng.normal(0.4, 0.3)
        date = origin + np.exp(centre + 0.8 * rng.normal())
        last = origin + 2.0
        outcomes[question] = Outcome(date if date <= last else np.inf, origin, last)
        answers[question] = origin + np.exp(centre + 0.8 / factor * EVEN)
    return score(answers, outcomes)


@pytest.mark.parametrize("factor", [1.0, 1.5])
def test_widening_recovers_a_known_overconfidence_though_dates_are_open(factor):
    """Within 4 standard errors of the quantile from as many as came; false alarm below 6e-5.

    The 90 % interval leaves it out for one seed in ten.
    """
    table = dates(factor)
    came = int((table["state"] == "happened").sum())
    z = stats.norm.ppf(0.9)
    error = np.sqrt(0.16 / came) / (2 * stats.norm.pdf(z) * z / factor)
    assert 300 < came < 700
    found = widening(table, seed=0)
    assert found.factor == pytest.approx(factor, abs=4 * error)
    assert found.low < factor < found.high


def test_widening_of_a_backtest_s_levels(scored):
    """The walks overlap: 4 standard errors of 24 paths of 5 horizons apart."""
    z = stats.norm.ppf(0.9)
    error = np.sqrt(0.16 / 120) / (2 * stats.norm.pdf(z) * z / 1.5)
    assert widening(scored["narrow"], seed=0).factor == pytest.approx(1.5, abs=4 * error)
    assert np.isnan(widening(scored["right"].isel(question=slice(0)), seed=0).factor)
