"""Provenance of numbers: data, versions, Monte Carlo errors and the command that reproduces them."""

from collections.abc import Iterable, Mapping
from typing import Any

from datawall.reporting.conditions import command_of, sentences
from datawall.reporting.document import Block, Code, Prose, Section, Table
from datawall.reporting.saved import SavedRun

AGAIN = "The same command with the same versions gives the same numbers to the last digit."


def forecast(run: SavedRun, label: str) -> Section:
    """Return the section of a labelled run."""
    facts = run.manifest
    rows = [
        ("scenario", f"{facts['scenario']}, SHA-256 {facts['scenario_digest']}"),
        *(("asked for", text) for text in sentences(facts)),
        ("as of, horizon", f"{facts['as_of']:.3f}, {facts['horizon']:.0f}"),
        ("draws, seed, sampler", f"{facts['draws']:,}, {facts['seed']}, {facts['sampler']}"),
        ("digest of the result", facts["result_digest"]),
        ("versions", f"{versions(facts)}; Python {facts['python']}"),
        ("device", facts["device"]),
        ("time taken", f"{facts['seconds']:.1f} s"),
    ]
    sure = (
        f"The draws are {facts['sampler_description']}. The Monte Carlo standard error (±) says how far "
        "a number "
        "would move with other random numbers; it says nothing about the world."
    )
    title = f"Where do the numbers of {label} come from?"
    return section(f"provenance-{run.place}", title, rows, command_of(facts), [Prose(sure)])


def section(
    name: str,
    title: str,
    rows: Iterable[tuple[str, str]],
    command: str,
    rest: Iterable[Block] = (),
    again: str = AGAIN,
) -> Section:
    """Return a section with facts about a result, and the command that reproduces it."""
    blocks: list[Block] = [Table(("what", "value"), tuple(rows)), *rest]
    if command:
        blocks += [Prose(again), Code(command)]
    return Section(name, title, "", tuple(blocks))


def versions(facts: Mapping[str, Any]) -> str:
    """Return the versions of the libraries that determine the numbers."""
    return ", ".join(f"{name} {number}" for name, number in facts["versions"].items())
