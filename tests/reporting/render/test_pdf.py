"""Printing: by what is there, and one sentence when nothing is."""

import pytest

from datawall.errors import DatawallError
from datawall.reporting.render import page as printing
from support.browsing import in_browser

PAGE = "<!doctype html><html lang=en><title>A page</title><h1>One page</h1>"


@pytest.fixture
def page(tmp_path):
    path = tmp_path / "page.html"
    path.write_text(PAGE, encoding="utf-8")
    return path


@in_browser
def test_a_browser_prints(page, tmp_path):
    printing.write_pdf(page, tmp_path / "page.pdf")
    assert (tmp_path / "page.pdf").read_bytes().startswith(b"%PDF-")


def test_without_a_browser_weasyprint_does_it(page, tmp_path, monkeypatch):
    pytest.importorskip("weasyprint")
    monkeypatch.setattr(printing, "browser", lambda: None)
    printing.write_pdf(page, tmp_path / "page.pdf")
    assert (tmp_path / "page.pdf").read_bytes().startswith(b"%PDF-")


def test_with_neither_one_sentence_says_what_to_do(page, tmp_path, monkeypatch):
    monkeypatch.setattr(printing, "browser", lambda: None)
    monkeypatch.setattr(printing, "find_spec", lambda _: None)
    with pytest.raises(DatawallError, match=r"need a browser .* put Chromium on the PATH"):
        printing.write_pdf(page, tmp_path / "page.pdf")


@pytest.mark.parametrize("program", ["false", "true"])
def test_a_browser_that_fails_is_one_sentence(program, page, tmp_path, monkeypatch):
    monkeypatch.setattr(printing, "browser", lambda: program)
    with pytest.raises(DatawallError, match=rf"{program} (could not print it|printed nothing)"):
        printing.write_pdf(page, tmp_path / "page.pdf")
