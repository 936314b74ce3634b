"""Provenance of a product: its conditions in words, versions, and the command that reproduces it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from datawall.reporting.document import Block, Code, Prose, Section, Table
from datawall.reporting.saved import SavedRun
from datawall.scenario import available

type _Manifest = Mapping[str, Any]


def given_of(facts: _Manifest) -> str:
    """Return the observed events on which a run is conditional, as ``release[5.5]<2027.5``; empty if none."""
    return " and ".join(facts["options"].get("given") or ())


def command_of(facts: _Manifest) -> str:
    """Return the command that reproduces a product, or the reason why there is none."""
    return facts["command"] or "# no command: the scenario was made or changed in Python"


def label_of(facts: _Manifest) -> str:
    """Return the label of a run: the name of its scenario, and its conditions."""
    asked = facts["options"]
    parts = [facts["scenario"]]
    parts += [f"given {given_of(facts)}"] if given_of(facts) else []
    parts += [f"with {', '.join(asked['set'])}"] if asked.get("set") else []
    parts += [f"as of {asked['as_of']}"] if asked.get("as_of") else []
    parts += ["refitted"] * bool(asked.get("refit")) + ["calibrated"] * bool(asked.get("calibrated"))
    return " ".join(parts)


def labels(manifests: Sequence[_Manifest]) -> list[str]:
    """Return distinct labels of several runs: by conditions, then by draws and seed, else numbered."""
    names = [label_of(facts) for facts in manifests]
    sizes = [f"{facts['draws']:,} draws, seed {facts['seed']}" for facts in manifests]
    sizes_of = {name: {size for one, size in zip(names, sizes, strict=True) if one == name} for name in names}
    told = [
        f"{name}, {size}" if len(sizes_of[name]) > 1 else name
        for name, size in zip(names, sizes, strict=True)
    ]
    return [
        name if told.count(name) == 1 else f"{name} ({told[: k + 1].count(name)})"
        for k, name in enumerate(told)
    ]


def sentences(facts: _Manifest) -> Iterator[str]:
    """Yield sentences on how the run departs from the shipped scenario."""
    asked = facts["options"]
    if given := given_of(facts):
        met = facts["given"]["draws_accepted"]
        share = "every future meets it"
        if met < facts["draws"]:
            error = facts["given"]["mcse_acceptance"]
            share = (
                f"{met:,} of {facts['draws']:,} futures "
                f"({100 * facts['given']['acceptance']:.2f} % ±{100 * error:.2f} %)"
            )
        yield f"Conditional on {given}: {share}."
    if facts["scenario"] not in available():
        yield f"The scenario {facts['scenario']} is a file of its own and does not ship."
    if asked.get("set"):
        yield f"Set in place of the scenario's own: {', '.join(asked['set'])}."
    if asked.get("as_of"):
        yield f"As of {asked['as_of']} in place of the scenario's own date."
    if asked.get("precision"):
        found = facts["ordered_precision"]
        yield (
            f"Drawn until standard errors are below {' and '.join(asked['precision'])}: "
            f"{'met' if found['met'] else 'not met'} with {facts['draws']:,} draws "
            f"(largest {found['largest_error_years']:.2g} yr and {found['largest_error_probability']:.2g})."
        )
    if asked.get("calibrated"):
        text = facts["calibration"]["sentence"]
        yield f"{text[0].upper()}{text[1:]}."
    if asked.get("refit"):
        yield "Evidence was fitted anew in place of the posteriors that ship."


_AGAIN = "The same command with the same versions gives the same numbers to the last digit."


def of_run(run: SavedRun, label: str) -> Section:
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
        f"The draws are {facts['sampler_description']}. The Monte Carlo standard error (±) says how far a "
        "number would move with other random numbers; it says nothing about the world."
    )
    title = f"Where do the numbers of {label} come from?"
    return section(f"provenance-{run.place}", title, rows, command_of(facts), [Prose(sure)])


def section(
    name: str,
    title: str,
    rows: Iterable[tuple[str, str]],
    command: str,
    rest: Iterable[Block] = (),
    again: str = _AGAIN,
) -> Section:
    """Return a section with facts about a result, and the command that reproduces it."""
    blocks: list[Block] = [Table(("what", "value"), tuple(rows)), *rest]
    if command:
        blocks += [Prose(again), Code(command)]
    return Section(name, title, "", tuple(blocks))


def versions(facts: _Manifest) -> str:
    """Return the versions of the libraries that determine the numbers."""
    return ", ".join(f"{name} {number}" for name, number in facts["versions"].items())
