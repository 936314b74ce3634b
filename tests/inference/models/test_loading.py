"""Every module reads its shipped table, refuses what it cannot use, and sees nothing after the as-of date."""

import datetime as dt
import re

import numpy as np
import pytest

from datawall.errors import DatawallError
from datawall.inference.evidence_model import Evidence
from datawall.inference.fit import evidence_digest
from datawall.inference.models import MODULES, compute, training_sets
from datawall.units import decimal_year
from support.shipped_modules import TABLES, rows_of, write

AS_OF = 2026.5
"""Before the day until which releases were watched: what came later could not be known."""
LATER = "2026-12-01"
CHANGED = {
    "compute": {"training_flop": "9e28", "flop_confidence": "likely", "release_date": "2026-10-20"},
    "training_sets": {"tokens_seen": "9e14"},
    "hardware": {"bf16_dense_tflops": "9000", "release_date": "2026-10-20"},
    "data_stock": {"central": "1.2", "low": "1.1", "high": "1.3"},
    "release": {"release_date": "2026-10-20", "outcome": "cancelled", "flagship_case": "counted"},
    "cadence": {"model": "another", "release_date": "2026-10-20", "status": "released"},
    "generations": {
        "model": "another",
        "generation": "9",
        "release_date": "2026-10-20",
        "status": "released",
    },
    "price": {"output_usd_per_mtok": "999"},
    "run_sizes": {"start": "2025.58", "end": "2026", "models": "12"},
}
"""One more row for each table, known after the as-of date."""
MODULES_WITH_ANCHORS = {"compute": compute, "training_sets": training_sets}
modules = pytest.mark.parametrize("name", TABLES)


def same(one: Evidence, other: Evidence) -> bool:
    arrays = [evidence.observed | evidence.constants for evidence in (one, other)]
    return all(np.array_equal(arrays[0][key], arrays[1][key]) for key in arrays[0])


@modules
def test_the_shipped_table_loads_with_labels_for_every_row(name):
    evidence = MODULES[name].load(None, ())
    for key, values in (evidence.observed | evidence.constants).items():
        assert np.shape(values) == tuple(len(evidence.coords[dim]) for dim in evidence.dims[key]), key
    assert all(np.all(np.isfinite(values)) for values in evidence.observed.values())
    assert evidence.sources
    assert evidence.newest < 2026.85


@modules
def test_later_evidence_changes_nothing(name, tmp_path):
    rows = rows_of(name)
    later = write(tmp_path / "later.csv", [*rows, rows[-1] | CHANGED[name] | {"date_known": LATER}])
    shipped, load = MODULES[name].load(AS_OF, ()), MODULES[name].load
    assert same(load(AS_OF, (later,)), shipped)
    assert not same(load(None, (later,)), shipped), "the row must count once it is known"


@pytest.mark.parametrize("name", [name for name in TABLES if name != "price"])
def test_an_earlier_as_of_date_leaves_out_what_came_later(name):
    early = MODULES[name].load(2025.5, ())
    assert early.newest <= 2025.5
    assert not same(early, MODULES[name].load(None, ()))


def test_prices_say_that_their_evidence_is_recent():
    with pytest.raises(DatawallError, match=r"priced_models\.csv: need at least 8 .* known only after"):
        MODULES["price"].load(2025.5, ())


@modules
def test_a_missing_column_is_named(name, tmp_path):
    rows = [{key: cell for key, cell in row.items() if key != "source"} for row in rows_of(name)]
    with pytest.raises(DatawallError, match="need a column 'source'"):
        MODULES[name].load(None, (write(tmp_path / "table.csv", rows),))


@modules
def test_two_rows_are_too_few(name, tmp_path):
    with pytest.raises(DatawallError, match=r"table\.csv: need at least \d+ "):
        MODULES[name].load(None, (write(tmp_path / "table.csv", rows_of(name)[:2]),))


