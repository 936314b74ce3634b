import csv

import numpy as np
import pytest

from datawall.backtesting.baselines import persistence, trend
from datawall.backtesting.outcomes import questions_at
from datawall.backtesting.questions import TARGETS
from datawall.backtesting.records import SOURCES, series_of, threshold, watched_until
from datawall.inference.fit import evidence_digest
from datawall.inference.latents import prior
from datawall.inference.models import MODULES
from datawall.inference.tables import read_table
from datawall.scenario import files
from datawall.units import decimal_year
from support.evidence_copies import rewrite, use_copy

ORIGIN = 2025.0
Z90 = 1.6448536


@pytest.fixture
def evidence(tmp_path, monkeypatch):
    return use_copy(tmp_path, monkeypatch)


def figure(target, item):
    series = series_of(target)
    place = series.items.index(item)
    return series.value[place], series.error[place]


@pytest.mark.usefixtures("evidence")
def test_every_target_has_figures_and_names_them():
    assert list(SOURCES) == list(TARGETS)
    for target in TARGETS:
        series = series_of(target)
        assert len(series.items) >= 5
        assert all(np.isfinite(getattr(series, name)).all() for name in ("value", "date", "known", "error"))


def test_figures_have_the_units_and_errors_that_the_tables_state():
    runs, spread = "largest_run", float(prior("compute.error_scale").quantile(0.5))
    value, error = figure(runs, "GPT-4 (Mar 2023)")
    assert value == pytest.approx(np.log10(2.1e25))
    assert error == pytest.approx(np.log10(4.4e25 / 8.2e24) / 2.0 / Z90, rel=1e-6)
    _, error = figure(runs, "Llama 3.1-405B")
    assert error == pytest.approx(np.log10(3.0) / Z90 * spread, rel=1e-6)
    value, error = figure("training_set", "GPT-3 175B")
    assert (value, error) == pytest.approx((np.log10(3e11), np.log10(1.4) / Z90), rel=1e-6)
    for target in ("flop_per_chip", "flop_per_usd", "flop_per_watt"):
        assert figure(target, "NVIDIA H100 SXM5 80GB") == pytest.approx((0.0, 0.0), abs=1e-9)
    assert figure("price", "GPT-4 (Mar 2023)") == pytest.approx((-np.log10(0.75 * 30 + 0.25 * 60), 0.0))


def test_guesses_of_outsiders_are_left_out_and_previews_count():
    path = files.folder() / "evidence" / "frontier_runs.csv"
    rows = list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))
    told = {
        row["model"]
        for row in rows
        if row["training_flop"] and row["release_date"] and row["flop_confidence"] != "outside_estimate"
    }
    assert set(series_of("largest_run").items) == told
    assert "Llama 4 Behemoth (preview)" in told
    assert "Claude Opus 4.6" in {row["model"] for row in rows} - told


def test_a_price_is_that_of_a_capable_model_that_does_not_think():
    names = series_of("price").items
    assert "GPT-4.1 nano" in names
    assert not {"GPT-5 nano", "Claude 2"} & set(names)


@pytest.mark.usefixtures("evidence")
def test_releases_by_name_are_those_of_one_developer():
    series = series_of("release_by_name")
    assert "Claude 9" not in series.items
    assert series.first_above(threshold("release_by_name", "GPT-4")) == pytest.approx(2023.197, abs=1e-3)
    assert watched_until("release_by_name") == pytest.approx(2026.756, abs=1e-3)


@pytest.mark.usefixtures("evidence")
def test_a_target_is_watched_until_its_newest_row_unless_figures_are_secret():
    for target, source in SOURCES.items():
        if target == "release_by_name":
            continue
        table = read_table(files.folder() / "evidence" / source.file, ())
        newest = table.years("date_known").max()
        secret = target in ("largest_run", "first_above", "release_by_compute")
        assert watched_until(target) == pytest.approx(2025.6 if secret else newest)


def tampered(rows):
    """Change every figure that became known after the origin, drop some rows, and add earlier releases."""
    found = []
    for number, row in enumerate(rows):
        later = row["date_known"] and year(row["date_known"]) > ORIGIN
        if not later:
            found.append(row)
        elif number % 3:
            changed = dict(row)
            for column in ("training_flop", "tokens_seen", "bf16_dense_tflops", "generation"):
                if changed.get(column):
                    changed[column] = str(float(changed[column]) * 1.7)
            if changed.get("release_date"):
                changed["release_date"] = "2019-06-01"
            found.append(changed)
    return found


def year(text):
    return decimal_year(np.datetime64(text).item())


def test_what_becomes_known_after_the_origin_changes_nothing_at_the_origin(evidence):
    questions = questions_at(ORIGIN, (0.5, 2.0))
    before = {target: series_of(target, ORIGIN) for target in TARGETS}
    today = {target: series_of(target) for target in TARGETS}
    naive = [persistence(questions), trend(200, 0)(questions)]
    modules = {
        name: evidence_digest(MODULES[name].load(ORIGIN, ())) for name in ("training_sets", "hardware")
    }

    for file in {source.file for source in SOURCES.values()}:
        rewrite(evidence / file, tampered)

    assert questions_at(ORIGIN, (0.5, 2.0)) == questions
    for target in TARGETS:
        after = series_of(target, ORIGIN)
        assert after.items == before[target].items
        for name in ("value", "date", "known", "error"):
            np.testing.assert_array_equal(getattr(after, name), getattr(before[target], name))
        if target != "price":
            assert sorted(series_of(target).value) != sorted(today[target].value)  # the tampering was seen
    for old, new in zip(naive, [persistence(questions), trend(200, 0)(questions)], strict=True):
        assert old.keys() == new.keys()
        for question in old:
            np.testing.assert_array_equal(old[question], new[question])
    for name, digest in modules.items():
        assert evidence_digest(MODULES[name].load(ORIGIN, ())) == digest
