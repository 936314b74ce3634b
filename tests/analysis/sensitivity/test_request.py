"""Questions as a user writes them."""

import pytest

from datawall.analysis.sensitivity.request import Asked, parse_asked
from datawall.errors import DatawallError


def test_the_three_kinds_of_question():
    assert parse_asked("wall.tokens[1]") == Asked("wall.tokens[1]", "wall.tokens[1]", "value")
    spaced = parse_asked("P(release.raw[6] <= 2030.5)")
    assert (spaced.name, spaced.kind, spaced.level) == ("release.raw[6]", "probability", 2030.5)
    assert parse_asked("P(frontier_flop[2030]<=1e29)").level == 1e29
    tail = parse_asked("Q90(loss[2030])")
    assert (tail.name, tail.kind, tail.level) == ("loss[2030]", "quantile", 0.9)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("P(wall.tokens[1])", "need an output or a question on one"),
        ("P(wall.tokens[1]<=soon)", "need a finite number, got 'soon'"),
        ("P(loss[2030]<=nan)", "need a finite number, got 'nan'"),
        ("P(frontier_flop[2030]<=inf)", "need a finite number, got 'inf'"),
        ("Q100(loss[2030])", "need a quantile between 0 and 100, got 100"),
        ("Q1.2.3(loss[2030])", "need a finite number, got '1.2.3'"),
        ("wall.tokens[1]<=2030", "give NAME, P(NAME<=LEVEL) or Q90(NAME)"),
    ],
)
def test_what_is_no_question_is_refused_in_one_sentence(text, words):
    with pytest.raises(DatawallError, match="--output") as error:
        parse_asked(text)
    assert words in str(error.value)
