"""`datawall compare`."""

import hashlib
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from datawall import files
from datawall.cli.options import AsJson, AsOf, Out, Seed, Settings, progress_bar

if TYPE_CHECKING:
    from datawall.scenario import Scenario


def compare(
    scenarios: Annotated[
        list[str], typer.Argument(metavar="A B ...", help="Shipped scenarios, or paths of TOML files.")
    ],
    outputs: Annotated[
        list[str] | None,
        typer.Option("--output", metavar="NAME", help="Explain the difference of this, as wall.tokens[1]."),
    ] = None,
    draws: Annotated[
        int | None, typer.Option(help="Futures of each scenario and each hybrid of two: 32768.")
    ] = None,
    seed: Seed = 0,
    set_: Settings = None,
    as_of: AsOf = None,
    out: Out = None,
    as_json: AsJson = False,
) -> None:
    """Show how A differs from B, and which inputs make it so.

    Both run on the same random numbers, and groups of inputs are swapped between them one at a time.
    --set and --as-of apply to each scenario.
    """
    from datawall.analysis.comparison.hybrid import DRAWS, check_enough, check_scenarios
    from datawall.arguments import check_draws, check_seed
    from datawall.inference.scenario_with_evidence import load_scenario
    from datawall.reporting import run_folder
    from datawall.scenario import parse_override

    draws = draws if draws is not None else DRAWS
    check_draws(draws)
    check_enough(draws)
    check_seed(seed)
    check_scenarios(scenarios)
    overrides = dict(map(parse_override, set_ or ()))
    loaded = [load_scenario(name, overrides, as_of) for name in scenarios]
    folder = out or _folder(loaded, draws, seed)
    files.prepare(folder)
    with progress_bar("swapping inputs") as progress:
        import datawall  # its functions load JAX

        tree = datawall.compare(*loaded, outputs=outputs, draws=draws, seed=seed, progress=progress)
    found = run_folder.write_comparison(tree, folder)
    print(f"written to {folder}", file=sys.stderr)
    if as_json:
        print(json.dumps(found, indent=1))
    else:
        from datawall.reporting.render import terminal
        from datawall.reporting.saved.comparison import SavedComparison
        from datawall.reporting.sections.comparison import document

        terminal.show(document(SavedComparison(folder, found), outputs, in_full=False))


def _folder(scenarios: "list[Scenario]", draws: int, seed: int) -> Path:
    from datawall.reporting.run_folder import default_folder

    digest = hashlib.sha256("".join(one.digest for one in scenarios).encode()).hexdigest()
    return default_folder(
        "-".join(["compare", *(one.name for one in scenarios)]), digest, draws, seed, "sobol"
    )
