"""What a comparison says: flat numbers, first sentence, tables, figures, files, and the command."""

import csv
import io
import json
from html import unescape

import pytest
import xarray as xr
from rich.console import Console
from typer.testing import CliRunner

import datawall
from datawall.analysis.comparison.export import difference_rows, effect, flat, sentence
from datawall.cli import app
from datawall.errors import DatawallError
from datawall.files import csv_text
from datawall.reporting import products
from datawall.reporting.document import Table
from datawall.reporting.figures.comparison import FIGURES
from datawall.reporting.render import terminal
from datawall.reporting.render.page import to_html
from datawall.reporting.report import page, read
from datawall.reporting.saved import SavedComparison
from datawall.reporting.sections.comparison import document
from support import pairs

pytestmark = pytest.mark.integration

WALL, PATH = "wall.tokens[4]", "frontier_flop[2030]"


@pytest.fixture(scope="module")
def found(tree):
    return flat(tree)


def test_differences_are_those_of_the_two_sides(found):
    first, other = (side["quantities"] for side in found["scenarios"].values())
    apart = found["differences"]["other"]
    for name, row in apart["quantities"].items():
        for key in ("q10", "q50", "q90"):
            one, two = first[name][key], other[name][key]
            if not isinstance(one, float) or not isinstance(two, float):
                assert row[key] is None  # past, never, or outside the range that is counted
            elif row["unit"] == "ratio":
                assert row[key] == pytest.approx(one / two, rel=1e-6)
            else:
                assert row[key] == pytest.approx(one - two, abs=1e-6)
        if "p_never" in row:
            assert row["p_never"] == pytest.approx(first[name]["p_never"] - other[name]["p_never"], abs=1e-9)
            assert row["p_past"] == pytest.approx(first[name]["p_past"] - other[name]["p_past"], abs=1e-9)
    sides = [side["probabilities"] for side in found["scenarios"].values()]
    for name, row in apart["probabilities"].items():
        assert row["value"] == pytest.approx(sides[0][name]["value"] - sides[1][name]["value"], abs=1e-9)


def test_every_difference_has_an_error(found):
    rows = found["differences"]["other"]["quantities"]
    errors = [row["mcse_q50"] for row in rows.values() if row["q50"] is not None]
    assert all(error is not None and error >= 0.0 for error in errors)


def test_decompositions_add_up_in_the_json(found):
    rows = json.loads(json.dumps(found))["decompositions"]["other"]
    assert {WALL, PATH, "wall.overtrained[3]", "compute_date[1e29]", "release.raw[5.5]"} < set(rows)
    for row in rows.values():
        assert sum(own["shapley"] for own in row["groups"].values()) == pytest.approx(row["total"])
        assert row["first"] - row["other"] == pytest.approx(row["total"])
        assert 0.0 <= row["mcse_total"] < 0.1
    assert rows[PATH]["groups"]["compute"]["shapley"] == pytest.approx(rows[PATH]["total"])
    assert rows[PATH]["groups"]["data"]["shapley"] == 0.0


def test_the_sentence_says_what_moved_and_why(found):
    said, row = found["sentences"][0], found["decompositions"]["other"][WALL]
    assert said.startswith(f"From other to first the median of {WALL} moves by ")
    groups = sorted(row["groups"], key=lambda group: -abs(row["groups"][group]["shapley"]))
    values = [row["other"], row["first"], *(row["groups"][group]["shapley"] for group in groups)]
    places = [said.index(f"{value:.2f}") for value in values]
    assert places == sorted(places)
    assert [said.index(f" {group} ") for group in groups] == sorted(said.index(f" {g} ") for g in groups)


def test_a_chance_is_said_to_be_one():
    row = {"measure": "probability", "unit": "probability", "by": 2030.0, "first": 0.5, "other": 0.25}
    row |= {"total": 0.25, "mcse_total": 0.001, "groups": {}}
    expected = "From b to a the chance of wall by 2030.00 moves by +25.0 ±0.1 points, from 25.0 % to 50.0 %."
    assert sentence("a", "b", "wall", row) == expected


def test_what_is_not_counted_is_not_explained():
    row = {"measure": "probability", "unit": "probability", "total": None, "mcse_total": None}
    assert "leaves the range" in sentence("a", "b", "passes[2030]", row)
    assert effect(row, "total", "years") == "-"


@pytest.mark.parametrize(
    ("value", "error", "text"),
    [
        (1.0, 0.1, "+1.00 ±0.10"),
        (-1e-4, 0.0, "+0.00 ±0.00"),
        (1.0, None, "+1.00 ±?"),
        (1.0, 2e-4, "+1.00 ±0.0002"),
    ],
)
def test_effects_as_text(value, error, text):
    assert effect({"total": value, "mcse_total": error}, "total", "years") == text


def test_csv_has_both_sides(found):
    rows = list(csv.DictReader(io.StringIO(csv_text(difference_rows(found)))))
    (row,) = (r for r in rows if (r["quantity"], r["statistic"]) == (WALL, "q50"))
    assert float(row["first"]) - float(row["other"]) == pytest.approx(float(row["difference"]))
    assert row["other_scenario"] == "other"


