"""What a page says of a backtest, and that it says what the scores do."""

import json
import re
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from typer.testing import CliRunner

from datawall.cli import app
from datawall.errors import DatawallError
from datawall.reporting.document import Figure, Page, Prose, Table, plain
from datawall.reporting.figures import backtest, base
from datawall.reporting.render.page import to_html
from datawall.reporting.report import page, read
from datawall.reporting.saved import SavedBacktest
from datawall.reporting.sections import backtest_forecasts
from datawall.reporting.sections.backtest import parts
from support import toy_backtest
from support.browsing import hindrances, in_browser, overlaps, visit

pytestmark = pytest.mark.integration

PARTS = ("largest-run", "calibration", "skill", "dates", "reference", "revision", "unscored", "provenance")


@pytest.fixture(scope="module")
def tree() -> xr.DataTree:
    return toy_backtest.tree()


@pytest.fixture(scope="module")
def folder(tree, tmp_path_factory) -> Path:
    return toy_backtest.write(tree, tmp_path_factory.mktemp("backtest"))


@pytest.fixture(scope="module")
def made(folder) -> Page:
    return page(read([folder]))


@pytest.fixture(scope="module")
def text(made) -> str:
    return to_html(made)


@pytest.fixture(scope="module")
def written(folder, tmp_path_factory) -> Path:
    """The page as the command writes it."""
    out = tmp_path_factory.mktemp("page")
    result = CliRunner().invoke(app, ["report", str(folder), "--to", str(out)])
    assert result.exit_code == 0, result.output
    return out / "report.html"


@pytest.fixture
def undrawn(monkeypatch):
    """Leave drawings unrendered, which takes most of the time."""
    monkeypatch.setattr(base, "_png", lambda _: b"")
    monkeypatch.setattr(base, "_svg", lambda *_: "<svg></svg>")


def blocks(made: Page, section: str, kind: type) -> list:
    (found,) = [one for one in made.sections if one.id == section]
    return [block for block in found.blocks if isinstance(block, kind)]


def cells(table: Table) -> dict[str, list[str]]:
    """Return the rows of a table by their first cell."""
    return {plain(row[0]): [plain(cell) for cell in row[1:]] for row in table.rows}


def test_the_verdicts_come_first_whatever_they_say(made):
    first, *_, last = made.first
    assert made.answer == first.text == " ".join(toy_backtest.MANIFEST["verdicts"])
    assert "above that of <trend>" in made.answer
    assert last.text == toy_backtest.MANIFEST["remarks"][0]


def test_the_sections_stand_in_their_order(made):
    assert [section.id for section in made.sections] == [f"backtest-{part}" for part in PARTS]


def test_what_others_wrote_is_text_and_never_markup(text):
    assert "&lt;trend&gt;" in text
    assert "&lt;known&gt; &amp; told" in text
    assert "Model &lt;A&gt;" in text
    assert not re.search("<(trend|known|A)>", text)


def test_the_page_can_be_read_by_everyone(text):
    headings = [int(level) for level in re.findall(r"<h(\d)", text)]
    assert headings == [1] + [2] * len(PARTS)
    assert text.count("<svg") == text.count('role="img"') == len(re.findall("<figure", text))
    ids = re.findall(r'\bid="([^"]+)"', text)
    assert len(set(ids)) == len(ids)


def test_every_open_outcome_of_the_largest_run_is_a_lower_bound(tree, made):
    (figure,) = blocks(made, "backtest-largest-run", Figure)
    came = [row[-1] for row in cells(figure.table).values()]
    asked = tree["questions"].to_dataset()
    states = asked["state"].values[asked["target"].values == "largest_run"].tolist()
    assert states.count("open") > 0
    assert sum(what.startswith("at least ") for what in came) == states.count("open")
    assert came.count("not to be told yet") == states.count("unresolved")
    assert len(figure.drawing.hover) == len(toy_backtest.HORIZONS)


def test_coverage_is_counted_again_from_the_bounds(tree, made):
    scored = tree["forecasts/baseline"].to_dataset()
    asked = tree["questions"].to_dataset()
    told = np.isfinite(scored["pit_low"].values) & ~(
        (asked["target"].values == "largest_run") & (asked["state"].values == "open")
    )
    low, high = scored["pit_low"].values[told], scored["pit_high"].values[told]
    within = np.clip(np.minimum(high, 0.9) - np.maximum(low, 0.1), 0.0, None)
    point = high == low
    held = np.where(point, (low >= 0.1) & (high <= 0.9), within / np.where(point, 1.0, high - low))
    row = cells(blocks(made, "backtest-calibration", Table)[0])["all"]
    assert row[1] == f"{100 * held.mean():.0f} %"
    assert row[-1] == str(told.sum())


