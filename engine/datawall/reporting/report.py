"""From the folders of runs, fits and backtests to a page."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from datawall.errors import DatawallError
from datawall.reporting.document import Page, Section
from datawall.reporting.products import Saved, load
from datawall.reporting.render import files
from datawall.reporting.render.pdf import write_pdf
from datawall.reporting.saved.backtest import SavedBacktest, saved_backtest
from datawall.reporting.saved.fit import SavedFit, saved_fit
from datawall.reporting.saved.forecast import SavedRun, saved_run
from datawall.reporting.saved.sensitivity import SavedAnalysis, saved_analysis
from datawall.reporting.sections import (
    accuracy,
    answer,
    beliefs,
    comparison,
    compute,
    counts,
    drivers,
    efficiency,
    generations,
    provenance,
    walls,
)
from datawall.reporting.sections.backtest import opening
from datawall.reporting.sections.fit import overview
from datawall.reporting.sections.fit.section import section as fit_section
from datawall.units import date_of

OF_A_RUN = (walls, compute, counts, generations, efficiency, beliefs, accuracy)


class Sources(NamedTuple):
    """What lies at the paths given, each kind in the order given."""

    runs: list[SavedRun]
    fits: list[SavedFit]
    analyses: list[SavedAnalysis]
    backtests: list[SavedBacktest]
    comparisons: list[Saved]


def report(
    sources: Sequence[str | Path] | str | Path,
    to: str | Path = "report",
    *,
    title: str | None = None,
    pdf: bool = False,
) -> Path:
    """Write a report on runs, fits and backtests.

    Parameters
    ----------
    sources
        Folders that ``datawall forecast``, ``fit``, ``backtest`` and ``sensitivity`` wrote, or fits as
        ``.nc`` files.
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
        If a source is none of these, a file cannot be written, or nothing here can print a PDF.
    """
    given = [sources] if isinstance(sources, str | Path) else list(sources)
    folder = Path(to)
    build(map(Path, given), folder, title, pdf)
    return folder / files.HTML


def build(sources: Iterable[Path], folder: Path, title: str | None = None, pdf: bool = False) -> Page:
    """Write the page on runs, fits and backtests to a folder, and return it; see `report`."""
    made = page(read(sources), title)
    files.write(made, folder)
    if pdf:
        write_pdf(folder / files.HTML, folder / "report.pdf")
    return made


def read(sources: Iterable[Path]) -> Sources:
    """Return what lies at some paths."""
    found = Sources([], [], [], [], [])
    for saved in (saved for source in sources for saved in load(source)):
        match saved.product.kind:
            case "forecast":
                found.runs.append(saved_run(saved, len(found.runs)))
            case "sensitivity":
                found.analyses.append(saved_analysis(saved))
            case "backtest":
                found.backtests.append(saved_backtest(saved, len(found.backtests)))
            case "compare":
                found.comparisons.append(saved)
            case _:
                found.fits.append(saved_fit(saved))
    return found


def page(sources: Sources, title: str | None = None) -> Page:
    """Return the page: the first run in full, or else the first backtest, or else the fits; then the rest."""
    runs, fits, analyses, backtests, _ = sources
    if not runs and not backtests and not fits:
        raise DatawallError("report: need a run, a backtest or a fit; give the folder of one")
    driving = [drivers.section(analysis, place) for place, analysis in enumerate(analyses)]
    if runs:
        rest = [*driving, *_past(backtests), *map(fit_section, fits)]
        return _page_of_runs(runs, rest, title or _title(runs), _lead(runs, fits))
    if backtests:
        rest = [*_past(backtests[1:]), *driving, *map(fit_section, fits)]
        return opening.page(backtests[0], rest, title)
    return overview.page(fits, title)


def _page_of_runs(runs: Sequence[SavedRun], rest: Iterable[Section], title: str, lead: str) -> Page:
    warnings = (banner for run in runs[1:] for banner in answer.warnings(run))
    first = (*answer.blocks(runs[0]), *warnings)
    sections: list[Section] = [comparison.section(runs)] if len(runs) > 1 else []
    sections += [part.section(runs[0]) for part in OF_A_RUN if part is not counts or counts.asked(runs[0])]
    sections += rest
    sections += [
        provenance.section(run, label) for run, label in zip(runs, comparison.labels(runs), strict=True)
    ]
    return Page(title, lead, first, tuple(sections))


def _past(backtests: Iterable[SavedBacktest]) -> Iterator[Section]:
    for backtest in backtests:
        yield opening.section(backtest)
        yield from opening.parts(backtest)


def _title(runs: Sequence[SavedRun]) -> str:
    return f"When does training run out of data? {' and '.join(comparison.labels(runs))}"


def _calibration(run: SavedRun) -> str:
    return f" ({run.manifest['calibration']['sentence']})" if "calibration" in run.manifest else ""


def _lead(runs: Sequence[SavedRun], fits: Sequence[SavedFit]) -> str:
    parts = [
        f"{label}: as of {date_of(run.limits[0])}, to {run.limits[1]:.0f}, {run.manifest['draws']:,} futures"
        f"{_calibration(run)}"
        for run, label in zip(runs, comparison.labels(runs), strict=True)
    ]
    if fits:
        parts.append(f"fits: {', '.join(fit.name for fit in fits)}")
    return ". ".join(parts) + "."
