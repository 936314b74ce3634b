"""The index of the gallery: what it lists, and that titles cannot break it."""

import pytest

from datawall.reporting.recipes import write_index
from support.browsing import hindrances, in_browser, visit

ENTRIES = [
    {
        "title": "Walls | & <dates>",
        "lead": "Half by 2031.",
        "page": "one/report.html",
        "recipe": "recipes/one.toml",
    },
    {
        "title": "Second",
        "lead": "None by 2050.",
        "page": "two/report.html",
        "recipe": "recipes/two.toml",
    },
]


@pytest.fixture
def gallery(tmp_path):
    write_index(ENTRIES, tmp_path)
    return tmp_path


def test_every_report_is_linked_with_what_it_says(gallery):
    for name in ("index.html", "README.md"):
        text = (gallery / name).read_text(encoding="utf-8")
        for entry in ENTRIES:
            assert entry["page"] in text
            assert entry["lead"] in text
            assert entry["recipe"] in text


def test_a_title_is_text_and_never_markup(gallery):
    assert "Walls | &amp; &lt;dates&gt;" in (gallery / "index.html").read_text(encoding="utf-8")
    assert r"Walls \| & <dates>" in (gallery / "README.md").read_text(encoding="utf-8")


@in_browser
@pytest.mark.parametrize("width", [400, 1280])
def test_the_index_fits_its_window_and_asks_for_nothing(gallery, width):
    found = visit(gallery / "index.html", width, picture=None)
    assert (found.requests, found.errors, found.overflow) == ([], [], 0)


@in_browser
def test_the_index_hinders_nobody(gallery):
    assert hindrances(gallery / "index.html") == []
