"""What a page says of runs, and that it says what the runs do."""

import json
import re
import shutil
from html.parser import HTMLParser
from pathlib import Path

import h5py
import numpy as np
import pytest
from typer.testing import CliRunner

import datawall
from datawall import formatting
from datawall.cli import app
from datawall.errors import DatawallError
from datawall.reporting.document import Figure, Page, Table
from datawall.reporting.figures import style
from datawall.reporting.render.page import to_html, to_markdown
from datawall.reporting.report import page, read

pytestmark = pytest.mark.integration

DATE_KEYS = re.compile(r"q\d\d")


class Tree(HTMLParser):
    """Collects what the tests look at."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.headings, self.images, self.numbers, self.ids, self.links = [], [], [], [], []
        self.open: list[tuple[str, dict]] = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        found = dict(attrs)
        self.open.append((tag, found))
        if re.fullmatch(r"h\d", tag):
            self.headings.append(int(tag[1]))
        if tag == "svg":
            self.images.append(found)
        if "id" in found:
            self.ids.append(found["id"])
        self.links += [found[key] for key in ("href", "src", "xlink:href") if key in found]

    def handle_data(self, data):
        if self.open and self.open[-1][0] == "data":
            self.numbers.append((self.open[-1][1], data))

    def handle_endtag(self, tag):
        while self.open and self.open.pop()[0] != tag:
            pass


def page_of(*folders: Path) -> Page:
    return page(read(folders))


@pytest.fixture(scope="module")
def text(baseline_run) -> str:
    return to_html(page_of(baseline_run))


@pytest.fixture(scope="module")
def tree(text) -> Tree:
    return Tree(text)


def printed(entry: dict, key: str) -> set[str]:
    """The ways in which a number of the summary may be printed."""
    value = entry[key]
    if value is None or isinstance(value, str):
        return {formatting.date(value)}
    dates = {formatting.date(value, digits) for digits in (1, 2)}
    shares = {formatting.share(value, digits) for digits in (0, 1)}
    return (
        dates | shares | {formatting.amount(value, digits) for digits in (2, 3)} | {formatting.count(value)}
    )


def check_numbers(tree: Tree, summaries: list[dict]) -> int:
    for attributes, text in tree.numbers:
        kind, name, key = attributes["value"].split("/")
        entry = summaries[int(attributes["data-run"])][kind][name]
        assert text in printed(entry, key), (attributes, text, entry[key])
    return len(tree.numbers)


def test_every_number_is_that_of_the_summary(baseline_run, tree):
    summary = json.loads((baseline_run / "summary.json").read_text())
    assert check_numbers(tree, [summary]) > 300


def test_a_number_that_is_not_that_of_the_summary_is_found(baseline_run, tree):
    summary = json.loads((baseline_run / "summary.json").read_text())
    summary["quantities"]["release.raw[6]"]["q50"] += 1.0
    with pytest.raises(AssertionError, match=re.escape("release.raw[6]")):
        check_numbers(tree, [summary])


def test_the_page_needs_nothing_else(text, tree):
    assert all(link.startswith(("#", "data:")) for link in tree.links)
    assert "default-src 'none'" in text
    # namespaces and the sources of priors are names, not addresses that are asked
    assert not re.search(r'(src|href)="https?:', text)
    assert len(text) < 5e6


def test_the_page_can_be_read_by_everyone(text, tree):
    assert '<html lang="en">' in text
    assert tree.headings[0] == 1
    assert tree.headings.count(1) == 1
    assert all(b - a <= 1 for a, b in zip(tree.headings, tree.headings[1:], strict=False))
    assert tree.images
    assert all(image["role"] == "img" and len(image["aria-label"]) > 20 for image in tree.images)
    assert len(set(tree.ids)) == len(tree.ids)
    assert not re.search(r"<th[^>]*>\s*</th>", text)


def luminance(colour: str) -> float:
    channels = np.array([int(colour[k : k + 2], 16) for k in (1, 3, 5)]) / 255
    linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
    return float(linear @ [0.2126, 0.7152, 0.0722])


@pytest.mark.parametrize("theme", [{colour: colour for colour in style.VARIABLES}, style.DARK])
def test_words_stand_out_from_the_paper(theme):
    """The contrast of WCAG 2.2, success criterion 1.4.3: at least 4.5."""
    paper = luminance(theme[style.PAPER])
    for colour in (style.INK, style.GREY, *style.SERIES):
        light, dark = sorted((luminance(theme[colour]), paper), reverse=True)
        assert (light + 0.05) / (dark + 0.05) >= 4.5, colour


def test_colours_follow_the_theme(text):
    figures = re.findall(r"<figure.*?</figure>", text, re.DOTALL)
    assert figures
    for figure in figures:
        assert "var(--" in figure
        assert not re.search("|".join(style.VARIABLES), figure, re.IGNORECASE)


def test_the_same_run_gives_the_same_page(baseline_run, text):
    assert to_html(page_of(baseline_run)) == text


def test_markdown_has_the_tables_and_names_the_figures(baseline_run):
    made = page_of(baseline_run)
    found = to_markdown(made)
    assert found.startswith(f"# {made.title}\n")
    blocks = [*made.first, *(block for section in made.sections for block in section.blocks)]
    for block in blocks:
        if isinstance(block, Figure):
            assert f"(figures/{block.id}.png)" in found
        if isinstance(block, Table):
            assert all(len(row) == len(block.columns) for row in block.rows)
    rows = [line for line in found.splitlines() if line.startswith("|")]
    assert len(rows) > 50


def test_five_runs_stand_side_by_side(make_run):
    folders = [make_run(), make_run("seed2024"), make_run(), make_run("seed2024"), make_run()]
    tree = Tree(to_html(page_of(*folders)))
    summaries = [json.loads((folder / "summary.json").read_text()) for folder in folders]
    assert check_numbers(tree, summaries) > 500
    assert {int(attributes["data-run"]) for attributes, _ in tree.numbers} == set(range(5))


def test_runs_of_one_scenario_are_numbered(make_run):
    made = page_of(make_run(), make_run("seed2024"), make_run())
    assert made.sections[0].id == "comparison"
    assert made.title.endswith("baseline (1) and seed2024 and baseline (2)")


def test_a_run_in_which_nothing_ever_happens(make_run):
    never = make_run(**{"questions.ceilings": ["latency"]}, latency_flop=1e22)
    text = to_html(page_of(never))
    assert "by 2050 in less than half of them" in text
    check_numbers(Tree(text), [json.loads((never / "summary.json").read_text())])


def test_numbers_that_are_none_are_said_to_be(baseline_run, tmp_path):
    folder = Path(shutil.copytree(baseline_run, tmp_path / "run"))
    with h5py.File(folder / "forecast.nc", "r+") as file:
        for name in ("summary/overtraining_headroom", "cdf/compute_date"):
            dataset = file[name]
            assert isinstance(dataset, h5py.Dataset)
            dataset[...] = np.nan
    summary = json.loads((folder / "summary.json").read_text())
    summary["manifest"]["not_a_number"] = {"overtraining_headroom": 17}
    (folder / "summary.json").write_text(json.dumps(summary))
    text = to_html(page_of(folder))
    assert "17 values of overtraining_headroom are not a number" in text


def test_an_interrupted_run_says_so(baseline_run, tmp_path):
    folder = Path(shutil.copytree(baseline_run, tmp_path / "run"))
    summary = json.loads((folder / "summary.json").read_text())
    summary["manifest"] |= {"partial": True, "draws_asked": 4096}
    (folder / "summary.json").write_text(json.dumps(summary))
    assert "was interrupted: 1,024 of 4,096 draws" in to_html(page_of(folder))


def test_the_command_writes_a_folder(baseline_run, tmp_path):
    result = CliRunner().invoke(app, ["report", str(baseline_run), "--to", str(tmp_path / "out")])
    assert result.exit_code == 0, result.output
    names = {str(path.relative_to(tmp_path / "out")) for path in (tmp_path / "out").rglob("*")}
    assert {
        "report.html",
        "report.md",
        "figures/wall-dots.svg",
        "figures/wall-dots.png",
        "tables/walls.csv",
    } <= names


def test_the_function_takes_one_folder_or_several(baseline_run, tmp_path):
    assert datawall.report(baseline_run, tmp_path / "a").is_file()
    assert (
        datawall.report([baseline_run], tmp_path / "b", title="Mine").read_text().count("<h1>Mine</h1>") == 1
    )


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda folder: folder, "holds no run, comparison, sensitivity analysis, backtest or fit;"),
        (
            lambda folder: folder / "nowhere",
            "holds no run, comparison, sensitivity analysis, backtest or fit;",
        ),
    ],
)
def test_what_is_no_run_is_refused(make, message, tmp_path):
    with pytest.raises(DatawallError, match=message):
        datawall.report(make(tmp_path), tmp_path / "out")


def test_a_broken_run_is_refused(baseline_run, tmp_path):
    folder = Path(shutil.copytree(baseline_run, tmp_path / "run"))
    (folder / "summary.json").write_text("{")
    with pytest.raises(DatawallError, match="cannot be read"):
        datawall.report(folder, tmp_path / "out")
