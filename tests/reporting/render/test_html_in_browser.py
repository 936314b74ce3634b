"""Pages as a browser shows them, where there is one."""

import pytest

import datawall
from datawall.reporting.render.page import browser
from support.browsing import OPENS_PAGES, hindrances, visit

pytestmark = OPENS_PAGES


@pytest.fixture(scope="module")
def page(make_run, tmp_path_factory):
    """Two runs on one page, and its PDF."""
    return datawall.report([make_run(), make_run("seed2024")], tmp_path_factory.mktemp("page"), pdf=True)


@pytest.mark.parametrize(("width", "dark"), [(1280, False), (400, False), (400, True)])
def test_a_page_asks_for_nothing_and_fits_its_window(page, width, dark):
    seen = visit(page, width, dark=dark)
    assert seen.requests == []
    assert seen.errors == []
    assert seen.overflow == 0


def test_nothing_hinders_people(page):
    assert hindrances(page) == []


def test_a_page_that_hinders_them_is_found_out(page, tmp_path):
    bad = tmp_path / "bad.html"
    bad.write_text(page.read_text("utf-8").replace('<html lang="en">', "<html>"), "utf-8")
    assert any("html-has-lang" in fault for fault in hindrances(bad))


def test_it_is_printed(page):
    assert (page.parent / "report.pdf").read_bytes().startswith(b"%PDF")


def test_pointing_tells_values_and_switches_hide_curves(page):
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=browser(), args=["--no-sandbox"])
        tab = chromium.new_page(viewport={"width": 1280, "height": 900})
        tab.goto(page.resolve().as_uri())
        tab.locator("#figure-demand-and-supply svg").hover()
        tip = tab.locator(".tip").inner_text()
        part = tab.locator('[id^="scenario-curves-curve0-"]').first
        assert part.is_visible()
        tab.locator("#figure-scenario-curves input").first.uncheck()
        hidden = not part.is_visible()
        chromium.close()
    assert "demand: " in tip
    assert "80 %" in tip
    assert hidden


def test_without_a_script_all_is_there(page):
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=browser(), args=["--no-sandbox"])
        tab = chromium.new_context(java_script_enabled=False).new_page()
        tab.goto(page.resolve().as_uri())
        figures = tab.locator("figure svg").count()
        switches = tab.locator(".toggles:visible").count()
        chromium.close()
    assert figures > 8
    assert switches == 0
