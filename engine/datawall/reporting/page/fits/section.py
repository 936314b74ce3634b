"""The section of a report that shows a fit."""

from collections.abc import Iterable, Iterator

import numpy as np

from datawall.reporting import inference
from datawall.reporting.inference import Cells
from datawall.reporting.page.blocks import Banner, Block, Figure, Prose, Section, Table
from datawall.reporting.page.fits import plots, tables
from datawall.reporting.page.fits.pictures import CHAINS, FORESEEN, LEANING, LEARNED, Picture
from datawall.reporting.page.fits.saved import SavedFit

MARKS = 6000
"""In the lines of a drawing, above which a picture takes less room."""


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
    yield _table("posterior", tables.posterior(fit), fit)
    yield from _pictures(LEARNED, fit)
    yield from _some("inputs", inference.inputs(fit.summary), fit)
    yield from _pictures(FORESEEN, fit)
    if fit.has("log_likelihood") and fit.is_finite("log_likelihood"):
        yield _table("loo", tables.loo(fit), fit)
    yield from _some("rivals", inference.rivals(fit.summary), fit)
    yield from _pictures(LEANING, fit)
    if fit.has("log_prior") and fit.has("log_likelihood"):
        yield _table("power-scaling", tables.power_scaling(fit), fit)
    yield _table("trust", inference.trust(fit.summary), fit)
    yield from _pictures(CHAINS, fit)


def _some(name: str, cells: Cells, fit: SavedFit) -> Iterator[Block]:
    if cells.rows:
        yield _table(name, cells, fit)


def _table(name: str, cells: Cells, fit: SavedFit) -> Table:
    width = len(cells.columns)
    rows = tuple((*row, *[""] * (width - len(row))) for row in cells.rows)
    return Table(f"{fit.name}-{name}".replace("_", "-"), cells.columns, rows, cells.title)


def _pictures(pictures: Iterable[Picture], fit: SavedFit) -> Iterator[Block]:
    for picture in pictures:
        missing = picture.missing(fit)
        if missing:
            yield Prose(f"{picture.title}: left out, for {missing}.")
        else:
            yield _figure(picture, fit)


def _figure(picture: Picture, fit: SavedFit) -> Figure:
    drawing = picture.draw(fit)
    marks = sum(np.size(line.get_xdata()) for axes in drawing.axes for line in axes.lines)
    return Figure(
        f"{fit.name}-{picture.name}".replace("_", "-"),
        drawing,
        picture.title,
        picture.how,
        f"{picture.title} of module {fit.name}: {', '.join(plots.shown(fit))}",
        raster=marks > MARKS,
    )