def test_skill_is_the_ratio_of_the_scores_shown(made):
    for table in blocks(made, "backtest-skill", Table):
        if table.columns[1] == "skill":
            for skill, own, other, questions in cells(table).values():
                shown = float(skill.split(" %")[0])
                assert shown == pytest.approx(100 * (1 - float(own) / float(other)), abs=2.0)
                assert int(questions) > 0


def test_published_forecasts_are_compared_at_their_own_origin(made):
    table = blocks(made, "backtest-skill", Table)[2]
    rows = [key.split(": ")[0] for key in cells(table)]
    assert set(rows) == set(toy_backtest.PUBLISHED)
    assert {row[-1] for row in cells(table).values()} == {"2", "8"}


@pytest.mark.parametrize(
    ("target", "said"),
    [
        ("first-above", {"10²⁵ FLOP: came 2022.2", "10²⁶ FLOP: came 2025.1", "10²⁷ FLOP: not by 2025.6"}),
        ("release-by-compute", {"GPT-4.5: came 2025.2", "GPT-5: not by 2025.6"}),
        ("release-by-name", {"GPT-4: came 2023.2", "GPT-5: came 2025.6", "GPT-6: not by 2026.9"}),
    ],
)
def test_dates_stand_beside_the_day_they_came(target, said, made):
    (figure,) = [
        block for block in blocks(made, "backtest-dates", Figure) if block.id == f"backtest-{target}"
    ]
    assert {title for title in said if title in figure.drawing.svg} == said
    assert "never" in {cell for row in cells(figure.table).values() for cell in row}


def test_a_date_that_nobody_looked_for_yet_is_no_date(tree):
    asked = tree["questions"].to_dataset()
    late = asked["target"].isin(["release_by_name"]) & (asked["item"] == "GPT-6")
    asked["state"] = asked["state"].where(~late | (asked["origin"] < 2025.0), "unresolved")
    asked["window_last"] = asked["window_last"].where(asked["state"] != "unresolved", np.inf)
    some, none = asked.copy(), asked.copy()
    none["state"] = none["state"].where(~late, "unresolved")
    for questions, said in ((some, "not by 2026.9"), (none, "cannot be told yet")):
        changed = tree.copy()
        changed["questions"] = xr.DataTree(questions)
        found = backtest_forecasts.dates(SavedBacktest(changed, 0))
        assert found is not None
        told = {
            plain(row[0]).partition(",")[0]: row[-1]
            for block in found.blocks
            if isinstance(block, Figure) and block.table
            for row in block.table.rows
        }
        assert told["GPT-6"] == said


def test_an_interval_that_begins_in_the_past_is_drawn():
    quantiles = np.array([[-np.inf, -np.inf, 2028.0, 2030.0, np.inf]])
    drawing, hover = backtest.dates({"": backtest.Dates(np.array([2026.0]), quantiles)})
    (axes,) = drawing.axes
    drawn = np.concatenate([line.vertices for bars in axes.collections for line in bars.get_paths()])
    assert np.isfinite(drawn).all()
    assert drawn[:, 1].min() == axes.get_ylim()[0]
    assert "80 %: past to never" in hover[0].notes[0][1]


def test_amounts_and_dates_are_calibrated_apart(made):
    (figure,) = [
        block for block in blocks(made, "backtest-calibration", Figure) if block.id == "backtest-pit"
    ]
    assert all(f">{kind}<" in figure.drawing.svg for kind in ("amounts", "dates"))


def test_names_and_compute_are_kept_apart(made):
    by_name, by_compute = (cells(table) for table in blocks(made, "backtest-reference", Table))
    assert by_name["GPT-5 (their uncapped table)"][1:3] == ["2025.6", "-0.6"]
    assert by_compute["GPT-5 (their uncapped table)"][1:3] == ["not by 2025.6", "≤ -0.6"]
    assert by_compute["GPT-6 (their capped table)"][1:3] == ["not by 2025.6", "-"]


def test_the_largest_moves_come_first_and_no_move_is_none(made):
    tables = blocks(made, "backtest-revision", Table)
    assert [table.caption.split(":")[0] for table in tables] == ["Tokens, 1 pass", "Generation 6, raw"]
    for table in tables:
        shifts = [abs(float(row[2].split(" ")[0])) for row in table.rows if row[2] != "-"]
        assert shifts == sorted(shifts, reverse=True)
        assert shifts[-1] > 0.0


