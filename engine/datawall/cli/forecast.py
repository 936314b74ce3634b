"""`datawall forecast`."""

import json
import sys
from typing import Annotated

import typer

from datawall.cli.options import AsJson, AsOf, Out, ScenarioName, Seed, Settings, progress_bar

DEFAULT_DRAWS = 1_000_000


def forecast(
    scenario: ScenarioName = "baseline",
    draws: Annotated[int, typer.Option(help="Number of futures drawn.")] = DEFAULT_DRAWS,
    seed: Seed = 0,
    set_: Settings = None,
    as_of: AsOf = None,
    out: Out = None,
    refit: Annotated[
        bool, typer.Option("--refit", help="Fit the modules of [evidence] anew in place of what ships.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Forecast when each data wall is reached and when model generations arrive."""
    from datawall import runs
    from datawall.checks import check_draws, check_seed
    from datawall.loading import load_scenario
    from datawall.scenario import parse_override
    from datawall.summary import summary

    check_draws(draws)
    check_seed(seed)
    loaded = load_scenario(scenario, dict(map(parse_override, set_ or ())), as_of, refit=refit)
    folder = out or runs.default_folder(loaded.name, loaded.digest, draws, seed)
    runs.prepare(folder)
    late = loaded.sources_after_as_of()
    if late:
        print(
            f"note: {len(late)} of {len(loaded.priors)} priors rest on sources later than the as-of date",
            file=sys.stderr,
        )
    with progress_bar("drawing futures") as progress:
        from datawall.forecasting import forecast as run  # loads JAX

        tree = run(loaded, draws=draws, seed=seed, progress=progress)
    flat = summary(tree)
    if flat["manifest"]["not_a_number"]:
        print(f"warning: not a number: {flat['manifest']['not_a_number']}; left out", file=sys.stderr)
    # written first: a reader of the tables may close the pipe
    runs.write(tree, folder)
    print(f"written to {folder}", file=sys.stderr)
    if as_json:
        print(json.dumps(flat, indent=1))
    else:
        from rich.console import Console

        from datawall.reporting.terminal import forecast_tables, print_all

        print_all(Console(), forecast_tables(flat))
