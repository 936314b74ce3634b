"""What became known after an origin changes nothing that is said there, from the tables to the answers."""

import shutil

import numpy as np
import pytest

from datawall.backtesting.backtest import run
from datawall.backtesting.plan import make_plan
from datawall.backtesting.schedule import shipped_parts
from datawall.errors import DatawallError
from datawall.inference import tables
from datawall.inference.fit import evidence_digest
from datawall.inference.models import MODULES
from datawall.inference.tables import read_table
from datawall.scenario import files
from support.evidence_copies import rewrite

ORIGIN = "2024-01"
YEAR = 2024.0
UNTOUCHED = ("date", "start", "end", "preview", "window", "mass")
"""Columns with one of these in their name are no figures that may be scaled."""


@pytest.fixture
def evidence(tmp_path, monkeypatch):
    shutil.copytree(files.folder() / "evidence", tmp_path / "evidence")
    monkeypatch.setattr(tables, "folder", lambda: tmp_path)
    return tmp_path / "evidence"


def scaled(row):
    """Return a row whose figures are a little larger."""

    def larger(column, text):
        try:
            return text if any(word in column for word in UNTOUCHED) else str(1.02 * float(text))
        except ValueError:
            return text

    return {column: larger(column, text) for column, text in row.items()}


def tamper(evidence):
    """Change all rows of each table that became known after the origin, drop some, and repeat others."""
    for path in sorted(evidence.glob("*.csv")):
        table = read_table(path, ())
        if "date_known" not in table.columns:
            continue
        later = table.years("date_known") > YEAR
        changed = [scaled(row) if late else row for row, late in zip(table.rows, later, strict=True)]
        kept = [row for place, row in enumerate(changed) if not (later[place] and place % 3 == 0)]
        rewrite(path, lambda _, kept=kept: kept)


def known_then():
    """Return what each module reads at the origin, or why it reads nothing."""
    found = {}
    for name, module in MODULES.items():
        try:
            found[name] = evidence_digest(module.load(YEAR, ()))
        except DatawallError:
            found[name] = "too little"
    return found


def known_now():
    return {name: evidence_digest(module.load(None, ())) for name, module in MODULES.items()}


def test_no_module_reads_what_became_known_later(evidence):
    before, now = known_then(), known_now()
    tamper(evidence)
    assert known_then() == before
    changed = {name for name, digest in known_now().items() if digest != now[name]}
    assert changed >= {"compute", "hardware", "training_sets", "release", "generations", "cadence", "price"}


@pytest.mark.slow
def test_answers_of_a_whole_backtest_are_those_of_a_world_where_all_that_came_later_was_otherwise(evidence):
    """Fits five modules where they are not in the cache: some minutes."""
    plan = make_plan(("baseline",), ORIGIN, ORIGIN, "1y", ("1y", "4y"), 400)
    before = run(plan, shipped_parts())
    tamper(evidence)
    after = run(plan, shipped_parts())
    for who in ("baseline", "persistence", "trend"):
        old, new = (tree[f"forecasts/{who}/quantile"].to_numpy() for tree in (before, after))
        np.testing.assert_array_equal(new, old)
        assert np.isfinite(old).any()
    told = [tree["questions/outcome"].to_numpy() for tree in (before, after)]
    assert not np.array_equal(*told, equal_nan=True)  # the tampering reached the outcomes
