"""`datawall sensitivity`."""

from typing import Annotated

import typer

from datawall.analysis.sensitivity.request import DRAWS, METHODS, OUTPUT
from datawall.arguments import SAMPLER
from datawall.cli.options import (
    AsJson,
    AsOf,
    Calibrated,
    KnownInputs,
    Out,
    Refit,
    SamplerName,
    ScenarioName,
    Seed,
    Settings,
    deliver,
    load,
    progress_bar,
    run_folder,
)


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
    given: KnownInputs = None,
    as_of: AsOf = None,
    out: Out = None,
    refit: Refit = False,
    calibrated: Calibrated = False,
    as_json: AsJson = False,
) -> None:
    """Say which inputs drive an answer, and which would be worth knowing."""
    from datawall.analysis.sensitivity.request import make_plan
    from datawall.reporting.products import SENSITIVITY

    plan = make_plan(
        load(scenario, set_, as_of, refit=refit),
        output,
        methods=METHODS if method is None else method,
        draws=draws,
        seed=seed,
        sampler=sampler,
        given=given or (),
        calibrated=calibrated,
    )
    folder = run_folder(plan.request, out, plan.calibration)
    with progress_bar("methods done") as progress:
        from datawall.analysis.sensitivity import sensitivity  # loads JAX

        tree = sensitivity.run(plan, progress)
    deliver(SENSITIVITY, tree, folder, as_json)
