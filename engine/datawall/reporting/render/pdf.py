"""PDF renderer: printing by a browser, or layout by WeasyPrint."""

import os
import shutil
import subprocess
import tempfile
from importlib.util import find_spec
from pathlib import Path

from datawall.errors import DatawallError

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
PATIENCE = 120
"""Timeout of a printing browser [s]."""


def browser() -> str | None:
    """Return the path of a browser able to print, or None."""
    return next(filter(None, map(shutil.which, BROWSERS)), None)


def write_pdf(page: Path, pdf: Path) -> None:
    """Print a page to a PDF.

    Parameters
    ----------
    page
        A self-contained HTML file.
    pdf
        The file to write.

    Raises
    ------
    DatawallError
        If nothing here can print, or printing fails.
    """
    program = browser()
    if program is not None:
        _print(program, page.resolve(), pdf.resolve())
    elif find_spec("weasyprint") is not None:
        _lay_out(page, pdf)
    else:
        raise DatawallError(
            "--pdf: need a browser that prints, found none; put Chromium on the PATH, or install "
            "datawall[pdf]"
        )


def _print(program: str, page: Path, pdf: Path) -> None:
    with tempfile.TemporaryDirectory() as profile:
        command = [program, "--headless", "--disable-gpu", f"--user-data-dir={profile}"]
        if hasattr(os, "geteuid") and os.geteuid() == 0:
            command.append("--no-sandbox")  # Chromium's sandbox does not start for root
        command += ["--no-pdf-header-footer", f"--print-to-pdf={pdf}", page.as_uri()]
        pdf.unlink(missing_ok=True)
        try:
            subprocess.run(command, capture_output=True, check=True, timeout=PATIENCE)
        except (OSError, subprocess.SubprocessError) as error:
            raise DatawallError(f"{pdf}: {program} could not print it ({error}); drop --pdf") from None
    if not pdf.is_file():
        raise DatawallError(f"{pdf}: {program} printed nothing; drop --pdf, or free its place")


def _lay_out(page: Path, pdf: Path) -> None:
    from weasyprint import HTML  # pyright: ignore[reportMissingImports] - an extra

    HTML(filename=page).write_pdf(pdf, pdf_variant="pdf/ua-1")
