"""Sentences against the numbers that they are to state."""

import numpy as np
import pytest

from datawall.backtesting.questions import ForecastQuestion
from datawall.backtesting.scores import score, skill
from datawall.backtesting.scoring import Outcome
from datawall.backtesting.verdicts import remarks, verdicts

TAKEN_OUT = {2019.0: ("power", "slowdown"), 2020.0: ("power",)}
ORIGINS = 2019.0 + 0.5 * np.arange(14)


def asked():
    outcomes = {}
    for origin in ORIGINS:
        for horizon in (1.0, 2.0, 4.0):
            question = ForecastQuestion("largest_run", "", float(origin), horizon)
            floor = Outcome(np.inf, last=26.7) if question.until <= 2026.6 else None
            outcomes[question] = Outcome(20.0 + question.until % 100) if question.until <= 2025.6 else floor
    return outcomes


def said(ours, theirs):
    """Return the verdicts on one forecaster beside persistence, each given by its error and its spread."""
    outcomes = asked()
    noise = np.linspace(-1.0, 1.0, 101)
    scored = {
        who: score({one: 20.0 + one.until % 100 + bias + sd * noise for one in outcomes}, outcomes)
        for who, (bias, sd) in {"us": ours, "persistence": theirs}.items()
    }
    skills = {"persistence": skill(scored, "us", "persistence")}
    return verdicts(scored, skills, "us"), remarks(scored["us"], TAKEN_OUT)


def test_what_a_good_forecaster_is_told():
    (one, two, targets, run, trend, drift), (without, lean, states, origins, hindsight) = said(
        (0.1, 0.5), (1.0, 0.001)
    )
    assert one.startswith("1 year ahead, the 80 % intervals of us hold 100 % of 12 amounts, too many (asked")
    assert "100 % of 10 amounts" in two
    assert targets.endswith("they hold too many of largest known training run (100 % of 28).")
    assert run.startswith("On the largest run, the CRPS of us beats that of persistence: 0.09 against 1.00")
    assert "over 28 questions (skill 91 %, standard error 0 %)" in run
    assert trend == "On the largest run, us and trend answered no question whose outcome is known."
    assert drift == trend.replace("trend", "drift")
    assert "of 2 origins, power at 2, slowdown at 1" in without
    assert lean.startswith("Amounts came out differently spread than forecast")
    assert states.startswith("Of 42 questions, 28 are answered by what happened, 6 are open")
    assert "8 cannot be told yet. 6 of the open are levels of which only a floor is known" in states
    assert "12 origins overlap" in origins
    assert "6 at 1 year, 3 at 2 years, 1 at 4 years" in origins
    assert "written in 2026" in hindsight


def test_what_a_bad_forecaster_is_told():
    (one, _, targets, run, _, _, better), _ = said((3.0, 0.5), (1.0, 0.001))
    assert "hold 0 % of 12 amounts, too few" in one
    assert "too few of largest known training run (0 % of 28)" in targets
    assert "the CRPS of us does not beat that of persistence" in run
    assert better.startswith("Better than it is persistence on: largest known training run (skill -")


@pytest.mark.parametrize(("bias", "way"), [(-1.0, "larger"), (1.0, "smaller")])
def test_which_way_forecasts_are_off_is_said(bias, way):
    _, sentences = said((bias, 0.5), (1.0, 0.001))
    (leaning,) = (sentence for sentence in sentences if "came out" in sentence)
    assert leaning.startswith(f"Amounts came out {way} than forecast")


def test_what_cannot_be_told_is_said():
    outcomes: dict[ForecastQuestion, Outcome | None] = {
        ForecastQuestion("largest_run", "", 2026.0, 1.0): None
    }
    scored = {who: score({one: np.zeros(3) for one in outcomes}, outcomes) for who in ("us", "trend")}
    sentences = verdicts(scored, {"trend": skill(scored, "us", "trend")}, "us")
    assert sentences[0] == "No outcome can be told yet 1 year ahead."
    assert sentences[2] == "On the largest run, us and trend answered no question whose outcome is known."
    assert all("nan" not in sentence for sentence in sentences + remarks(scored["us"], {}))


def test_doubt_is_said():
    rng = np.random.default_rng(0)
    outcomes = asked()
    scored = {}
    for who in ("us", "persistence"):
        biased = {one: 20.0 + one.until % 100 + rng.normal() + np.zeros(1) for one in outcomes}
        scored[who] = score(biased, outcomes)
    skills = {"persistence": skill(scored, "us", "persistence")}
    (sentence,) = (s for s in verdicts(scored, skills, "us") if "CRPS of us" in s)
    assert "less than two standard errors from none" in sentence


def of_dates(rng, rates, *, sure_of=0):
    """Return scores of a forecaster who knows at which rate each date comes, and of some sure questions."""
    outcomes, answers = {}, {}
    for place, rate in enumerate(rates):
        question = ForecastQuestion("first_above", f"{place}", 2020.0, 1.0)
        date = 2020.0 + rng.exponential(1.0 / rate)
        outcomes[question] = Outcome(date if date <= 2021.0 else np.inf, 2020.0, 2021.0)
        answers[question] = 2020.0 + rng.exponential(1.0 / rate, 2000)
    for place in range(sure_of):
        question = ForecastQuestion("first_above", f"sure {place}", 2020.0, 1.0)
        outcomes[question] = Outcome(np.inf, 2020.0, 2021.0)
        answers[question] = np.full(2000, np.inf)
    return score(answers, outcomes)


@pytest.mark.parametrize("rate", [0.1, 0.5, 2.0])
def test_a_calibrated_forecaster_of_dates_is_told_so(rate):
    """Whether most dates come in their window or few do: of 600, 80 % within two standard errors of .016."""
    scored = {"us": of_dates(np.random.default_rng(1), [rate] * 600)}
    (sentence, *_) = verdicts(scored, {}, "us")
    assert "dates that were in question (those still open among them), as they should" in sentence


def test_dates_that_were_foregone_hide_nothing():
    scored = of_dates(np.random.default_rng(2), [1.0] * 40, sure_of=400)
    assert "of 40 dates that were in question" in verdicts({"us": scored}, {}, "us")[0]
