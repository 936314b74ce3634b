"""What a browser finds of a page on disk: requests, errors, overflow, and what hinders people."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from datawall.reporting.render.page import browser

OPENS_PAGES = [pytest.mark.integration, pytest.mark.skipif(browser() is None, reason="needs Chromium")]
"""Marks of tests that open pages: `.ci/run` runs them, where there is a browser."""


def in_browser(test: Any) -> Any:
    """Mark a single test that opens pages."""
    for mark in OPENS_PAGES:
        test = mark(test)
    return test


@dataclass(frozen=True)
class Visit:
    """What happened when a page was opened.

    Attributes
    ----------
    requests
        Addresses that the page asked for, other than its own and data within it.
    errors
        What the console called an error.
    overflow
        By how much the page is wider than the window [px].
    """

    requests: list[str]
    errors: list[str]
    overflow: int


def visit(page: Path, width: int, *, dark: bool = False, picture: Path | None = None) -> Visit:
    """Open a page in a window of some width, and keep a picture of all of it if asked."""
    from playwright.sync_api import sync_playwright

    requests, errors = [], []
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=browser(), args=["--no-sandbox"])
        tab = chromium.new_page(
            viewport={"width": width, "height": 900}, color_scheme="dark" if dark else "light"
        )
        tab.on("request", lambda request: requests.append(request.url))
        tab.on("console", lambda said: errors.append(said.text) if said.type == "error" else None)
        tab.on("pageerror", lambda error: errors.append(str(error)))
        tab.goto(page.resolve().as_uri())
        root = "document.documentElement"
        overflow = tab.evaluate(f"{root}.scrollWidth - {root}.clientWidth")
        if picture is not None:
            tab.screenshot(path=picture, full_page=True)
        chromium.close()
    own = page.resolve().as_uri()
    others = [url for url in requests if url.partition("#")[0] != own and not url.startswith("data:")]
    return Visit(others, errors, overflow)


def hindrances(page: Path) -> list[str]:
    """Return what axe finds serious or critical, each with the elements at fault."""
    from axe_playwright_python.sync_playwright import Axe
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=browser(), args=["--no-sandbox"])
        # the checker is a script, which the page itself rightly forbids
        tab = chromium.new_context(bypass_csp=True).new_page()
        tab.goto(page.resolve().as_uri())
        found = Axe().run(tab).response["violations"]
        chromium.close()
    return [
        f"{fault['id']}: {fault['help']}: {node['html'][:200]}"
        for fault in found
        if fault["impact"] in ("serious", "critical")
        for node in fault["nodes"]
    ]


OVERLAPS = """
() => [...document.querySelectorAll('figure svg')].flatMap(drawing => {
  const texts = [...drawing.querySelectorAll('text')].filter(text => text.textContent.trim());
  const boxes = texts.map(text => text.getBoundingClientRect());
  const frame = drawing.getBoundingClientRect();
  const found = [];
  boxes.forEach((a, i) => {
    const inside = a.left > frame.left - 1 && a.right < frame.right + 1;
    if (!inside) found.push(texts[i].textContent + ' is cut off');
    boxes.slice(i + 1).forEach((b, j) => {
      const wide = Math.min(a.right, b.right) - Math.max(a.left, b.left);
      const high = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
      if (wide > 1 && high > 0.25 * Math.min(a.height, b.height))
        found.push(texts[i].textContent + ' runs into ' + texts[i + 1 + j].textContent);
    });
  });
  return found.map(what => drawing.closest('figure').id + ': ' + what);
})
"""


def overlaps(page: Path, width: int) -> list[str]:
    """Return which words in drawings run into each other or are cut off, in a window of some width."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=browser(), args=["--no-sandbox"])
        tab = chromium.new_page(viewport={"width": width, "height": 900})
        tab.goto(page.resolve().as_uri())
        found = tab.evaluate(OVERLAPS)
        chromium.close()
    return found