def test_reasons_are_grouped(made):
    skipped, late = blocks(made, "backtest-unscored", Table)
    assert cells(skipped) == {
        "baseline: cheapest price of a fixed capability": [
            "4, 2019.5 to 2022.5",
            "no figure was known by then",
        ],
        "trend: release of a generation by name": ["2019.5", "need two flagships, one was <known> & told"],
        "villalobos2024: anything": ["2018.5", "its as-of date is not between the first and last origin"],
    }
    assert cells(late) == {"data.stock": ["2019.5"], "mfu": ["3, 2019.5 to 2021.5"]}


def without(tree: xr.DataTree, pattern: str) -> xr.DataTree:
    kept = {path: group for path, group in tree.to_dict().items() if not re.search(pattern, path)}
    return xr.DataTree.from_dict(kept)


@pytest.mark.usefixtures("undrawn")
@pytest.mark.parametrize(
    ("pattern", "missing"),
    [
        ("seed2024|epoch2030", set()),
        ("persistence|trend", set()),
        ("revision", {"revision"}),
        ("moves|widening", set()),
        ("reference", {"reference"}),
    ],
)
def test_what_a_backtest_lacks_is_left_out(pattern, missing, tree, tmp_path):
    made = page(read([toy_backtest.write(without(tree, pattern), tmp_path)]))
    assert [section.id for section in made.sections] == [f"backtest-{p}" for p in PARTS if p not in missing]
    assert to_html(made)


@pytest.mark.usefixtures("undrawn")
def test_a_backtest_of_which_nothing_can_be_told_yet(tmp_path):
    made = page(read([toy_backtest.write(toy_backtest.tree(told=False), tmp_path)]))
    names = {section.id.removeprefix("backtest-") for section in made.sections}
    assert set(PARTS) - names == {"calibration", "skill"}
    assert "0 have an answer" in to_html(made)


def test_nothing_skipped_and_no_hindsight_is_said(tree):
    silent = tree.copy()
    silent.attrs["manifest"] = json.dumps(toy_backtest.MANIFEST | {"skipped": [], "hindsight": {}})
    (found,) = (part.blocks for part in parts(SavedBacktest(silent, 0)) if part.id == "backtest-unscored")
    said = [plain(block.text) for block in found if isinstance(block, Prose)]
    assert "No forecaster was silent on anything that it was asked." in said
    assert "No input was stated with hindsight." in said


@pytest.mark.usefixtures("undrawn")
def test_backtests_stand_beside_each_other(folder):
    made = page(read([folder, folder]))
    assert made.sections[len(PARTS)].id == "backtest-2-verdict"
    figures = [b.id for section in made.sections for b in section.blocks if isinstance(b, Figure)]
    assert len(set(figures)) == len(figures)


@pytest.mark.usefixtures("undrawn")
def test_a_run_comes_before_a_backtest(folder, baseline_run):
    made = page(read([folder, baseline_run]))
    assert made.title.startswith("When does training run out of data?")
    names = [section.id for section in made.sections]
    assert names.index("walls") < names.index("backtest-verdict") < names.index("provenance-0")


def test_the_command_writes_a_folder(written):
    names = {str(path.relative_to(written.parent)) for path in written.parent.rglob("*")}
    assert {"report.html", "report.md", "figures/backtest-largest-run.svg"} <= names
    assert {"tables/backtest-skill.csv", "tables/backtest-largest-run.csv"} <= names


@pytest.mark.parametrize("content", [b"", b"no file of this kind"])
def test_a_broken_backtest_is_refused(content, tmp_path):
    (tmp_path / "backtest.nc").write_bytes(content)
    with pytest.raises(DatawallError, match=r"cannot be read .*; run datawall backtest again"):
        read([tmp_path])


def test_a_backtest_of_another_shape_is_refused(tree, tmp_path):
    other = xr.DataTree.from_dict({"questions": tree["questions"].to_dataset()})
    other.attrs = tree.attrs
    with pytest.raises(DatawallError, match="cannot be read"):
        read([toy_backtest.write(other, tmp_path)])


@in_browser
@pytest.mark.parametrize(("width", "dark"), [(1280, False), (400, True)])
def test_it_asks_for_nothing_and_fits_its_window(width, dark, written):
    seen = visit(written, width, dark=dark)
    assert (seen.requests, seen.errors, seen.overflow) == ([], [], 0)


@in_browser
def test_it_hinders_nobody(written):
    assert hindrances(written) == []


@in_browser
@pytest.mark.parametrize("width", [1280, 400])
def test_no_words_run_into_others(width, written):
    assert overlaps(written, width) == []


@in_browser
def test_words_that_do_are_found_out(written, tmp_path):
    bad = tmp_path / "bad.html"
    page = written.read_text("utf-8")
    bad.write_text(
        page.replace(">6 months ahead<", ">6 months ahead, and there is a great deal more to say<"), "utf-8"
    )
    assert any("runs into 1 year ahead" in what for what in overlaps(bad, 1280))
