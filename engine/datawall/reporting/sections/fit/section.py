"""Fit document: verdicts on the posteriors, then a section for each fit."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from datawall.reporting.document import Banner, Block, Figure, Page, Prose, Section, Table
from datawall.reporting.figures import fit as plots
from datawall.reporting.figures import svg
from datawall.reporting.figures.base import Drawn
from datawall.reporting.saved import SavedFit
from datawall.reporting.sections.fit import inferred, tables
from datawall.reporting.sections.fit.pictures import CHAINS, FORESEEN, LEANING, LEARNED, Picture

COLUMNS = ("module", "what it infers", "R-hat", "ESS bulk", "ESS tail", "divergences", "verdict")


def document(fits: Sequence[SavedFit], title: str | None = None) -> Page:
    """Return the report of some fits.

    Parameters
    ----------
    fits
        Fits to show, in order.
    title
        Title of the page; by default it names the modules.
    """
    return Page(
        title or f"Evidence: {', '.join(fit.name for fit in fits)}",
        f"{len(fits)} {'fit' if len(fits) == 1 else 'fits'} of evidence by the no-U-turn sampler",
        tuple(_first_screen(fits)),
        tuple(map(section, fits)),
    )


def _answer(fits: Sequence[SavedFit]) -> str:
    failed = [fit.name for fit in fits if fit.faults]
    learned = "; ".join(f"{fit.name}: {fit.summary['title']}" for fit in fits)
    verdict = f"Not to be trusted: {', '.join(failed)}" if failed else "Every diagnostic passes"
    return f"What evidence says of the inputs of the forecast ({learned}). {verdict}."


def _first_screen(fits: Sequence[SavedFit]) -> list[Block]:
    failed = [fit.name for fit in fits if fit.faults]
    warning: list[Block] = [
        Banner("error", f"The posterior of {name} cannot be trusted: see its section.") for name in failed
    ]
    return [*warning, Prose(_answer(fits)), Table(COLUMNS, tuple(map(_row, fits)), "Can they be trusted?")]


def _row(fit: SavedFit) -> tuple[str, ...]:
    found = fit.manifest["diagnosis"]
    numbers = (f"{found['r_hat']:.3f}", f"{found['ess_bulk']:.0f}", f"{found['ess_tail']:.0f}")
    verdict = "NOT trusted" if fit.faults else "trusted"
    return (fit.name, fit.summary["title"], *numbers, str(found["divergences"]), verdict)


def brief(summary: Mapping[str, Any]) -> Page:
    """Return the document of one fit for the terminal, from its summary alone."""
    module = summary["module"]
    tables = tuple(inferred.brief(summary))
    shown = Section(f"fit-{module}", summary["title"], "", tables)
    return Page(f"Evidence: {module}", f"Module {module}, seed {summary['manifest']['seed']}", (), (shown,))


def section(fit: SavedFit) -> Section:
    """Return the section of a fit: posterior and diagnostics."""
    title = f"Evidence: {fit.summary['title']}"
    return Section(f"fit-{fit.name}", title, _lead(fit), tuple(_blocks(fit)))


def _lead(fit: SavedFit) -> str:
    sizes = fit.group("posterior").sizes
    return (
        f"Module {fit.name}, fitted with {sizes['chain']} chains of {sizes['draw']} draws, seed "
        f"{fit.manifest['seed']}. Sources: {'; '.join(fit.manifest['sources'])}."
    )


def _blocks(fit: SavedFit) -> Iterator[Block]:
    """Yield blocks on the posterior, predictive checks, prior sensitivity and sampling diagnostics."""
    if fit.faults:
        yield Banner("error", f"This posterior cannot be trusted: {'; '.join(fit.faults)}.")
    yield tables.posterior(fit)
    yield from _pictures(LEARNED, fit)
    yield from _some(inferred.inputs(fit.summary))
    yield from _pictures(FORESEEN, fit)
    if fit.has("log_likelihood") and fit.is_finite("log_likelihood"):
        yield tables.loo(fit)
    yield from _some(inferred.rivals(fit.summary))
    yield from _pictures(LEANING, fit)
    if fit.has("log_prior") and fit.has("log_likelihood"):
        yield tables.power_scaling(fit)
    yield inferred.trust(fit.summary)
    yield from _pictures(CHAINS, fit)


def _some(table: Table) -> Iterator[Block]:
    if table.rows:
        yield table


def _pictures(pictures: Iterable[Picture], fit: SavedFit) -> Iterator[Block]:
    for picture in pictures:
        missing = picture.missing(fit)
        if missing:
            yield Prose(f"{picture.title}: left out, for {missing}.")
        else:
            yield _figure(picture, fit)


def _figure(picture: Picture, fit: SavedFit) -> Figure:
    return svg.block(
        f"{fit.name}-{picture.name}".replace("_", "-"),
        lambda: Drawn(picture.draw(fit)),
        f"{picture.title} of module {fit.name}: {', '.join(plots.shown(fit))}",
        f"{picture.title}. {picture.how}",
        themed=False,
    )
