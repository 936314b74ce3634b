"""The sections of a report that show fits."""

from collections.abc import Iterable

from datawall.reporting import inference
from datawall.reporting.inference import Cells
from datawall.reporting.page.blocks import Banner, Block, Figure, Prose, Section, Table
from datawall.reporting.page.fits import tables
from datawall.reporting.page.fits.pictures import PICTURES, Picture
from datawall.reporting.page.fits.saved import SavedFit


def sections(fits: Iterable[SavedFit]) -> list[Section]:
    """Return a section for each fit."""
    return [section(fit) for fit in fits]


def section(fit: SavedFit) -> Section:
    """Return everything about one fit: banner, what was learned, and whether to believe it."""
    blocks = [_verdict(fit), *_tables(fit), *_pictures(fit)]
    return Section(f"fit-{fit.name}", f"Evidence: {fit.summary['title']}", _lead(fit), blocks)


def _lead(fit: SavedFit) -> str:
    return ""
