"""From the folders of runs and fits to a page."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from datawall.errors import DatawallError
from datawall.page import files
from datawall.page.blocks import Page, Section
from datawall.page.fits import overview
from datawall.page.fits.saved import SavedFit, holds_fits, read_fits
from datawall.page.fits.section import section as fit_section
from datawall.page.pdf import write_pdf
from datawall.page.saved_run import SavedRun, is_run, read_run
from datawall.page.sections import (
    accuracy,
    answer,
    beliefs,
    comparison,
    compute,
    efficiency,
    generations,
    provenance,
    walls,
)
from datawall.units import date_of

OF_A_RUN = (walls, compute, generations, efficiency, beliefs, accuracy)


def report(
    sources: Sequence[str | Path] | str | Path,
    to: str | Path = "report",
    *,
    title: str | None = None,
    pdf: bool = False,
) -> Path:
    """Write a report on runs and fits.

    Parameters
    ----------
    sources
        Folders that ``datawall forecast`` and ``datawall fit`` wrote, or single fits as ``.nc`` files.
    to
        The folder to write.
    title
        Of the page; by default after what it shows.
    pdf
        Whether to print the page to ``report.pdf`` too.

    Returns
    -------
    Path
        The page, ``report.html``; beside it ``report.md``, figures and tables.

    Raises
    ------
    DatawallError
        If a source is neither a run nor a fit, a file cannot be written, or nothing here can print a PDF.
    """
    given = [sources] if isinstance(sources, str | Path) else list(sources)
    folder = Path(to)
    build(map(Path, given), folder, title, pdf)
    return folder / files.HTML


def build(sources: Iterable[Path], folder: Path, title: str | None = None, pdf: bool = False) -> Page:
    """Write the page on runs and fits to a folder, and return it; see `report`."""
    runs, fits = read(sources)
    made = page(runs, fits, title)
    files.write(made, folder)
    if pdf:
        write_pdf(folder / files.HTML, folder / "report.pdf")
    return made


def read(sources: Iterable[Path]) -> tuple[list[SavedRun], list[SavedFit]]:
    """Return the runs and the fits that lie at some paths, in their order."""
    runs: list[SavedRun] = []
    fits: list[SavedFit] = []
    for source in sources:
        if is_run(source):
            runs.append(read_run(source, len(runs)))
        elif holds_fits(source):
            fits += read_fits(source)
        else:
            raise DatawallError(
                f"{source}: holds neither a run nor a fit; give a folder that `datawall forecast --out` or "
                "`datawall fit --out` wrote"
            )
    return runs, fits


def page(runs: Sequence[SavedRun], fits: Sequence[SavedFit], title: str | None = None) -> Page:
    """Return the page on runs and fits: the first run in full, and what the others differ in."""
    if not runs and not fits:
        raise DatawallError("report: need a run or a fit; give the folder of one")
    if not runs:
        return overview.page(fits, title)
    warnings = (banner for run in runs[1:] for banner in answer.warnings(run))
    first = (*answer.blocks(runs[0]), *warnings)
    sections: list[Section] = [comparison.section(runs)] if len(runs) > 1 else []
    sections += [part.section(runs[0]) for part in OF_A_RUN]
    sections += map(fit_section, fits)
    sections += [
        provenance.section(run, label) for run, label in zip(runs, comparison.labels(runs), strict=True)
    ]
    return Page(title or _title(runs), _lead(runs, fits), first, tuple(sections))


def _title(runs: Sequence[SavedRun]) -> str:
    return f"When does training run out of data? {' and '.join(comparison.labels(runs))}"


def _lead(runs: Sequence[SavedRun], fits: Sequence[SavedFit]) -> str:
    parts = [
        f"{label}: as of {date_of(run.limits[0])}, to {run.limits[1]:.0f}, {run.manifest['draws']:,} futures"
        for run, label in zip(runs, comparison.labels(runs), strict=True)
    ]
    if fits:
        parts.append(f"fits: {', '.join(fit.name for fit in fits)}")
    return ". ".join(parts) + "."
