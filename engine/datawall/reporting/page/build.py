"""From folders of runs and fits to a page, and from a page to files."""

import csv
import io
from collections.abc import Iterable, Sequence
from pathlib import Path

from datawall.errors import DatawallError
from datawall.reporting.page import run as runs_of_page
from datawall.reporting.page.blocks import Figure, Page, Table
from datawall.reporting.page.fits.saved import SavedFit, holds_fits, read_fits
from datawall.reporting.page.fits.section import section as fit_section
from datawall.reporting.page.html import html
from datawall.reporting.page.markdown import FIGURES, markdown
from datawall.reporting.page.pdf import write_pdf
from datawall.reporting.page.run import SavedRun, read_run

NAME = "report"
TABLES = "tables"


def build(sources: Sequence[Path], title: str | None = None) -> Page:
    """Return the page of runs and fits.

    Parameters
    ----------
    sources
        Run folders, folders of fits, or files of single fits.
    title
        Of the page.

    Raises
    ------
    DatawallError
        If one is neither, or cannot be read.
    """
    fits = [fit for source in sources if holds_fits(source) for fit in read_fits(source)]
    found = [read_run(source) for source in sources if not holds_fits(source)]
    sections = [*map(runs_of_page.section, found), *map(fit_section, fits)]
    _refuse_repeats([section.id for section in sections])
    lead = runs_of_page.answer(found[0]) if found else _lead(fits)
    return Page(title or _title(found, fits), lead, tuple(sections))


def _refuse_repeats(ids: Sequence[str]) -> None:
    for place, name in enumerate(ids):
        if name in ids[:place]:
            raise DatawallError(f"{name.partition('-')[2]}: need different runs and fits, got it twice; drop one")


def _title(runs: Sequence[SavedRun], fits: Sequence[SavedFit]) -> str:
    if runs:
        return f"Forecast: {' and '.join(run.facts['scenario'] for run in runs)}"
    return f"Evidence: {', '.join(fit.name for fit in fits)}"


def _lead(fits: Sequence[SavedFit]) -> str:
    failed = [fit.name for fit in fits if fit.faults]
    trust = f"not to be trusted: {', '.join(failed)}" if failed else "all can be trusted"
    return f"What {len(fits)} modules of inference learned from evidence; {trust}."


def write(page: Page, folder: Path, *, pdf: bool = False) -> None:
    """Write a page to a folder: HTML, Markdown, figures and tables, and a PDF if asked."""
    texts = {f"{NAME}.html": html(page), f"{NAME}.md": markdown(page)}
    for section in page.sections:
        texts |= {f"{FIGURES}/{b.id}.svg": b.svg for b in section.blocks if isinstance(b, Figure)}
        tables = [block for block in section.blocks if isinstance(block, Table)]
        texts |= {f"{TABLES}/{section.id}-{k}.csv": _csv(table) for k, table in enumerate(tables, start=1)}
    try:
        for name, text in texts.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text, encoding="utf-8")
    except OSError as error:
        remedy = "give a folder that can be written"
        raise DatawallError(f"--to {folder}: cannot write there ({error.strerror}); {remedy}") from None
    if pdf:
        write_pdf(folder / f"{NAME}.html", folder / f"{NAME}.pdf")


def _csv(table: Table) -> str:
    out = io.StringIO()
    rows: Iterable[Iterable[object]] = [table.columns, *table.rows]
    csv.writer(out, lineterminator="\n").writerows(map(str, row) for row in rows)
    return out.getvalue()
