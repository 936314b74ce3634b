"""Records, the rendered page and the command."""

import itertools
import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from benchmarks import error, machine, main, record, render
from benchmarks.record import Found, Row, row
from datawall.cli import app
from datawall.errors import DatawallError

RUN = {
    "command": "datawall bench peers",
    "commit": "abc",
    "date": "2026-11-22",
    "versions": {"python": "3.12"},
}
FOUND = {
    "peers": Found(
        [
            row("ours", "draws/s", [9.0, 11.0, 10.0], note="peak 5 MiB"),
            row("ours / NumPy", "x", [45.0, 44.0, 50.0], at_least=40.0),
            row("ours / naive", "x", [4.0, 4.5, 5.0], at_least=15.0),
        ],
        {"Squiggle": "not installed"},
    ),
    "memory": Found([row("growth", "MiB", 5.0, at_most=16.0)]),
}


@pytest.fixture
def results(tmp_path: Path) -> Path:
    record.write(tmp_path / "cpu.json", machine.describe(), RUN, FOUND)
    return tmp_path


def test_a_row_is_median_and_extremes() -> None:
    assert row("ours", "x", [3.0, 1.0, 2.0]) == Row("ours", "x", 2.0, 1.0, 3.0, 3)


@pytest.mark.parametrize(
    ("found", "met"),
    [
        (row("a", "x", 2.0), None),
        (row("a", "x", 2.0, at_least=2.0), True),
        (row("a", "x", 2.0, at_least=3.0), False),
        (row("a", "MiB", 2.0, at_most=1.0), False),
    ],
)
def test_goals_are_judged_by_the_median(found: Row, met: bool | None) -> None:
    assert found.met is met


def test_a_record_is_read_back_and_grows_by_suite(results: Path) -> None:
    path = results / "cpu.json"
    record.write(path, machine.describe(), RUN, {"memory": Found([row("growth", "MiB", 6.0)])})
    read = record.read(path)
    assert set(read["suites"]) == {"peers", "memory"}
    assert record.rows_of(read["suites"]["peers"]) == list(FOUND["peers"].rows)
    assert record.rows_of(read["suites"]["memory"])[0].median == 6.0


def test_a_record_names_the_machine_but_no_host(results: Path) -> None:
    import socket

    text = (results / "cpu.json").read_text()
    assert json.loads(text)["machine"]["cores"] >= 1
    assert socket.gethostname() not in text


def test_a_foreign_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "cpu.json"
    path.write_text('{"schema": 99}')
    with pytest.raises(DatawallError, match="need a record of schema 1"):
        record.read(path)


def test_the_page_shows_every_number_and_what_is_missing(results: Path, tmp_path: Path) -> None:
    text = render.render(results, tmp_path).read_text()
    assert "| ours / NumPy | 45 | 44 to 50 | x | at least 40 ✓ |" in text
    assert "at least 15 ✗" in text
    assert "Not measured: Squiggle: not installed." in text
    assert (tmp_path / "benchmarks-cpu.png").stat().st_size > 10_000


def test_numbers_keep_three_digits() -> None:
    assert [render.number(value) for value in (1234567.0, 0.012345, 2.5e-7, 999.9)] == [
        *("1,230,000", "0.0123", "2.5e-07", "1e+03")
    ]


def test_labels_of_the_figure_do_not_overlap() -> None:
    rows = [row(f"baseline forecast: ours / peer {k}", "x", 10.0**k, at_least=3.0) for k in range(5)]
    fig = render.figure(rows, machine.describe())
    fig.draw_without_rendering()
    labels = [label.get_window_extent() for label in fig.axes[0].get_yticklabels()]
    for lower, upper in itertools.pairwise(labels):
        assert not lower.overlaps(upper)
    assert min(box.x0 for box in labels) >= 0


def test_independent_draws_have_ratio_one() -> None:
    # replicates of n exponential dates: the variance ratios lie around 1, within 5 spreads of 200 replicates
    rng, n = np.random.default_rng(2), 4000
    dates = rng.exponential(5.0, (200, n))
    found = np.stack([(dates < 3.0).mean(1), np.median(dates, axis=1), np.full(200, 0.1)], axis=1)
    rows = {r.name: r for r in error._rows(found, np.ones((200, 2)), np.ones(200), n)}
    ratios = [r.median for name, r in rows.items() if name.startswith("variance")]
    np.testing.assert_allclose(ratios, 1.0, atol=5 * np.sqrt(2 / 199))


def test_an_unknown_suite_is_one_sentence() -> None:
    with pytest.raises(DatawallError, match="no suite 'speed'; choose from peers"):
        main.run(["speed"], quick=True, repeats=None, out=None)


def test_the_command_is_there() -> None:
    result = CliRunner().invoke(app, ["bench", "--help"])
    assert result.exit_code == 0
    assert "ceilings" in result.output
