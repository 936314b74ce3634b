"""The section of a report that shows a fit."""

from collections.abc import Iterable, Iterator

from datawall.reporting.document import Banner, Block, Figure, Prose, Section, Table
from datawall.reporting.figures import fit as plots
from datawall.reporting.figures import svg as pictures
from datawall.reporting.saved.fit import SavedFit
from datawall.reporting.sections.fit import tables
from datawall.reporting.sections.fit.pictures import CHAINS, FORESEEN, LEANING, LEARNED, Picture
from datawall.reporting.terminal import fit as inference
from datawall.reporting.terminal.fit import Cells


def section(fit: SavedFit) -> Section:
    """Return the section of a fit: what was learned, and whether to believe it."""
    title = f"Evidence: {fit.summary['title']}"
    return Section(f"fit-{fit.name}", title, _lead(fit), tuple(_blocks(fit)))


def _lead(fit: SavedFit) -> str:
    sizes = fit.group("posterior").sizes
    return (
        f"Module {fit.name}, fitted with {sizes['chain']} chains of {sizes['draw']} draws, seed "
        f"{fit.manifest['seed']}. Sources: {'; '.join(fit.manifest['sources'])}."
    )


def _blocks(fit: SavedFit) -> Iterator[Block]:
    """Yield what was learned, how it foresees the data, how it leans on its prior, and how it was sampled."""
    if fit.faults:
        yield Banner("error", f"This posterior cannot be trusted: {'; '.join(fit.faults)}.")
    yield _table(tables.posterior(fit))
    yield from _pictures(LEARNED, fit)
    yield from _some(inference.inputs(fit.summary))
    yield from _pictures(FORESEEN, fit)
    if fit.has("log_likelihood") and fit.is_finite("log_likelihood"):
        yield _table(tables.loo(fit))
    yield from _some(inference.rivals(fit.summary))
    yield from _pictures(LEANING, fit)
    if fit.has("log_prior") and fit.has("log_likelihood"):
        yield _table(tables.power_scaling(fit))
    yield _table(inference.trust(fit.summary))
    yield from _pictures(CHAINS, fit)


def _some(cells: Cells) -> Iterator[Block]:
    if cells.rows:
        yield _table(cells)


def _table(cells: Cells) -> Table:
    width = len(cells.columns)
    rows = tuple((*map(_text, row), *[""] * (width - len(row))) for row in cells.rows)
    return Table(cells.columns, rows, cells.title)


def _text(cell: str | float) -> str:
    return cell if isinstance(cell, str) else f"{cell:.4g}"


def _pictures(pictures: Iterable[Picture], fit: SavedFit) -> Iterator[Block]:
    for picture in pictures:
        missing = picture.missing(fit)
        if missing:
            yield Prose(f"{picture.title}: left out, for {missing}.")
        else:
            yield _figure(picture, fit)


def _figure(picture: Picture, fit: SavedFit) -> Figure:
    return pictures.block(
        f"{fit.name}-{picture.name}".replace("_", "-"),
        picture.draw(fit),
        f"{picture.title} of module {fit.name}: {', '.join(plots.shown(fit))}",
        f"{picture.title}. {picture.how}",
        themed=False,
    )
