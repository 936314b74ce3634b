"""`datawall compare`."""

from typing import Annotated

import typer

from datawall.arguments import SAMPLER
from datawall.cli.options import (
    AsJson,
    AsOf,
    Calibrated,
    KnownInputs,
    Out,
    Refit,
    SamplerName,
    Seed,
    Settings,
    deliver,
    load,
    progress_bar,
    run_folder,
)


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
    sampler: SamplerName = SAMPLER,
    set_: Settings = None,
    given: KnownInputs = None,
    as_of: AsOf = None,
    out: Out = None,
    refit: Refit = False,
    calibrated: Calibrated = False,
    as_json: AsJson = False,
) -> None:
    """Show how A differs from B, and which inputs make it so.

    Both run on the same random numbers, and groups of inputs are swapped between them one at a time.
    --set, --given and --as-of apply to each scenario.
    """
    from datawall.analysis.comparison.plan import DRAWS, make_plan
    from datawall.reporting.products import COMPARISON

    plan = make_plan(
        *(load(name, set_, as_of, refit=refit) for name in scenarios),
        outputs=outputs,
        draws=draws if draws is not None else DRAWS,
        seed=seed,
        sampler=sampler,
        given=given or (),
        calibrated=calibrated,
    )
    folder = run_folder(plan.request, out, plan.calibration)
    with progress_bar("swapping inputs") as progress:
        from datawall.analysis.comparison import compare  # loads JAX

        tree = compare.run(plan, progress)
    deliver(COMPARISON, tree, folder, as_json)
