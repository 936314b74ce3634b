"""How sure the arithmetic is, apart from how sure the world is."""

from datawall.reporting.document import Section, Table
from datawall.reporting.saved.forecast import SavedRun


def section(run: SavedRun) -> Section:
    """Return the section."""
    facts = run.manifest
    lead = (
        f"{facts['draws']:,} futures, {facts['sampler_description']}. The Monte Carlo standard error says "
        "how far a number would move with other random numbers; it says nothing about the world."
    )
    return Section("accuracy", "How sure is the arithmetic?", lead, (_table(run),))


def _table(run: SavedRun) -> Table:
    rows = []
    for name in (*run.names("wall."), *run.names("release.raw[")):
        row = run.row(name)
        error = row["mcse_q50"]
        median = "cannot be given" if error is None else f"{error:.4f}"
        rows.append((name, run.date(name, digits=3), median, f"{row['mcse_p_never']:.5f}"))
    columns = ("quantity", "median", "standard error, years", "standard error of P(never)")
    return Table(columns, tuple(rows), "")