WRONG = [
    ("compute", "training_flop", "nan", "need FLOP between"),
    ("compute", "training_flop", "50", "check the unit"),
    ("compute", "release_date", "last spring", "need a date"),
    ("compute", "flop_confidence", "sure", "unknown level"),
    ("training_sets", "tokens_seen", "45", "need tokens between"),
    ("hardware", "bf16_dense_tflops", "9.9e14", "need TFLOP/s between"),
    ("hardware", "price_usd", "-1", "need USD between"),
    ("data_stock", "low", "9e16", "need low <= central <= high"),
    ("data_stock", "about", "books", "about: unknown 'books'"),
    ("data_stock", "interval_mass", "95", "a probability"),
    ("release", "training_end_high", "2027-01-01", "before the release"),
    ("release", "outcome", "late", "unknown outcome"),
    ("cadence", "status", "rumoured", "unknown status"),
    ("generations", "generation", "20260101", "need a version number between"),
    ("price", "output_usd_per_mtok", "free", "need a number"),
    ("run_sizes", "models", "99", "need at most the sized models"),
    ("run_sizes", "end", "2019", "need a date after the start"),
    ("run_sizes", "depth_high", "0", "need more than depth_low"),
    ("run_sizes", "unsized", "-3", "need a number of models between"),
]


@pytest.mark.parametrize(("name", "column", "cell", "words"), WRONG)
def test_a_wrong_cell_is_one_clear_sentence(name, column, cell, words, tmp_path):
    rows = rows_of(name)
    place = next(
        k
        for k, row in enumerate(rows)
        if row[column]
        and row.get("flagship_case", "counted") == "counted"
        and (name != "compute" or row["model"] == "GPT-4 (Mar 2023)")  # older runs are left out unread
    )
    rows[place] = rows[place] | {column: cell}
    with pytest.raises(DatawallError, match=re.escape(words)) as caught:
        MODULES[name].load(None, (write(tmp_path / "table.csv", rows),))
    assert "\n" not in str(caught.value)


def test_flagships_known_early_wait_since_then():
    early = MODULES["cadence"].load(2025.5, ())
    last = early.constants["last"]
    ends = early.constants["released"][last] + early.constants["watched"][last] / 12.0
    assert np.allclose(ends, 2025.5)
    assert np.all(np.isinf(np.delete(early.constants["watched"], last)))


def test_only_the_five_largest_runs_of_their_day_count():
    evidence = MODULES["compute"].load(None, ())
    names = evidence.coords["run"]
    assert {"GPT-4 (Mar 2023)", "Grok 3", "GPT-4.5"} <= set(names)
    assert "DeepSeek-V3" not in names


@pytest.mark.parametrize("name", ["compute", "training_sets"])
@pytest.mark.parametrize("as_of", [2019.5, 2021.0, 2022.5, 2024.5])
def test_no_later_row_is_seen(name, as_of, tmp_path):
    rows = rows_of(name)
    size = "training_flop" if name == "compute" else "tokens_seen"
    known = [row for row in rows if decimal_year(dt.date.fromisoformat(row["date_known"])) <= as_of]
    later = [row | {size: "9e16"} for row in rows if row not in known]
    load = MODULES[name].load
    if name == "training_sets" and as_of < 2020.0:
        with pytest.raises(DatawallError, match="known only after"):
            load(as_of, ())
        return
    digests = {
        evidence_digest(load(as_of, (write(tmp_path / f"{k}.csv", table),)))
        for k, table in enumerate([rows, known, known + later])
    }
    assert len(digests) == 1
    changed = [rows[0] | {size: "9e16"}, *rows[1:]]
    assert evidence_digest(load(as_of, (write(tmp_path / "other.csv", changed),))) not in digests


@pytest.mark.parametrize("name", ["compute", "training_sets"])
def test_levels_are_stated_at_the_newest_release_and_over_the_largest_figure(name):
    early, full = (MODULES[name].load(as_of, ()).constants for as_of in (2021.0, None))
    assert early["anchor"] == early["released"].max() < 2021.0
    assert full["anchor"] == MODULES_WITH_ANCHORS[name].ANCHOR < full["released"].max()
    for as_of in (2021.0, None):
        evidence = MODULES[name].load(as_of, ())
        (log_sizes,) = evidence.observed.values()
        assert evidence.constants["largest"] == pytest.approx(np.exp(log_sizes.max()))


def test_the_anchor_of_the_frontier_is_carried():
    for as_of in (2019.5, 2023.0, None):
        evidence = MODULES["compute"].load(as_of, ())
        assert evidence.anchors == {"frontier": float(evidence.constants["anchor"])}


def test_a_slip_that_goes_on_is_only_as_long_as_it_was_watched():
    evidence = MODULES["release"].load(None, ())
    watched = dict(zip(evidence.coords["slip"], evidence.constants["slip_watched"], strict=True))
    assert watched["Gemini 3.5 Pro"] == pytest.approx(3.0, abs=0.05)
    assert np.array_equal(evidence.observed["slip_seen"], evidence.constants["slip_watched"])
