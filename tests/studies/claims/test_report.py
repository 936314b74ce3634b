"""The report of the claims: committed as generated, and the same in every form."""

import json
from pathlib import Path

import pytest
from rich.console import Console

from datawall.studies.claims.report import (
    REPORT,
    as_data,
    details,
    markdown,
    shown,
    terminal_tables,
)
from datawall.studies.claims.schema import load_claims

pytestmark = pytest.mark.integration

ROOT = Path(__file__).parents[3]


def test_the_committed_report_is_the_generated_one(judged):
    generated = markdown(judged, load_claims().sources)
    assert (ROOT / REPORT).read_text("utf-8") == generated


def test_every_statement_is_in_the_report_once(judged):
    text = markdown(judged, load_claims().sources)
    for claim in judged:
        assert text.count(f"| {claim.statement} |") == 1
        assert text.count(f"| {claim.id} |") == max(1, len(claim.checks))


def test_every_table_row_has_all_columns(judged):
    widths = {
        line.count(" | ") for line in markdown(judged, {}).splitlines() if line.startswith(("| S", "| id"))
    }
    assert widths == {10, 2}


def test_json_holds_every_claim_and_no_infinity(judged):
    data = json.loads(json.dumps(as_data(judged), allow_nan=False))
    assert [claim["id"] for claim in data] == [claim.id for claim in judged]
    assert data[0]["checks"][0]["claimed"]["high"] == "inf"


def test_the_terminal_shows_verdicts_and_reasons(judged):
    console = Console(width=200)
    with console.capture() as captured:
        for block in [*terminal_tables(judged), *details(judged)]:
            console.print(block)
    text = captured.get()
    assert "Fails" in text
    assert "rule of k squared 9 (holds)" in " ".join(text.split())


@pytest.mark.parametrize("noise", [-1e-13, 0.0, 1e-13])
def test_noise_in_the_last_digits_does_not_show(noise):
    for value in (6.75e25, 1.125, 8.165e13, 2.345e-4):
        assert shown(value * (1 + noise), "x") == shown(value, "x")
