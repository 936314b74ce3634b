"""`datawall priors` and `fit`: the scenarios that a forecast starts from, and what evidence tells of them."""

import json
from pathlib import Path
from typing import Annotated

import typer

from datawall.arguments import check_seed
from datawall.cli.options import AsJson, Out, ScenarioName, Seed, load, say, show
from datawall.errors import DatawallError, UntrustedPosteriorError

_ALL = "all"

priors = typer.Typer(help="List, show and check scenarios: the numbers that a forecast starts from.")


@priors.command("list")
def _list(as_json: AsJson = False) -> None:
    """List the shipped scenarios."""
    from datawall.scenario import available

    titles = {name: load(name).title for name in available()}
    if as_json:
        print(json.dumps(titles, indent=1))
    else:
        width = max(map(len, titles))
        print("\n".join(f"{name:{width}}  {title}" for name, title in titles.items()))


@priors.command("show")
def _show(scenario: ScenarioName, as_json: AsJson = False) -> None:
    """Show every prior of a scenario with its quantiles, shape, meaning and source."""
    loaded = load(scenario)
    if as_json:
        print(json.dumps(loaded.resolved(), indent=1))
    else:
        from datawall.reporting.render.terminal import scenario_text

        print(scenario_text(loaded))


@priors.command("check")
def _check(scenario: ScenarioName) -> None:
    """Check a scenario file; the first mistake is named and ends with exit code 2."""
    loaded = load(scenario)
    counts = f"{len(loaded.priors)} priors, {len(loaded.correlations)} correlations"
    print(f"{scenario}: valid; {counts}, digest {loaded.digest[:8]}")


@priors.command("table")
def _table(
    scenario: ScenarioName = "baseline",
    write: Annotated[bool, typer.Option("--write", help="Renew the tables in priors/README.md.")] = False,
) -> None:
    """Print the priors of a scenario as a Markdown table."""
    from datawall.scenario import load_scenario, markdown

    if write:
        say(f"written to {markdown.rewrite()}")
    else:
        print(markdown.priors_table(load_scenario(scenario)), end="")


def fit(
    modules: Annotated[list[str], typer.Argument(metavar="MODULE...", help="Such as scaling; or all.")],
    data: Annotated[
        list[Path] | None,
        typer.Option(metavar="FILE", help="Fit this table instead of the shipped evidence; may be repeated."),
    ] = None,
    as_of: Annotated[
        str | None, typer.Option(metavar="DATE", help="Leave out what was not known by then.")
    ] = None,
    out: Out = None,
    seed: Seed = 0,
    as_json: AsJson = False,
    write: Annotated[bool, typer.Option("--write", help="Rewrite the posteriors that ship.")] = False,
) -> None:
    """Infer the inputs of the forecast from evidence; exits with 3 if a posterior cannot be trusted."""
    from datawall.files import prepare
    from datawall.reporting.products import FIT
    from datawall.reporting.saved import faults
    from datawall.scenario import files

    if data and (len(modules) > 1 or _ALL in modules):
        raise DatawallError("--data: belongs to one module; name just that one")
    if write and (data or as_of):
        raise DatawallError("--write: ships the fit to all of the shipped evidence; drop --data and --as-of")
    check_seed(seed)
    from datawall.inference import fit_by_name  # loads JAX
    from datawall.inference.models import MODULES

    # all at once, so that an unknown name is refused before any fit
    names = MODULES if _ALL in modules else modules
    plans = [fit_by_name.make_plan(name, data=data or (), as_of=as_of, seed=seed) for name in names]
    folder = files.posteriors() if write else out or plans[0].request.folder
    prepare(folder)
    found, doubts = {}, []
    for plan in plans:
        tree = fit_by_name.run(plan)
        flat = FIT.export(tree) if write else FIT.save(tree, folder)
        found[plan.name], own = flat, faults(flat["manifest"])
        if write and not own:
            FIT.save_summary(flat, folder)
        doubts += [f"{plan.name}: {fault}" for fault in own]
        if not as_json:
            show(FIT, tree, flat, as_json)
    say(f"written to {folder}")
    if as_json:
        print(json.dumps(found, indent=1))
    if doubts:
        raise UntrustedPosteriorError(f"this posterior cannot be trusted: {'; '.join(doubts)}")
