"""`datawall sensitivity`, `compare`, `explain` and `backtest`: analyses of a forecast."""

import json
from typing import Annotated

import typer

from datawall.analysis.sensitivity import request
from datawall.arguments import SAMPLER, check_sampler, check_seed
from datawall.backtesting.questions import DRAWS as BACKTEST_DRAWS
from datawall.backtesting.questions import END, EVERY, HORIZONS, START
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
    say,
)
from datawall.errors import DatawallError


def sensitivity(
    scenario: ScenarioName = "baseline",
    output: Annotated[
        str,
        typer.Option(
            metavar="NAME", help="What is explained: a name in summary.json, P(NAME<=X) or Q90(NAME)."
        ),
    ] = request.OUTPUT,
    method: Annotated[
        list[str] | None,
        typer.Option(metavar="METHOD", help=f"{', '.join(request.METHODS)}; all by default."),
    ] = None,
    draws: Annotated[int, typer.Option(help="Draws of each method.")] = request.DRAWS,
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
    from datawall.reporting.products import SENSITIVITY

    plan = request.make_plan(
        load(scenario, set_, as_of, refit=refit),
        output,
        methods=request.METHODS if method is None else method,
        draws=draws,
        seed=seed,
        sampler=sampler,
        given=given or (),
        calibrated=calibrated,
    )
    folder = run_folder(plan.request, out, plan.calibration)
    with progress_bar("methods done") as progress:
        from datawall.analysis.sensitivity.sensitivity import run  # loads JAX

        tree = run(plan, progress)
    deliver(SENSITIVITY, tree, folder, as_json)


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
        from datawall.analysis.comparison.compare import run  # loads JAX

        tree = run(plan, progress)
    deliver(COMPARISON, tree, folder, as_json)


def explain(
    scenario: ScenarioName = "baseline",
    draw: Annotated[int | None, typer.Option(metavar="I", help="Which future, counted from 0.")] = None,
    median: Annotated[bool, typer.Option("--median", help="Every input at its median instead.")] = False,
    seed: Seed = 0,
    sampler: SamplerName = SAMPLER,
    set_: Settings = None,
    as_of: AsOf = None,
    as_json: AsJson = False,
) -> None:
    """Walk one future from its inputs to its dates, every step with its equation and numbers."""
    if median and draw is not None:
        raise DatawallError("--median: is a future of its own; drop it or --draw")
    check_seed(seed)
    check_sampler(sampler)
    loaded = load(scenario, set_, as_of)
    from datawall.analysis import explanation
    from datawall.reporting.render.terminal import explanation_text

    if median:
        title, inputs = "every input at its median", explanation.median_inputs(loaded)
    else:
        title = f"draw {draw or 0}, seed {seed}, sampler {sampler}"
        inputs = explanation.inputs_of_draw(loaded, draw or 0, seed, sampler)
    explained = explanation.explain(loaded, inputs)
    if as_json:
        print(json.dumps(explained.as_data(), indent=1))
    else:
        print(f"{loaded.name} as of {loaded.as_of:.4f}, {title}\n")
        print(explanation_text(explained))


def backtest(
    scenarios: Annotated[
        list[str] | None,
        typer.Argument(metavar="[SCENARIO ...]", help="Shipped scenarios, or TOML files; default baseline."),
    ] = None,
    start: Annotated[
        str, typer.Option("--from", metavar="MONTH", help="First month in which to ask.")
    ] = START,
    end: Annotated[str, typer.Option("--to", metavar="MONTH", help="Last one possible.")] = END,
    every: Annotated[str, typer.Option(metavar="SPAN", help="Between two of them, as 6mo or 1y.")] = EVERY,
    horizon: Annotated[str, typer.Option(metavar="SPANS", help="How far ahead to ask.")] = ",".join(HORIZONS),
    draws: Annotated[int, typer.Option(help="Draws of each forecast.")] = BACKTEST_DRAWS,
    seed: Seed = 0,
    out: Out = None,
    as_json: AsJson = False,
    write_calibration: Annotated[
        bool, typer.Option("--write-calibration", help="Keep the widening for forecast --calibrated.")
    ] = False,
) -> None:
    """Forecast from past dates with what was known then, and score it against what happened.

    The first time takes long: models of evidence are fitted at each date. Each fit is kept as it is done, so
    that a run that was stopped goes on.
    """
    from datawall.backtesting.plan import make_plan, newest_evidence
    from datawall.reporting.products import BACKTEST

    plan = make_plan(tuple(scenarios or ()), start, end, every, tuple(horizon.split(",")), draws, seed)
    folder = run_folder(plan.request, out)
    with progress_bar("asking", "interrupted; the same command goes on") as progress:
        from datawall.backtesting.backtest import run  # loads JAX

        tree = run(plan, progress=progress)
    deliver(BACKTEST, tree, folder, as_json)
    if write_calibration:  # after the tables are saved, as it can fail
        from datawall.backtesting.backtest import calibration_of
        from datawall.scenario import widening

        found = calibration_of(tree, plan.scenarios[plan.first], newest_evidence())
        say(f"written to {widening.write(found)}")
