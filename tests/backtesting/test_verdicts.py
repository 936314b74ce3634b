"""Sentences against the numbers that they are to state."""

import numpy as np
import pytest

from datawall.backtesting.questions import Question
from datawall.backtesting.scores import coverage_table, score, skill
from datawall.backtesting.verdicts import HINDSIGHT, apart, judgement, verdicts
from datawall.scoring import Outcome

ORIGINS = 2019.0 + 0.5 * np.arange(14)


def asked():
    outcomes = {}
    for origin in ORIGINS:
        for horizon in (1.0, 2.0, 4.0):
            question = Question("largest_run", "", float(origin), horizon)
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
    return verdicts(scored, skills, coverage_table(scored["us"]), "us")


def test_what_a_good_forecaster_is_told():
    one, two, targets, run, trend, _, states, origins, hindsight = said((0.1, 0.5), (1.0, 0.001))
    assert one.startswith("The 80 % intervals of us hold 100 % of 12 outcomes 1 year ahead")
    assert "100 % of the 12 that have come: too many (asked of them is 65 % to 95 %)" in one
    assert "10 outcomes 2 years ahead" in two
    assert targets.endswith("80 % intervals hold too many of largest known training run (100 % of 22).")
    assert run.startswith("On the largest run, the CRPS of us beats that of persistence: 0.09 against 1.00")
    assert "over 28 questions (skill 91 %, standard error 0 %)" in run
    assert trend == "On the largest run, us and trend answered no question whose outcome is known."
    assert states.startswith("Of 42 questions, 28 are answered by what happened, 6 are open")
    assert "8 cannot be told yet. 6 of the open are levels of which only a floor is known" in states
    assert "12 origins overlap" in origins
    assert hindsight == HINDSIGHT
    assert "6 at 1 year, 3 at 2 years, 1 at 4 years" in origins


def test_what_a_bad_forecaster_is_told():
    one, _, targets, run, *_ = said((3.0, 0.5), (1.0, 0.001))
    assert "hold 0 % of 12 outcomes 1 year ahead" in one
    assert "too few (asked of them is 65 % to 95 %)" in one
    assert "too few of largest known training run (0 % of 22)" in targets
    assert "the CRPS of us does not beat that of persistence" in run


def test_coverage_and_crps_are_the_judgement():
    sentences = said((0.1, 0.5), (1.0, 0.001))
    assert judgement(sentences) == ([*sentences[:2], *sentences[3:5]], [sentences[2], *sentences[5:]])


@pytest.mark.parametrize(("bias", "way"), [(-1.0, "higher"), (1.0, "lower")])
def test_which_way_forecasts_are_off_is_said(bias, way):
    sentences = said((bias, 0.5), (1.0, 0.001))
    assert any(sentence.startswith(f"Amounts came out {way} than forecast") for sentence in sentences)
    assert not any(sentence.startswith("Dates") for sentence in sentences)


def test_what_cannot_be_told_is_said():
    outcomes: dict[Question, Outcome | None] = {Question("largest_run", "", 2026.0, 1.0): None}
    scored = {who: score({one: np.zeros(3) for one in outcomes}, outcomes) for who in ("us", "trend")}
    sentences = verdicts(scored, {"trend": skill(scored, "us", "trend")}, coverage_table(scored["us"]), "us")
    assert sentences[0] == "No outcome can be told yet 1 year ahead."
    assert sentences[2] == "On the largest run, us and trend answered no question whose outcome is known."
    assert all("nan" not in sentence for sentence in sentences)


def test_doubt_is_said():
    rng = np.random.default_rng(0)
    outcomes = asked()
    scored = {}
    for who in ("us", "persistence"):
        biased = {one: 20.0 + one.until % 100 + rng.normal() + np.zeros(1) for one in outcomes}
        scored[who] = score(biased, outcomes)
    skills = {"persistence": skill(scored, "us", "persistence")}
    sentence = verdicts(scored, skills, coverage_table(scored["us"]), "us")[3]
    assert "less than two standard errors from none" in sentence


@pytest.mark.parametrize(("distance", "count"), [(0.5, 14), (1.0, 7), (2.0, 4), (4.0, 2), (9.0, 1)])
def test_origins_apart(distance, count):
    assert apart(np.repeat(ORIGINS, 3), distance) == count
