"""Conditions and options of a run in words, and the command that reproduces it."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from datawall.scenario import available

type Manifest = Mapping[str, Any]


class _Conditions(NamedTuple):
    """Conditions and options of a run besides its scenario.

    Attributes
    ----------
    given
        Observed events, as ``release[5.5]<2027.5``.
    settings
        Inputs that were set, as ``mfu=0.4``.
    as_of
        Requested as-of date; empty for that of the scenario.
    precision
        Requested standard errors; empty if a number of draws was requested.
    calibrated, refitted
        Whether priors were widened by the factor of the backtest, and the evidence was refitted.
    """

    given: tuple[str, ...] = ()
    settings: tuple[str, ...] = ()
    as_of: str = ""
    precision: str = ""
    calibrated: bool = False
    refitted: bool = False


def conditions_of(facts: Manifest) -> _Conditions:
    """Return the conditions that the manifest of any product states."""
    asked = facts["options"]
    return _Conditions(
        given=tuple(asked.get("given") or ()),
        settings=tuple(asked.get("set") or ()),
        as_of=str(asked.get("as_of") or ""),
        precision=" and ".join(asked.get("precision") or ()),
        calibrated=bool(asked.get("calibrated")),
        refitted=bool(asked.get("refit")),
    )


def command_of(facts: Manifest) -> str:
    """Return the command that reproduces a product, or the reason why there is none."""
    return facts["command"] or "# no command: the scenario was made or changed in Python"


def label_of(facts: Manifest) -> str:
    """Return the label of a run: the name of its scenario, and its conditions."""
    asked = conditions_of(facts)
    parts = [facts["scenario"]]
    parts += [f"given {' and '.join(asked.given)}"] if asked.given else []
    parts += [f"with {', '.join(asked.settings)}"] if asked.settings else []
    parts += [f"as of {asked.as_of}"] if asked.as_of else []
    parts += ["refitted"] * asked.refitted + ["calibrated"] * asked.calibrated
    return " ".join(parts)


def labels(manifests: Sequence[Manifest]) -> list[str]:
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


def sentences(facts: Manifest) -> Iterator[str]:
    """Yield sentences on how the run departs from the shipped scenario."""
    asked = conditions_of(facts)
    if asked.given:
        met = facts["given"]["draws_accepted"]
        share = "every future meets it"
        if met < facts["draws"]:
            error = facts["given"]["mcse_acceptance"]
            share = (
                f"{met:,} of {facts['draws']:,} futures "
                f"({100 * facts['given']['acceptance']:.2f} % ±{100 * error:.2f} %)"
            )
        yield f"Conditional on {' and '.join(asked.given)}: {share}."
    if facts["scenario"] not in available():
        yield f"The scenario {facts['scenario']} is a file of its own and does not ship."
    if asked.settings:
        yield f"Set in place of the scenario's own: {', '.join(asked.settings)}."
    if asked.as_of:
        yield f"As of {asked.as_of} in place of the scenario's own date."
    if asked.precision:
        found = facts["ordered_precision"]
        yield (
            f"Drawn until standard errors are below {asked.precision}: "
            f"{'met' if found['met'] else 'not met'} with {facts['draws']:,} draws "
            f"(largest {found['largest_error_years']:.2g} yr and {found['largest_error_probability']:.2g})."
        )
    if asked.calibrated:
        text = facts["calibration"]["sentence"]
        yield f"{text[0].upper()}{text[1:]}."
    if asked.refitted:
        yield "Evidence was fitted anew in place of the posteriors that ship."
