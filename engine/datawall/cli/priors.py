"""`datawall priors`: list, show and check scenarios."""

import json
import sys
from typing import Annotated

import typer

from datawall.cli.options import AsJson, ScenarioName

priors = typer.Typer(help="List, show and check scenarios: the numbers that a forecast starts from.")


@priors.command("list")
def _list_(as_json: AsJson = False) -> None:
    """List the shipped scenarios."""
    from datawall.inference.scenario_with_evidence import load_scenario
    from datawall.scenario import available

    titles = {name: load_scenario(name).title for name in available()}
    if as_json:
        print(json.dumps(titles, indent=1))
    else:
        width = max(map(len, titles))
        print("\n".join(f"{name:{width}}  {title}" for name, title in titles.items()))


@priors.command()
def show(scenario: ScenarioName, as_json: AsJson = False) -> None:
    """Show every prior of a scenario with its quantiles, shape, meaning and source."""
    from datawall.inference.scenario_with_evidence import load_scenario

    loaded = load_scenario(scenario)
    if as_json:
        print(json.dumps(loaded.resolved(), indent=1))
    else:
        from datawall.reporting.render.terminal import scenario_text

        print(scenario_text(loaded))


@priors.command()
def check(scenario: ScenarioName) -> None:
    """Check a scenario file; the first mistake is named and ends with exit code 2."""
    from datawall.inference.scenario_with_evidence import load_scenario

    loaded = load_scenario(scenario)
    counts = f"{len(loaded.priors)} priors, {len(loaded.correlations)} correlations"
    print(f"{scenario}: valid; {counts}, digest {loaded.digest[:8]}")


@priors.command()
def table(
    scenario: ScenarioName = "baseline",
    write: Annotated[bool, typer.Option("--write", help="Renew the tables in priors/README.md.")] = False,
) -> None:
    """Print the priors of a scenario as a Markdown table."""
    from datawall.scenario import load_scenario, markdown

    if write:
        print(f"written to {markdown.rewrite()}", file=sys.stderr)
    else:
        print(markdown.priors_table(load_scenario(scenario)), end="")
