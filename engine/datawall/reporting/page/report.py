"""`datawall.report`: from folders of runs and fits to a page, and from the page to files."""

import csv
import io
from collections.abc import Sequence
from pathlib import Path

from datawall.errors import DatawallError
from datawall.reporting.page import run as of_run
from datawall.reporting.page.blocks import Page, Table, Value, figures_and_tables
from datawall.reporting.page.fits import overview
from datawall.reporting.page.fits.saved import holds_fits, read_fits
from datawall.reporting.page.fits.section import section as fit_section
from datawall.reporting.page.html import html
from datawall.reporting.page.markdown import FIGURES, markdown, plain
from datawall.reporting.page.pdf import write_pdf

TABLES = "tables"
RESOLUTION = 160


def report(
    sources: Sequence[str | Path], *, to: str | Path = "report", title: str | None = None, pdf: bool = False
) -> Page:
    """Write the report of runs and fits to a folder.

    Parameters
    ----------
    sources
        Run folders, folders of fits, or files of single fits.
    to
        The folder; it gets ``report.html``, ``report.md``, ``figures`` and ``tables``.
    title
        Of the page.
    pdf
        Whether to print the page to ``report.pdf``, too.

    Raises
    ------
    DatawallError
        If a source is neither a run nor fits, or the folder cannot be written.
    """
    page = build([Path(source) for source in sources], title)
    _write(page, Path(to))
    if pdf:
        write_pdf(Path(to) / "report.html", Path(to) / "report.pdf")
    return page


def build(sources: Sequence[Path], title: str | None = None) -> Page:
    """Return the page of runs and fits."""
    fits = [fit for source in sources if holds_fits(source) for fit in read_fits(source)]
    runs = [of_run.read_run(source) for source in sources if not holds_fits(source)]
    names = [f"run {run.name}" for run in runs] + [f"fit {fit.name}" for fit in fits]
    for place, name in enumerate(names):
        if name in names[:place]:
            raise DatawallError(f"{name}: given twice; drop one, or rename its folder")
    if not runs:
        return overview.page(fits, title)
    scenarios = " and ".join(run.facts["scenario"] for run in runs)
    subtitle = "; ".join(
        f"{r.facts['scenario']}: {r.facts['draws']:,} draws, seed {r.facts['seed']}" for r in runs
    )
    sections = (*map(of_run.section, runs), *map(fit_section, fits))
    return Page(title or f"Forecast: {scenarios}", subtitle, of_run.answer(runs[0]), (), sections)


def _write(page: Page, folder: Path) -> None:
    """Write a page as HTML and Markdown, with its figures and tables."""
    blocks = (*page.blocks, *(block for section in page.sections for block in section.blocks))
    figures, tables = figures_and_tables(blocks)
    try:
        for name in (FIGURES, TABLES):
            (folder / name).mkdir(parents=True, exist_ok=True)
        (folder / "report.html").write_text(html(page), encoding="utf-8")
        (folder / "report.md").write_text(markdown(page), encoding="utf-8")
        for figure in figures:
            figure.drawing.savefig(folder / FIGURES / f"{figure.id}.png", dpi=RESOLUTION)
            figure.drawing.savefig(folder / FIGURES / f"{figure.id}.svg", metadata={"Date": None})
        for table in tables:
            (folder / TABLES / f"{table.name}.csv").write_text(_csv(table), encoding="utf-8")
    except OSError as error:
        remedy = "give a folder that can be written"
        raise DatawallError(f"--to {folder}: cannot write there ({error.strerror}); {remedy}") from None


def _csv(table: Table) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(table.columns)
    for row in table.rows:
        writer.writerow(cell.number if isinstance(cell, Value) else plain(cell) for cell in row)
    return out.getvalue()
