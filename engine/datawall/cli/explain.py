"""`datawall explain`."""

import json
from typing import Annotated

import typer

from datawall.arguments import SAMPLER
from datawall.cli.options import AsJson, AsOf, SamplerName, ScenarioName, Seed, Settings
from datawall.errors import DatawallError


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
    from datawall.arguments import check_sampler, check_seed
    from datawall.inference.scenario_with_evidence import load_scenario
    from datawall.scenario import parse_override

    if median and draw is not None:
        raise DatawallError("--median: is a future of its own; drop it or --draw")
    check_seed(seed)
    check_sampler(sampler)
    loaded = load_scenario(scenario, dict(map(parse_override, set_ or ())), as_of)
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
