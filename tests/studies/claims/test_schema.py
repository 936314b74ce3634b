"""Claims files: what ships is complete, and mistakes are named with their place."""

import csv
import re
from pathlib import Path

import pytest

from datawall.errors import DatawallError
from datawall.scenario import ScenarioError, available
from datawall.studies.claims.computations import COMPUTATIONS
from datawall.studies.claims.evaluation import evaluate
from datawall.studies.claims.schema import load_claims

SOURCE = Path(__file__).parents[4] / "shared" / "facts" / "claims.csv"

NEEDS_SOURCE = pytest.mark.skipif(
    not SOURCE.exists(), reason="the statements are other people's words, which do not ship"
)

GOOD = """\
schema = 1
[sources]
T = "a test"
[claims.T-01]
statement = "Three times smaller takes nine times the data."
kind = "rule"
[[claims.T-01.checks]]
quantity = "data factor"
unit = "x"
claimed = 9
computation = "overtraining_data"
given = { shrink = 3 }
"""


@pytest.fixture
def read(tmp_path):
    def from_text(text):
        path = tmp_path / "claims.toml"
        path.write_text(text, encoding="utf-8")
        return load_claims(path)

    return from_text


@NEEDS_SOURCE
def test_every_statement_of_the_source_is_there():
    with SOURCE.open(encoding="utf-8", newline="") as lines:
        ids = [row["id"] for row in csv.DictReader(lines)]
    assert len(ids) == 76
    assert set(load_claims().claims) == set(ids)


@NEEDS_SOURCE
def test_statements_are_restated_and_not_quoted():
    with SOURCE.open(encoding="utf-8", newline="") as lines:
        quoted = {row["id"]: row["statement"] for row in csv.DictReader(lines)}
    for name, claim in load_claims().claims.items():
        ours = re.findall(r"\w+", claim.statement.lower())
        theirs = " ".join(re.findall(r"\w+", quoted[name].lower()))
        runs = (" ".join(ours[k : k + 8]) for k in range(len(ours) - 7))
        assert not any(run in theirs for run in runs), name


def test_the_claims_are_no_scenario():
    assert "claims" not in available()


def test_every_computation_is_used_and_says_what_it_does():
    used = {check.computation for claim in load_claims().claims.values() for check in claim.checks}
    assert used == set(COMPUTATIONS)
    assert all(computation.run.__doc__ for computation in COMPUTATIONS.values())


def test_a_good_file_is_read(read):
    (check,) = read(GOOD).claims["T-01"].checks
    assert check.claimed == (9, 9)
    assert check.given == {"shrink": 3}


@pytest.mark.parametrize(
    ("before", "after", "line", "words"),
    [
        ("schema = 1", "schema = 2", 1, ["schema = 1"]),
        ("unit =", "unti =", 9, ["unti", "did you mean 'unit'"]),
        ("claimed = 9", "", 7, ["claimed", "need one of"]),
        ("claimed = 9", "claimed = 9\nat_least = 3", 10, ["need one of"]),
        ("claimed = 9", "claimed = [3, 2]", 10, ["[low, high]"]),
        ("claimed = 9", 'claimed = "nine"', 10, ["[low, high]", "'nine'"]),
        ("overtraining_data", "overtraining_date", 11, ["did you mean 'overtraining_data'"]),
        ("shrink = 3", "shirnk = 3", 12, ["did you mean", "shrink"]),
        ("shrink = 3", 'shrink = "3"', 12, ["shrink", "number"]),
        ("{ shrink = 3 }", "{}", 12, ["need the setting shrink"]),
        ("{ shrink = 3 }", '{ shrink = 3, rule = "k2" }', 12, ["k_squared"]),
        ("unit =", 'law = "llama3"\nunit =', 9, ["llama3", "besiroglu2024"]),
        ('kind = "rule"', 'kind = "guess"', 6, ["empirical"]),
        ('kind = "rule"', 'kind = "rule"\noutside = "no"', 4, ["checks or outside"]),
        ("T-01", "T1", 4, ["ids such as"]),
        ("[sources]\nT", "[sources]\nU", 2, ["source T"]),
        ("[claims.T-01]", "[claims.T-01", 4, ["not valid TOML"]),
    ],
)
def test_mistakes_are_named(read, before, after, line, words):
    assert before in GOOD
    with pytest.raises(ScenarioError) as raised:
        read(GOOD.replace(before, after))
    message = str(raised.value)
    assert f"claims.toml:{line}: " in message
    for word in words:
        assert word in message


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(ScenarioError, match="no such file"):
        load_claims(tmp_path / "absent.toml")


def test_an_unknown_claim_is_named():
    with pytest.raises(DatawallError, match="no claim 'S0-99'; did you mean"):
        evaluate(["S0-99"])


@pytest.mark.parametrize(
    ("computation", "given", "words"),
    [
        ("recorded_run", '{ model = "GPT-4", column = "training_flop" }', "frontier_runs.csv: no model"),
        ("recorded_run", '{ model = "GPT-5.2 Pro", column = "training_flop" }', "no model"),
        ("recorded_run", '{ model = "Claude 3 Opus", column = "training_flop" }', "is not known"),
        ("drawn_input", '{ name = "mfuu" }', "did you mean 'mfu'"),
        ("generation_date", '{ index = 5.1, event = "start" }', "no generation 5.1"),
    ],
)
def test_what_only_the_evaluation_can_see_is_named(read, computation, given, words):
    text = GOOD.replace("overtraining_data", computation).replace("{ shrink = 3 }", given)
    with pytest.raises(DatawallError, match=re.escape(words)):
        evaluate(claims=read(text).claims)
