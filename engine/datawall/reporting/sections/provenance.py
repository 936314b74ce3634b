"""Where the numbers come from, and the command that makes them again."""

import shlex
from collections.abc import Iterator
from typing import Any

from datawall.reporting.document import Code, Prose, Section, Table
from datawall.reporting.saved.forecast import SavedRun


def section(run: SavedRun, label: str) -> Section:
    """Return the section of a run, which goes by a label."""
    facts = run.manifest
    versions = ", ".join(f"{name} {number}" for name, number in facts["versions"].items())
    rows = (
        ("scenario", f"{facts['scenario']}, SHA-256 {facts['scenario_digest']}"),
        ("as of, horizon", f"{facts['as_of']:.3f}, {facts['horizon']:.0f}"),
        ("draws, seed, sampler", f"{facts['draws']:,}, {facts['seed']}, {facts['sampler']}"),
        ("digest of the result", facts["result_digest"]),
        ("versions", f"{versions}; Python {facts['python']}"),
        ("device", facts["device"]),
        ("time taken", f"{facts['seconds']:.1f} s"),
    )
    said = "The same command with the same versions gives the same numbers to the last digit."
    return Section(
        f"provenance-{run.place}",
        f"Where do the numbers of {label} come from?",
        "",
        (Table(("what", "value"), rows), Prose(said), Code(" ".join(command(facts)))),
    )


def command(facts: dict[str, Any]) -> Iterator[str]:
    """Yield the words of the command that makes a run again."""
    yield from ("datawall forecast", shlex.quote(facts["scenario"]))
    yield from (f"--draws {facts['draws_asked']}", f"--seed {facts['seed']}", f"--sampler {facts['sampler']}")
    for key, value in facts["overrides"].items():
        yield f"--as-of {value}" if key == "as_of" else f"--set {shlex.quote(f'{key}={value}')}"
    if "calibration" in facts:
        yield "--calibrated"
