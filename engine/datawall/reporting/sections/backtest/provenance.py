"""Where the scores come from, and the command that makes them again."""

from datawall.reporting.document import Code, Prose, Section, Table
from datawall.reporting.saved.backtest import SavedBacktest


def asked(backtest: SavedBacktest) -> bool:  # noqa: ARG001
    """Return True: numbers always come from somewhere."""
    return True


def section(backtest: SavedBacktest) -> Section:
    """Return the section."""
    facts = backtest.manifest
    versions = ", ".join(f"{name} {number}" for name, number in facts["versions"].items())
    rows = (
        *((f"scenario {name}", f"SHA-256 {digest}") for name, digest in facts["scenario_digests"].items()),
        ("origins", f"{facts['start']} to {facts['end']}, every {facts['every']}"),
        ("draws, seed", f"{facts['draws']:,}, {facts['seed']}"),
        ("digest of the code", facts["code_digest"]),
        ("versions", versions),
    )
    return Section(
        backtest.name("provenance"),
        "Where do the scores come from?",
        "",
        (
            Table(("what", "value"), rows),
            Prose("The same command with the same versions and evidence gives the same scores."),
            Code(facts["command"]),
        ),
    )
