"""The report as its readers meet it: what it prints, what a browser says of it, how it ends on a mistake."""

import json
from html.parser import HTMLParser

import pytest
from typer.testing import CliRunner

import datawall
from browsing import hindrances, visit
from datawall import runs
from datawall.cli import app
from datawall.errors import DatawallError
from datawall.reporting.page.pdf import browser

DRAWS = 4096
LARGEST = 5_000_000
in_browser = pytest.mark.skipif(browser() is None, reason="no browser here")


@pytest.fixture(scope="session")
def run_folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("run")
    runs.write(datawall.forecast("baseline", draws=DRAWS), folder)
    return folder


@pytest.fixture(scope="session")
def written(run_folder, fits_folder, tmp_path_factory):
    folder = tmp_path_factory.mktemp("report")
    datawall.report([run_folder, fits_folder], to=folder)
    return folder


class Printed(HTMLParser):
    """The quantities of a page: what each is called, and how it is printed."""

    def __init__(self):
        super().__init__()
        self.found, self._name = [], None

    def handle_starttag(self, tag, attrs):  # noqa: ARG002
        known = dict(attrs)
        self._name = (known["data-quantity"], known["data-key"]) if "data-quantity" in known else None

    def handle_data(self, data):
        if self._name:
            self.found.append((*self._name, data))
            self._name = None


def wrong(page, summary):
    """Return the quantities of a page that are not those of the summary, to the digits printed."""
    printed = Printed()
    printed.feed(page)
    assert len(printed.found) > 50
    return [
        entry for entry in printed.found if not agrees(entry[2], summary["quantities"][entry[0]][entry[1]])
    ]


def agrees(text, number):
    if isinstance(number, str) or number is None:
        return text == (number or "unknown")
    digits = text.rstrip("%")
    half = 0.5 * 10.0 ** -len(digits.partition(".")[2])
    scale = 100.0 if text.endswith("%") else 1.0
    return abs(float(digits) - scale * number) <= half * (1 + 1e-9)


def test_every_quantity_is_that_of_the_summary(written, run_folder):
    page = (written / "report.html").read_text(encoding="utf-8")
    summary = json.loads((run_folder / "summary.json").read_text())
    assert wrong(page, summary) == []
    name = "wall.tokens[1]"
    summary["quantities"][name]["q50"] += 0.2
    assert {entry[:2] for entry in wrong(page, summary)} == {(name, "q50")}


def test_everything_lies_beside_the_page(written, fits):
    names = {path.relative_to(written).as_posix() for path in written.rglob("*") if path.is_file()}
    assert {"report.html", "report.md", "figures/dates-energy.svg", "tables/dates-posterior.csv"} <= names
    text = (written / "report.md").read_text(encoding="utf-8")
    for name in fits:
        assert f"(figures/{name}-energy.png)" in text
    assert (written / "report.html").stat().st_size < LARGEST


def test_a_fit_that_failed_is_red(written):
    assert 'class="banner error">This posterior cannot be trusted' in (written / "report.html").read_text(
        "utf-8"
    )


@in_browser
@pytest.mark.parametrize("width", [400, 1280])
def test_the_page_fits_its_window_and_asks_for_nothing(written, width):
    found = visit(written / "report.html", width)
    assert (found.requests, found.errors, found.overflow) == ([], [], 0)


@in_browser
def test_the_page_hinders_nobody(written):
    assert hindrances(written / "report.html") == []


@in_browser
def test_a_bad_page_is_found_out(tmp_path):
    bad = tmp_path / "bad.html"
    bad.write_text('<img src="missing.png"><p style="width: 2000px">wide</p>', encoding="utf-8")
    found = visit(bad, 400)
    assert found.requests
    assert found.errors
    assert found.overflow > 0
    assert any("image-alt" in fault for fault in hindrances(bad))


def test_what_is_no_run_is_named(tmp_path):
    with pytest.raises(DatawallError, match="need a run or fits, found neither"):
        datawall.report([tmp_path], to=tmp_path / "report")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ([], "need RUN or --recipe"),
        (["runs/a", "--recipe", "b.toml"], "need RUN or --recipe"),
        (["runs/a", "--draws", "9"], "--draws: belongs to a recipe"),
        (["--recipe", "nowhere.toml"], "nowhere.toml: no such file"),
    ],
)
def test_a_mistake_is_one_sentence(words, message):
    found = CliRunner().invoke(app, ["report", *words])
    assert isinstance(found.exception, DatawallError)
    assert message in str(found.exception)
