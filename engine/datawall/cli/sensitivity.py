"""`datawall sensitivity`."""

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from datawall import files
from datawall.analysis.sensitivity.request import DRAWS, METHODS, OUTPUT
from datawall.arguments import SAMPLER
from datawall.cli.options import AsJson, AsOf, Out, SamplerName, ScenarioName, Seed, Settings, progress_bar

if TYPE_CHECKING:
    import xarray as xr


def sensitivity(
    scenario: ScenarioName = "baseline",
    output: Annotated[
        str,
        typer.Option(
            metavar="NAME", help="What is explained: a name in summary.json, P(NAME<=X) or Q90(NAME)."
        ),
    ] = OUTPUT,
    method: Annotated[
        list[str] | None,
        typer.Option(metavar="METHOD", help=f"{', '.join(METHODS)}; all by default."),
    ] = None,
    draws: Annotated[int, typer.Option(help="Draws of each method.")] = DRAWS,
    seed: Seed = 0,
    sampler: SamplerName = SAMPLER,
    set_: Settings = None,
    as_of: AsOf = None,
    out: Out = None,
    as_json: AsJson = False,
) -> None:
    """Say which inputs drive an answer, and which would be worth knowing."""
    from datawall.analysis.sensitivity.request import check_draws, check_methods, parse_asked
    from datawall.arguments import check_sampler, check_seed
    from datawall.inference.scenario_with_evidence import load_scenario
    from datawall.scenario import parse_override

    methods = METHODS if method is None else tuple(method)
    check_methods(methods)
    check_draws(draws)
    check_seed(seed)
    check_sampler(sampler)
    asked = parse_asked(output)
    loaded = load_scenario(scenario, dict(map(parse_override, set_ or ())), as_of)
    folder = out or _default_folder(
        f"{loaded.name}-{loaded.digest[:8]}", output, methods, draws, sampler, seed
    )
    from datawall.analysis.sensitivity.targets import find_output  # these load JAX
    from datawall.forecasting.labels import labels_of

    find_output(asked.name, labels_of(loaded))  # before a folder is made for what is not there
    files.prepare(folder)
    with progress_bar("methods done") as progress:
        from datawall.analysis.sensitivity import sensitivity

        tree = sensitivity.sensitivity(
            loaded, output, methods=methods, draws=draws, seed=seed, sampler=sampler, progress=progress
        )
    flat = _write(tree, folder)
    print(f"written to {folder}", file=sys.stderr)
    if as_json:
        print(json.dumps(flat, indent=1))
    else:
        from datawall.reporting.render import terminal
        from datawall.reporting.sections.sensitivity import document

        terminal.show(document(flat, in_full=False))


def _default_folder(
    scenario: str, output: str, methods: Sequence[str], draws: int, sampler: str, seed: int
) -> Path:
    """Return where an analysis goes when nobody says: the same command gives the same place."""
    asked = "".join(letter if letter.isalnum() or letter in ".-" else "_" for letter in output)
    chosen = [name for name in METHODS if name in methods]
    part = "" if len(chosen) == len(METHODS) else f"-{'-'.join(chosen)}"
    return Path("runs") / f"sensitivity-{scenario}-{asked}{part}-{draws}-{sampler}-seed{seed}"


def _write(tree: "xr.DataTree", folder: Path) -> dict[str, Any]:
    """Write an analysis to its folder: results, summary and figure. Return the summary."""
    from datawall.analysis.sensitivity.export import sensitivity_summary
    from datawall.reporting.figures.sensitivity import draw

    flat = sensitivity_summary(tree)
    files.replace_file(folder / "sensitivity.nc", lambda path: tree.to_netcdf(path, engine="h5netcdf"))
    text = json.dumps(flat, indent=1)
    files.replace_file(folder / "sensitivity.json", lambda path: path.write_text(text, encoding="utf-8"))
    figure = draw(flat)
    if figure is None:
        return flat
    for kind in ("png", "svg"):
        files.replace_file(
            folder / f"sensitivity.{kind}", lambda path, k=kind: figure.savefig(path, format=k, dpi=160)
        )
    return flat
