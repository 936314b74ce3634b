"""Report on saved products: one page of forecasts, comparisons, sensitivity analyses, backtests and fits."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from datawall.errors import DatawallError
from datawall.reporting.document import Page, Section
from datawall.reporting.products import Flat, load
from datawall.reporting.render.page import PAGE, write, write_pdf
from datawall.reporting.saved import (
    SavedBacktest,
    SavedComparison,
    SavedFit,
    SavedRun,
    saved_backtest,
    saved_comparison,
    saved_fit,
    saved_run,
)
from datawall.reporting.sections import backtest, comparison, fit, forecast, sensitivity


class _Sources(NamedTuple):
    """Saved products by kind, each kind in the order of the paths given."""

    runs: list[SavedRun]
    fits: list[SavedFit]
    analyses: list[Flat]
    backtests: list[SavedBacktest]
    comparisons: list[SavedComparison]


def report(
    sources: Sequence[str | Path] | str | Path,
    to: str | Path = "report",
    *,
    title: str | None = None,
    pdf: bool = False,
) -> Path:
    """Write a report on forecasts, comparisons, sensitivity analyses, backtests and fits.

    Parameters
    ----------
    sources
        Folders that ``datawall forecast``, ``compare``, ``sensitivity``, ``backtest`` and ``fit`` wrote, or
        fits as ``.nc`` files.
    to
        The folder to write.
    title
        Title of the page; by default it names the contents.
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
    return folder / PAGE


def build(sources: Iterable[Path], folder: Path, title: str | None = None, pdf: bool = False) -> Page:
    """Write the page on some products to a folder, and return it; see `report`."""
    made = page(read(sources), title)
    write(made, folder)
    if pdf:
        write_pdf(folder / PAGE, folder / "report.pdf")
    return made


def read(sources: Iterable[Path]) -> _Sources:
    """Return the saved products at some paths."""
    found = _Sources([], [], [], [], [])
    for saved in (saved for source in sources for saved in load(source)):
        match saved.product.kind:
            case "forecast":
                found.runs.append(saved_run(saved, len(found.runs)))
            case "compare":
                found.comparisons.append(saved_comparison(saved, len(found.comparisons)))
            case "sensitivity":
                with saved.checked():
                    _ = saved.manifest["scenario"], [saved.flat[key] for key in sensitivity.KEYS]
                found.analyses.append(saved.flat)
            case "backtest":
                found.backtests.append(saved_backtest(saved, len(found.backtests)))
            case _:
                found.fits.append(saved_fit(saved))
    return found


def page(sources: _Sources, title: str | None = None) -> Page:
    """Return the page: the first run in full, or the first of another product; then the rest."""
    runs, fits, analyses, backtests, comparisons = sources
    if runs:
        rest = (*_compared(comparisons), *_driving(analyses), *_past(backtests), *map(fit.section, fits))
        return forecast.document(runs, title, rest)
    if comparisons:
        rest = (*_compared(comparisons[1:]), *_driving(analyses), *_past(backtests), *map(fit.section, fits))
        return _extended(comparison.document(comparisons[0]), rest, title)
    if backtests:
        rest = (*_past(backtests[1:]), *_driving(analyses), *map(fit.section, fits))
        return _extended(backtest.document(backtests[0]), rest, title)
    if analyses:
        rest = (*_driving(analyses[1:], 1), *map(fit.section, fits))
        return _extended(sensitivity.document(analyses[0]), rest, title)
    if fits:
        return fit.document(fits, title)
    raise DatawallError("report: need a run, a comparison, a backtest or a fit; give the folder of one")


def _extended(made: Page, rest: Iterable[Section], title: str | None) -> Page:
    return replace(made, title=title or made.title, sections=(*made.sections, *rest))


def _driving(analyses: Iterable[Flat], start: int = 0) -> Iterator[Section]:
    for place, analysis in enumerate(analyses, start):
        yield sensitivity.section(analysis, place)
        yield sensitivity.provenance_of(analysis, place)


def _compared(comparisons: Iterable[SavedComparison]) -> Iterator[Section]:
    for one in comparisons:
        yield comparison.opening(one)
        yield from comparison.parts(one)


def _past(backtests: Iterable[SavedBacktest]) -> Iterator[Section]:
    for one in backtests:
        yield backtest.section(one)
        yield from backtest.parts(one)