def test_tables_fit_a_terminal(found):
    console = Console(width=80, record=True, file=io.StringIO())
    terminal.show(document(SavedComparison(found, xr.DataTree()), in_full=False), console)
    text = console.export_text()
    assert found["sentences"][0] in text.partition("When: median")[0]
    assert f"Why the median of {WALL} differs, years" in text
    assert found["sentences"][2] in text
    rows = [line for line in text.splitlines() if line.startswith(("tokens[", "release.raw[", "run["))]
    assert [row.split()[0] for row in rows] == 2 * ["tokens[4]", "release.raw[5.5]", "run[1e29]"]
    assert not [row for row in rows if "…" in row]


def test_figures_and_files(tree, tmp_path):
    found = products.save(tree, tmp_path)
    names = {f"{name}.{kind}" for name in FIGURES for kind in ("png", "svg")}
    texts = {"comparison.json", "comparison.csv", "manifest.json"}
    assert {path.name for path in tmp_path.iterdir()} == names | texts | {"comparison.nc"}
    assert json.loads((tmp_path / "comparison.json").read_text()) == json.loads(json.dumps(found))
    with xr.open_datatree(tmp_path / "comparison.nc", engine="h5netcdf") as read:
        assert flat(read.load()) == found


def test_the_page_has_the_tables_of_the_terminal_and_says_which_inputs_differ(tree, tmp_path):
    found = products.save(tree, tmp_path)
    brief = document(SavedComparison(found, tree), in_full=False)
    made = page(read([tmp_path]))
    tables = [block for section in made.sections for block in section.blocks if isinstance(block, Table)]
    rows = {row for table in tables for row in table.rows}
    shown = [block for section in brief.sections for block in section.blocks if isinstance(block, Table)]
    assert {row for table in shown for row in table.rows} <= rows
    assert len(tables) > len(shown)
    (inputs,) = (section for section in made.sections if section.id.startswith("compared-inputs"))
    (differing,) = inputs.blocks
    assert isinstance(differing, Table)
    names = {row[0] for row in differing.rows}
    assert "text_tokens" in names
    assert all(row[1] != row[2] for row in differing.rows)
    text = to_html(made)
    assert found["sentences"][0].split(":")[0] in unescape(text)
    assert "datawall compare " in text
    assert "first.toml" in text.partition("datawall compare ")[2].partition("--draws")[0]


def test_several_scenarios_are_each_compared_with_the_first(first, other, load):
    third = load("third", pairs.FIRST | {"text_tokens": 1e14}, pairs.FIRST_ANCHORS)
    tree = datawall.compare(first, other, third, outputs=[WALL], draws=512)
    assert list(tree["scenarios"].children) == ["first", "other", "third"]
    assert list(tree["differences"].children) == ["other", "third"]
    said = flat(tree)["sentences"]
    assert [text.split(" the median")[0] for text in said] == ["From other to first", "From third to first"]
    assert list(flat(tree)["decompositions"]["third"][WALL]["groups"]) == ["data"]
    for draw in FIGURES.values():
        draw(tree)


def test_ceilings_of_one_scenario_alone(first, load):
    trend = load("trend", pairs.FIRST, pairs.FIRST_ANCHORS, ceilings=("trend",))
    found = flat(datawall.compare(first, trend, outputs=[PATH], draws=512))
    apart = found["differences"]["trend"]
    assert "ceiling_flop.trend[2030]" in apart["quantities"]
    assert "ceiling_flop.spend[2030]" not in apart["quantities"]
    # the budget of the first scenario is never the lowest, and the other one has none
    assert apart["probabilities"]["binding.spend[2030]"]["value"] == 0.0
    assert list(found["decompositions"]["trend"][PATH]["groups"]) == ["compute"]
    assert "ceiling_flop.spend" not in csv_text(difference_rows(found))
    assert document(SavedComparison(found, xr.DataTree()), in_full=False).sections


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["baseline"], ["compare", "two scenarios", "seed2024"]),
        (["baseline", "nowhere"], ["nowhere", "use one of"]),
        (["baseline", "seed2024", "--draws", "0"], ["draws", "0"]),
        (["baseline", "seed2024", "--draws", "100"], ["draws", "256", "100"]),
        (["baseline", "seed2024", "--seed", "-1"], ["seed", "-1"]),
        (["baseline", "seed2024", "--set", "mfuu=1"], ["mfuu", "mfu"]),
        (
            ["baseline", "seed2024", "--output", "wall.token[1]"],
            ["--output", "wall.token[1]", "wall.tokens[1]"],
        ),
    ],
)
def test_mistakes_end_in_one_sentence(arguments, words, tmp_path):
    found = CliRunner().invoke(app, ["compare", *arguments, "--out", str(tmp_path)])
    assert isinstance(found.exception, DatawallError)
    assert "\n" not in str(found.exception)
    assert all(word in str(found.exception) for word in words), found.exception


def test_the_command_compares_prints_and_writes(first, other, tmp_path):
    chosen = ["--draws", "512", "--output", WALL, "--json", "--out", str(tmp_path / "run")]
    found = CliRunner().invoke(app, ["compare", str(first.path), str(other.path), *chosen])
    assert found.exit_code == 0, found.exception
    printed = json.loads(found.stdout)
    assert printed == json.loads((tmp_path / "run" / "comparison.json").read_text())
    assert list(printed["decompositions"]["other"]) == [WALL]
    assert printed["manifest"]["draws"] == 512
