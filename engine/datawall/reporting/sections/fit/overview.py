"""The first screen of a report that shows fits alone."""

from collections.abc import Sequence

from datawall.reporting.document import Banner, Block, Page, Prose, Table
from datawall.reporting.saved.fit import SavedFit
from datawall.reporting.sections.fit.section import section

COLUMNS = ("module", "what it infers", "R-hat", "ESS bulk", "ESS tail", "divergences", "verdict")


def page(fits: Sequence[SavedFit], title: str | None = None) -> Page:
    """Return the report of some fits.

    Parameters
    ----------
    fits
        What to show, in this order.
    title
        Of the page; by default it names the modules.
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
